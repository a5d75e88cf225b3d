import { setTimeout as wait } from 'node:timers/promises';
import type { CredentialsSource } from '../signing/credentials.ts';
import { createCalls } from './call.ts';
import type { CallOptions, CallReport, Operation } from './operation.ts';
import { agentResource } from './resources/agent.ts';
import { assetsResource } from './resources/assets.ts';
import { companiesResource } from './resources/companies.ts';
import { coreClientsResource } from './resources/core-clients.ts';
import { feesResource } from './resources/fees.ts';
import { fundsResource } from './resources/funds.ts';
import { holdingsResource } from './resources/holdings.ts';
import { hubResource } from './resources/hub.ts';
import { ledgerResource } from './resources/ledger.ts';
import { swapsResource } from './resources/swaps.ts';
import { sweepsResource } from './resources/sweeps.ts';
import { transfersResource } from './resources/transfers.ts';
import { trustedPartiesResource } from './resources/trusted-parties.ts';
import { walletsResource } from './resources/wallets.ts';
import { withdrawalsResource } from './resources/withdrawals.ts';
import { createServerClock } from './server-clock.ts';
import type { Transport, TransportAnswer } from './transport.ts';
import { createUndiciTransport } from './undici-transport.ts';
import { parseBaseUrl } from './urls.ts';

/** How to reach the API and as whom. Only `baseUrl` and `credentials` are needed. */
export interface PartnerApiOptions {
  /** E.g. `https://api.qredo.network/api/v1/p`; plain `http` on loopback only. */
  baseUrl: string;
  credentials: CredentialsSource;
  /** The way to the network; kept-alive connections of its own by default. */
  transport?: Transport | undefined;
  /** Milliseconds since 1970. */
  clock?: (() => number) | undefined;
  /** For one attempt, connecting included; 15 seconds by default. */
  timeoutMs?: number | undefined;
  /** Attempts for reads, the first included; 3 by default. Nothing else is ever repeated. */
  readAttempts?: number | undefined;
  /** The longest wait between two reads; 30 seconds by default. */
  longestWaitMs?: number | undefined;
  /** How far the clock may be corrected after the server's `Date`; 24 hours by default, 0 switches it off. */
  maxClockCorrectionMs?: number | undefined;
  /** From 0 to below 1, for the jitter of waits. */
  random?: (() => number) | undefined;
  sleep?: ((ms: number) => Promise<unknown>) | undefined;
  /** Told of every attempt, for metrics; what it throws is ignored. */
  onCall?: ((report: CallReport) => void) | undefined;
}

/** The typed client; one member per resource of the API. */
export type PartnerApi = ReturnType<typeof createPartnerApi>;

/**
 * A client of the Partner API v1.
 *
 * ```ts
 * const client = createPartnerApi({ baseUrl, credentials: staticCredentials({ apiKey, signer: createKeySigner(pem) }) });
 * const { txId } = await client.transfers.create(companyId, { walletId, counterpartyWalletId, asset: 'BTC-TESTNET',
 *   amountBaseUnits: 250_000n, expiresAtSeconds, partnerTxId });
 * ```
 *
 * Every method throws a `PartnerApiError` that says whether the call had an effect: `notSent`, `refused` or `unknown`.
 * @throws {InvalidRequestError} at once for a `baseUrl` that must not be used.
 */
export function createPartnerApi(options: PartnerApiOptions) {
  const { clock = Date.now, random = Math.random, sleep = wait } = options;
  const base = parseBaseUrl(options.baseUrl);
  const serverClock = createServerClock(clock, options.maxClockCorrectionMs ?? 24 * 60 * 60_000);
  const calls = createCalls({
    base,
    credentials: options.credentials,
    transport: options.transport ?? createUndiciTransport().send,
    serverClock,
    timeoutMs: options.timeoutMs ?? 15_000,
    retry: {
      attempts: options.readAttempts ?? 3,
      longestWaitMs: options.longestWaitMs ?? 30_000,
      random,
      sleep: async (ms) => void (await sleep(ms)),
    },
    onCall: options.onCall,
  });
  return {
    /** Where the API is, without a slash at the end. */
    baseUrl: base,
    /** The client's time, corrected after the server's: milliseconds since 1970. */
    serverTimeMs: (): number => clock() + serverClock.correctionMs(),
    agent: agentResource(calls),
    assets: assetsResource(calls),
    companies: companiesResource(calls),
    coreClients: coreClientsResource(calls),
    fees: feesResource(calls),
    funds: fundsResource(calls),
    holdings: holdingsResource(calls),
    hub: hubResource(calls),
    ledger: ledgerResource(calls),
    swaps: swapsResource(calls),
    sweeps: sweepsResource(calls),
    transfers: transfersResource(calls),
    trustedParties: trustedPartiesResource(calls),
    wallets: walletsResource(calls),
    withdrawals: withdrawalsResource(calls),
    /** Sends anything, signed, and resolves with a 2xx as it came: for tools and for operations of the future. */
    send: (operation: Operation, callOptions?: CallOptions): Promise<TransportAnswer> =>
      calls.callRaw(operation, callOptions),
  };
}
