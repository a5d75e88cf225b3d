import type { KeyObject } from 'node:crypto';
import type { BookAccount } from './ledger.ts';
import type { RowIndex } from './statement.ts';

/** An API key and all it owns (reference 5.1). `keyId` names the account. */
export interface Account {
  readonly keyId: string;
  readonly secret: string;
  readonly kind: 'live' | 'sandbox';
  /** The key as the partner sends it in `X-API-KEY`. */
  readonly apiKey: string;
  enabled: boolean;
  /** SPKI public key, parsed once; undefined while none was uploaded. */
  publicKey: KeyObject | undefined;
  /** The last nonce accepted (2.6 step 9). */
  lastNonce: bigint;
  readonly companies: Company[];
  readonly coreClients: CoreClient[];
}

/** Who can vote: a person with the mobile app or a core client. */
interface VoterBase {
  readonly id: string;
  readonly openActions: Map<string, Action>;
  /** Approves by itself so long after an action was put to it; undefined: waits for a decision. Milliseconds. */
  autoApproveDelayMs: number | undefined;
}

/** A person of the network (5.2), known by e-mail. Made by the control surface only. */
export interface NetworkUser extends VoterBase {
  readonly type: 'user';
  readonly accountCode: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly username: string;
  /** Joins a company as soon as it is invited. */
  autoAccept: boolean;
}

/** A core client, or a Signing Agent when `agent` is set; `exchange` is set once it was upgraded (5.10). */
export interface CoreClient extends VoterBase {
  readonly type: 'core-client';
  readonly name: string;
  readonly account: Account;
  readonly createdAtSeconds: number;
  exchange: Exchange | undefined;
  readonly agent: Agent | undefined;
  /** Sweeps by `partner_txID` (reference 7). */
  readonly sweepsByPartnerId: Map<string, Transaction>;
}

/** What makes a core client a Signing Agent: an approver that holds its key itself (10.1). */
export interface Agent {
  /** The text whose bytes the agent proves itself with: `{"id":…,"curve":"BLS381","created":…}`. */
  readonly clientId: string;
  readonly blsPublicKey: Buffer;
  readonly ecPublicKey: Buffer;
  /** Set by the second half of the registration (operation 48). */
  isFinished: boolean;
  /** All actions put to it, by the id it was told (`announcedId`). */
  readonly actions: Map<string, Action>;
}

/** The published face of an exchange (5.10), and every wallet connection that was put to it. */
export interface Exchange {
  name: string;
  url: string;
  logoUrl: string;
  fields: ExchangeField[];
  readonly requests: ConnectionRequest[];
}

/** One member of the customer data that an exchange wants (K15). */
export interface ExchangeField {
  readonly id: string;
  readonly type: string;
  readonly name: string;
}

/** Whoever may vote. */
export type Voter = NetworkUser | CoreClient;

/** An invitation of a user into a company; pending until the user decides. */
export interface Invitation {
  readonly id: string;
  readonly company: Company;
  readonly user: NetworkUser;
  readonly createdAtSeconds: number;
  status: 'pending' | 'accepted' | 'declined';
}

/** A company (4.3). */
export interface Company {
  readonly id: string;
  readonly accountCode: string;
  readonly account: Account;
  name: string;
  city: string;
  country: string;
  domain: string;
  ref: string;
  readonly parties: Map<string, { voter: Voter; joinedAtSeconds: number }>;
  readonly funds: Map<string, Fund>;
  /** Across all transaction kinds but sweeps, for ever (reference 7). */
  readonly transactionsByPartnerId: Map<string, Transaction>;
}

/** The two independent kinds of policy (5.5). */
export type PolicyKind = 'tx' | 'withdraw';

/** A custody group (5.5). Members are replaced as a whole, never changed in place: open proposals keep the old list. */
export interface Policy {
  readonly id: string;
  readonly name: string;
  readonly kind: PolicyKind;
  threshold: number;
  members: readonly Voter[];
  readonly fund: Fund;
  /** The wallet it belongs to; undefined for a fund's own policy. */
  readonly wallet: Wallet | undefined;
}

/** A fund (4.5). */
export interface Fund {
  readonly id: string;
  readonly company: Company;
  readonly name: string;
  readonly description: string;
  readonly policies: Record<PolicyKind, Policy | undefined>;
  readonly whitelist: { name: string; asset: string; address: string }[];
  readonly wallets: Wallet[];
  readonly rows: RowIndex;
  readonly rowsByAsset: Map<string, RowIndex>;
}

/** A wallet's link to an exchange (5.4, 6.8). */
export interface Connection {
  readonly exchange: CoreClient;
  /** The customer's id at the exchange. */
  readonly clientId: string;
  /** All the customer data, by the exchange's field ids. */
  readonly clientData: Record<string, unknown>;
  status: 'initiated' | 'connected' | 'rejected' | 'expired';
}

/** The question to an exchange whether it takes a wallet (6.8). */
export interface ConnectionRequest extends Proposal {
  readonly wallet: Wallet;
  readonly connection: Connection;
}

/** A change of a wallet's policy, under the custody of the policy as it is now (6.7). */
export interface PolicyChange extends Proposal {
  readonly wallet: Wallet;
  readonly policyKind: PolicyKind;
  /** The policy to change: the wallet's own, or the fund's, which then stays as it is. */
  readonly policy: Policy;
  readonly threshold: number;
  readonly members: readonly Voter[];
}

