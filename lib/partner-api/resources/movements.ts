import { checkedAmount, checkedPartnerTxId, checkedSeconds, checkedText } from '../check.ts';
import { type CreatedTransaction, readCreated, readTransaction, type Transaction } from '../models/transaction.ts';
import type { CallOptions, Calls } from '../operation.ts';
import { path } from '../urls.ts';

/** What a company may ask of a movement out of one of its wallets, whoever receives it (reference 4.7). */
export interface NewMovement {
  /** The paying wallet, by id or short code. */
  walletId: string;
  asset: string;
  /** What arrives; the fee comes on top. */
  amountBaseUnits: bigint;
  expiresAtSeconds: number;
  /** The idempotency key, stored by the caller before this call. */
  partnerTxId: string;
  reference?: string | undefined;
  benefitOf?: string | undefined;
  accountNo?: string | undefined;
  /** A core client that must authorise before the custodians. */
  authorizeId?: string | undefined;
}

/** The two operations of one sort of movement: the name of its resource, its place in the path, who receives it. */
export interface MovementSort<New extends NewMovement> {
  readonly name: string;
  readonly segment: string;
  /** The member of the body that says who receives it. */
  recipient(movement: New): Readonly<Record<string, string>>;
}

/** Submits movements of one sort, and looks at them. */
export function movementsResource<New extends NewMovement>({ call }: Calls, sort: MovementSort<New>) {
  return {
    /**
     * Submits one. It is sent once; after a `notSent` or `unknown` error the same `partnerTxId` may be sent again and
     * answers `existing` with the first transaction.
     */
    create: async (companyId: string, movement: New, options?: CallOptions): Promise<CreatedTransaction> =>
      call(
        {
          name: `${sort.name}.create`,
          method: 'POST',
          path: path`/company/${companyId}/${sort.segment}`,
          body: writeMovement(movement, sort.recipient(movement)),
        },
        readCreated,
        options,
      ),

    /** One of them; other kinds of transactions too, where the server allows it. */
    get: async (companyId: string, txId: string, options?: CallOptions): Promise<Transaction> =>
      call(
        { name: `${sort.name}.get`, method: 'GET', path: path`/company/${companyId}/${sort.segment}/${txId}` },
        readTransaction,
        options,
      ),
  };
}

function writeMovement(movement: NewMovement, recipient: object): object {
  return {
    wallet_id: checkedText(movement.walletId, 'walletId'),
    ...recipient,
    expires: checkedSeconds(movement.expiresAtSeconds, 'expiresAtSeconds'),
    benefit_of: movement.benefitOf,
    account_no: movement.accountNo,
    reference: movement.reference,
    authorize_id: movement.authorizeId,
    partner_txID: checkedPartnerTxId(movement.partnerTxId),
    send: {
      symbol: checkedText(movement.asset, 'asset'),
      amount: checkedAmount(movement.amountBaseUnits, 'amountBaseUnits'),
    },
  };
}
