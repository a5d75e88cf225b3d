import type * as z from 'zod/mini';
import type { CreatedTransaction, PartnerApi } from '../../partner-api/index.ts';
import type { Bindings } from '../bindings.ts';
import type { Instruction, Origin, State } from '../record.ts';

/** What somebody saw of a transaction. A member that the source does not tell is absent, and then not compared. */
export interface Seen {
  /** The Partner API's word, in its short form (reference 6.1). */
  readonly status: string;
  readonly asset?: string | undefined;
  readonly netAmountBaseUnits?: bigint | undefined;
  /** The fund that pays, and its wallet by id or short code. */
  readonly fundId?: string | undefined;
  readonly walletId?: string | undefined;
  /** Wallet id, short code or L1 address of the other side. */
  readonly recipient?: string | undefined;
  /** The other leg of a swap, as seen by whoever pays `netAmountBaseUnits` of `asset`. */
  readonly receiveAsset?: string | undefined;
  readonly receiveAmountBaseUnits?: bigint | undefined;
  readonly receiveWalletId?: string | undefined;
}

/** What is stored of a request: where it takes its assets from, and everything else. */
export interface Resolved {
  readonly origin: Origin;
  /** Amounts as decimal text, no moments. */
  readonly request: Record<string, unknown>;
}

/**
 * What an approver must be told about a transaction before it is believed to be this instruction's (reference 4.8). Each
 * member is compared; one that the approver is not told counts as different.
 */
export interface ExpectedAction {
  readonly asset: string;
  /** Without the fee: an action's `amount` includes it. Absent when only a price was asked for. */
  readonly netAmountBaseUnits?: bigint | undefined;
  /** The most that may be paid, without the fee, where the amount itself was not asked for. */
  readonly maxNetAmountBaseUnits?: bigint | undefined;
  /** The wallet that pays. */
  readonly walletId: string;
  /** The wallet or the L1 address that is paid; absent where the API names none, as for swaps. */
  readonly recipient?: string | undefined;
  /** `''` when the instruction has none. */
  readonly reference: string;
  /** The other leg of a swap. */
  readonly receive?: { readonly asset: string; readonly amountBaseUnits?: bigint | undefined } | undefined;
  /** Instead of amounts: for `receiveBaseUnits` at most `sendBaseUnits` are paid. */
  readonly worstPrice?: { readonly sendBaseUnits: bigint; readonly receiveBaseUnits: bigint } | undefined;
}

/** A request as its kind's schema let it through. */
export type RequestOf<Schema extends z.ZodMiniType> = z.infer<Schema>;

/**
 * One kind of instruction: everything that tells it from the others. The pipeline reads these members and knows no kind
 * by name; a new kind is one file beside this one and one line in `index.ts`, or in `recurring.ts`.
 */
export interface Kind<Schema extends z.ZodMiniType = z.ZodMiniType> {
  readonly name: string;
  /** The scope a token needs to ask for one. */
  readonly scope: string;
  /** The body of a request; refuses unknown members. */
  readonly schema: Schema;
  /** Whether a request may say until when it holds; without, the Partner API sets the end. */
  readonly expires: boolean;
  /**
   * What to store of a request, by what its client may use. `id` is the instruction's own.
   * @throws InvalidRequest 404 naming the field, for what the client may not use
   */
  resolve(request: RequestOf<Schema>, bindings: Bindings, id: string): Resolved;
  /** The member of the stored request that says how much is paid at most, base units: what limits count. */
  readonly paysField: string;
  /** Whether the ledger of the fund tells its status; else it is looked at by id. */
  readonly lookedAtWithFund: boolean;
  /**
   * Looks whether it should be sent at all, before each attempt as long as none may have acted. Has no effect.
   * Nothing is signed at or after `signBeforeMs`.
   * @returns why it must not be sent: that ends it; `undefined` when it may go on
   * @throws PartnerApiError when nothing could be learned: that is tried again later
   */
  precheck?(api: PartnerApi, instruction: Instruction, signBeforeMs: number): Promise<string | undefined>;
  /**
   * Asks the Partner API for the transaction, under the instruction's id as `partner_txID`.
   * @throws PartnerApiError whose `effect` says what the attempt came to
   */
  submit(api: PartnerApi, instruction: Instruction, signBeforeMs: number): Promise<CreatedTransaction>;
  /** A refusal in words that help; the Partner API's own reason when absent. */
  explain?(instruction: Instruction, reason: string): string;
  /**
   * Calls the transaction off at the Partner API; absent for kinds that cannot be called off once submitted. What became
   * of it is for a look to say.
   * @throws PartnerApiError
   */
  cancel?(api: PartnerApi, instruction: Instruction, signBeforeMs: number): Promise<void>;
  /** Reads the transaction by its id. */
  look(api: PartnerApi, instruction: Instruction): Promise<Seen>;
  /** What a status means for us; `undefined` for a word nobody knows. */
  stateOf(status: string): State | undefined;
  /** What an approver sees of it. Without this member no action is ever matched to an instruction of this kind. */
  asAction?(instruction: Instruction): ExpectedAction;
  /** The members in which the transaction differs from what was asked for. */
  differences(instruction: Instruction, seen: Seen): string[];
}
