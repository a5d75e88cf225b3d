import { feedOperations } from './feeds/operations.ts';
import type { Operation } from './operation.ts';
import { actionOperations } from './resources/actions.ts';
import { agentOperations } from './resources/agents.ts';
import { commonOperations } from './resources/common.ts';
import { companyOperations } from './resources/companies.ts';
import { coreClientOperations } from './resources/core-clients.ts';
import { exchangeOperations } from './resources/exchanges.ts';
import { fundOperations } from './resources/funds.ts';
import { holdingOperations } from './resources/holdings.ts';
import { ledgerOperations } from './resources/ledger.ts';
import { liquidityHubOperations } from './resources/liquidity-hub.ts';
import { messageSigningOperations } from './resources/message-signing.ts';
import { swapOperations } from './resources/swaps.ts';
import { sweepOperations } from './resources/sweeps.ts';
import { transferOperations } from './resources/transfers.ts';
import { trustedPartyOperations } from './resources/trusted-parties.ts';
import { walletPolicyOperations } from './resources/wallet-policies.ts';
import { walletOperations } from './resources/wallets.ts';
import { whitelistOperations } from './resources/whitelist.ts';
import { withdrawalOperations } from './resources/withdrawals.ts';

/** Every operation the server answers, as reference 4.1 numbers them. A new resource is one file and one line here. */
export const operations: readonly Operation[] = [
  ...commonOperations,
  ...companyOperations,
  ...trustedPartyOperations,
  ...holdingOperations,
  ...fundOperations,
  ...whitelistOperations,
  ...ledgerOperations,
  ...walletOperations,
  ...transferOperations,
  ...coreClientOperations,
  ...actionOperations,
  ...messageSigningOperations,
  ...agentOperations,
  ...feedOperations,
  ...exchangeOperations,
  ...liquidityHubOperations,
  ...swapOperations,
  ...sweepOperations,
  ...walletPolicyOperations,
  ...withdrawalOperations,
];