/** A wallet (5.4): one asset, one fund, for ever. Settled balance = available + held. */
export interface Wallet {
  readonly id: string;
  readonly name: string;
  readonly asset: string;
  readonly type: number;
  status: 'pending' | 'ready' | 'rejected' | 'expired';
  readonly address: string;
  readonly shortCode: string;
  readonly fund: Fund;
  readonly policies: Record<PolicyKind, Policy | undefined>;
  /** The pending change of each policy, `''` when there is none. The wallet holds it: a fund's policy has many users. */
  readonly policyLocks: Record<PolicyKind, string>;
  readonly connections: Connection[];
  readonly available: BookAccount;
  readonly held: BookAccount;
  readonly rows: RowIndex;
}

/** Status words of reference 6.1, short forms. */
export type ProposalStatus =
  | 'pending_initiate'
  | 'initiate_rejected'
  | 'pending'
  | 'approved'
  | 'custody_rejected'
  | 'expired'
  | 'chain_rejected'
  | 'taker_pending'
  | 'taker_approved';

/** What custody decides about. Each kind brings its own rules (`kinds.ts`). */
export type ProposalKind =
  | 'transfer'
  | 'withdrawal'
  | 'swapMake'
  | 'swapTake'
  | 'sweep'
  | 'policyChange'
  | 'walletConnection';

/** Anything that voters decide on until it is final or expires (6.2, 6.5, 6.7, 6.8). */
export interface Proposal {
  readonly id: string;
  readonly kind: ProposalKind;
  status: ProposalStatus;
  readonly submittedAtSeconds: number;
  readonly expiresAtSeconds: number;
  /** The policy as it was at submission (6.2), and the votes. */
  readonly custody: Custody;
}

/** A frozen policy with one action per member. */
export interface Custody {
  readonly threshold: number;
  /** One per policy member. */
  readonly actions: Action[];
  /** The separate vote of a dedicated wallet's exchange. */
  dedicated: Action | undefined;
  /** The authorisation by the core client named in `authorize_id`, before the custodians are asked. */
  initiator: Action | undefined;
  /** The custodians still to be asked while the initiator has not authorised; frozen at submission. */
  waiting: Electorate | undefined;
}

/** Who has to agree to a proposal. `threshold` 0 with no members means "no policy": it stays pending (6.2). */
export interface Electorate {
  members: readonly Voter[];
  threshold: number;
  /** The exchange of a dedicated wallet, which must approve besides the threshold (5.4). */
  dedicated: Voter | undefined;
  /** The core client of `authorize_id`, which is asked before the custodians (6.2). */
  initiator: Voter | undefined;
}

/** One voter's pending or decided vote (6.6). */
export interface Action {
  readonly id: string;
  readonly type: string;
  status: 'pending' | 'approved' | 'rejected' | 'expired';
  readonly createdAtSeconds: number;
  /** The moment of the vote, or of closing. */
  decidedAtSeconds: number;
  readonly voter: Voter;
  readonly proposal: Proposal;
  readonly role: 'member' | 'dedicated' | 'initiator';
}

/** A movement of money that was asked for: transfer, withdrawal, swap side or sweep. Amounts in base units. */
export interface Transaction extends Proposal {
  /** The company that asked; undefined for sweeps. */
  readonly company: Company | undefined;
  readonly wallet: Wallet;
  readonly recipientWallet: Wallet | undefined;
  /** Wallet id inside the network, chain address outside. */
  readonly recipientAddress: string;
  readonly recipientName: string;
  readonly asset: string;
  readonly netAmount: bigint;
  readonly fees: bigint;
  readonly reference: string;
  readonly benefitOf: string;
  readonly accountNo: string;
  readonly partnerTxId: string;
  /** Who asked, by name: a company or an exchange. */
  readonly requestedBy: string;
  /** `''` until settlement. */
  chainTxId: string;
  /** Its outgoing ledger row, there from submission on. */
  outgoingRow: LedgerRow | undefined;
  /** The other half of a swap side; absent from everything else. */
  readonly swap?: SwapSide;
}

/** What a side of a swap has besides the movement that it pays (6.4). */
export interface SwapSide {
  /** The side's own wallet that is paid, and how much, in base units. */
  readonly receiveWallet: Wallet;
  readonly receiveAmount: bigint;
  /** Of a take: the quote it takes. */
  readonly quote: Transaction | undefined;
  /** Of a quote: the take that is open, or that took it for good. */
  take: Transaction | undefined;
  /** Of a quote: goes on the hub as soon as its maker's custody approves it. */
  wantsHub: boolean;
  /** Of a quote: since when it is on the hub, in Unix seconds; undefined while it is not. */
  listedAtSeconds: number | undefined;
}

/** A credit from outside. */
export interface Deposit {
  readonly chainTxId: string;
  readonly netAmount: bigint;
  readonly address: string;
}

/** The `type` words of the ledger (5.7). */
export type LedgerRowType = 'deposit' | 'withdraw' | 'transferOut' | 'transferIn' | 'swapOut' | 'swapIn';

/** A line of the fund ledger and, once settled, of the wallet history. Status is read from the transaction. */
export interface LedgerRow {
  readonly wallet: Wallet;
  readonly direction: 'in' | 'out';
  readonly type: LedgerRowType;
  readonly netAmount: bigint;
  readonly fees: bigint;
  readonly transaction: Transaction | undefined;
  readonly deposit: Deposit | undefined;
  settled: boolean;
  /** Submission while open, settlement once settled (5.7). */
  timestampSeconds: number;
  order: number;
}
