import type { Check } from '../check.ts';
import { agentChecks } from './agents.ts';
import { authenticationChecks } from './authentication.ts';
import { commonChecks } from './common.ts';
import { companyChecks } from './companies.ts';
import { coreClientChecks } from './core-clients.ts';
import { everyOperationChecks } from './every-operation.ts';
import { exchangeChecks } from './exchanges.ts';
import { feedChecks } from './feeds.ts';
import { fundWalletChecks } from './fund-wallets.ts';
import { fundChecks } from './funds.ts';
import { hubChecks } from './hub.ts';
import { idempotencyChecks } from './idempotency.ts';
import { ledgerChecks } from './ledger.ts';
import { messageSigningChecks } from './message-signing.ts';
import { routingChecks } from './routing.ts';
import { swapMakingChecks } from './swap-making.ts';
import { swapTakingChecks } from './swap-taking.ts';
import { sweepChecks } from './sweeps.ts';
import { transferStateChecks } from './transfer-states.ts';
import { transferChecks } from './transfers.ts';
import { trustedPartyChecks } from './trusted-parties.ts';
import { walletPolicyChecks } from './wallet-policies.ts';
import { walletChecks } from './wallets.ts';
import { whitelistChecks } from './whitelist.ts';
import { withdrawalChecks } from './withdrawals.ts';

/** Every check, in the order in which they run. */
export const allChecks: readonly Check[] = [
  ...authenticationChecks,
  ...routingChecks,
  ...everyOperationChecks,
  ...commonChecks,
  ...companyChecks,
  ...trustedPartyChecks,
  ...fundChecks,
  ...fundWalletChecks,
  ...whitelistChecks,
  ...walletChecks,
  ...ledgerChecks,
  ...coreClientChecks,
  ...transferChecks,
  ...transferStateChecks,
  ...idempotencyChecks,
  ...withdrawalChecks,
  ...swapMakingChecks,
  ...swapTakingChecks,
  ...hubChecks,
  ...walletPolicyChecks,
  ...exchangeChecks,
  ...sweepChecks,
  ...messageSigningChecks,
  ...agentChecks,
  ...feedChecks,
];
