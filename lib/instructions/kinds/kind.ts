import type * as z from 'zod/mini';
import type { CreatedTransaction, PartnerApi } from '../../partner-api/index.ts';
import type { Instruction, Place, State } from '../record.ts';

/** What somebody saw of a transaction. A member that the source does not tell is absent, and then not compared. */
export interface Seen {
  /** The Partner API's word, in its short form (reference 6.1). */
  readonly status: string;
  readonly asset?: string | undefined;
  readonly netAmountBaseUnits?: bigint | undefined;
  /** Wallet id, short code or L1 address of the other side. */
  readonly recipient?: string | undefined;
}

/**
 * What an approver must be told about a transaction before it is believed to be this instruction's (reference 4.8). Each
 * member is compared; one that the approver is not told counts as different.
 */
export interface ExpectedAction {
  readonly asset: string;
  /** Without the fee: an action's `amount` includes it. */
  readonly netAmountBaseUnits: bigint;
  /** The wallet that pays. */
  readonly walletId: string;
  /** The wallet or the L1 address that is paid; absent where the API names none, as for swaps. */
  readonly recipient?: string | undefined;
  /** `''` when the instruction has none. */
  readonly reference: string;
  /** The other leg of a swap. */
  readonly receive?: { readonly asset: string; readonly amountBaseUnits: bigint } | undefined;
}

/** A request as its kind's schema let it through. */
export type RequestOf<Schema extends z.ZodMiniType> = z.infer<Schema>;

/**
 * One kind of instruction: everything that tells it from the others. The pipeline reads these members and knows no kind
 * by name; a new kind is one file beside this one and one line in `index.ts`.
 */
export interface Kind<Schema extends z.ZodMiniType = z.ZodMiniType> {
  readonly name: string;
  /** The scope a token needs to ask for one. */
  readonly scope: string;
  /** The body of a request; refuses unknown members. */
  readonly schema: Schema;
  /** Which wallet pays: looked up in the client's bindings. */
  paysFrom(request: RequestOf<Schema>): Pick<Place, 'companyId' | 'walletId'>;
  /** The stored form of a request: amounts as decimal text, no moments. */
  stored(request: RequestOf<Schema>): Record<string, unknown>;
  /** Whether the ledger of the fund tells its status; else it is looked at by id. */
  readonly lookedAtWithFund: boolean;
  /**
   * Asks the Partner API for the transaction, under the instruction's id as `partner_txID`.
   * @throws PartnerApiError whose `effect` says what the attempt came to
   */
  submit(api: PartnerApi, instruction: Instruction, signBeforeMs: number): Promise<CreatedTransaction>;
  /** Reads the transaction by its id. */
  look(api: PartnerApi, instruction: Instruction): Promise<Seen>;
  /** What a status means for us; `undefined` for a word nobody knows. */
  stateOf(status: string): State | undefined;
  /** What an approver sees of it. Without this member no action is ever matched to an instruction of this kind. */
  asAction?(instruction: Instruction): ExpectedAction;
  /** The members in which the transaction differs from what was asked for. */
  differences(instruction: Instruction, seen: Seen): string[];
}
