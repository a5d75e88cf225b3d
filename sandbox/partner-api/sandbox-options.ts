import type { SignaturePolicy } from './authentication.ts';
import type { FeeRates } from './fee-schedule.ts';
import type { RateLimit } from './rate-limit.ts';

/** How a sandbox is set up; everything has the default of reference Appendix C. */
export interface SandboxOptions {
  /** Fixes ids, keys, addresses and fault draws; without it they are random. */
  readonly seed?: number | string | undefined;
  /** File in which the state survives a restart. */
  readonly journal?: string | undefined;
  readonly signaturePolicy?: SignaturePolicy | undefined;
  /** Clock difference allowed to a signed timestamp, in seconds. */
  readonly windowSeconds?: number | undefined;
  readonly rateLimit?: RateLimit | undefined;
  readonly feesBps?: FeeRates | undefined;
  readonly autoAcceptInvitations?: boolean | undefined;
  /** Verifies the proofs and signatures of Signing Agents, and not only their form (10.5). */
  readonly strictAgents?: boolean | undefined;
  /** Whether the wallets feed (W3) tells of multi-counterparty wallets too, and not only of dedicated ones (9.2). */
  readonly feedsTellMultiCounterparty?: boolean | undefined;
  /** Where the `feed` URLs in answers point. */
  readonly feedBaseUrl?: string | undefined;
  /** Source of the time in Unix milliseconds; the machine's clock by default. */
  readonly clock?: (() => number) | undefined;
  /** Hears of faults of the sandbox itself (its 500 answers), with their error, and of odd requests (reference 7). */
  readonly log?: ((message: string, error?: unknown) => void) | undefined;
}
