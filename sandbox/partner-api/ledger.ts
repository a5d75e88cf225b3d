import { badRequest } from './errors.ts';
import { largestAmountBaseUnits } from './fields.ts';

/** What a book account stands for. Money outside the network has a negative balance: what came in from there. */
export type BookKind = 'wallet' | 'held' | 'fees' | 'outside';

/** One account of the books. Only the ledger changes `balance` (base units of `asset`). */
export interface BookAccount {
  readonly index: number;
  readonly kind: BookKind;
  readonly asset: string;
  balance: bigint;
}

/** One side of a posting: `amount` base units added to `account` (negative: taken from it). */
export interface Leg {
  account: BookAccount;
  amount: bigint;
}

/** Per asset: what each kind of account holds, their sum (always 0), and whether the postings say the same. */
export interface AssetProof {
  asset: string;
  wallets: bigint;
  held: bigint;
  fees: bigint;
  outside: bigint;
  sum: bigint;
  balanced: boolean;
}

/** The proof that no money was made or lost. `balanced` is true only if every asset is and no account is overdrawn. */
export interface LedgerProof {
  balanced: boolean;
  postings: number;
  assets: AssetProof[];
}

const legsPerBlock = 1 << 16;

/** Postings in columns: 12 bytes per leg keep a hundred thousand transfers in a few megabytes. */
interface LegBlock {
  accounts: Uint32Array;
  amounts: BigInt64Array;
  count: number;
}

/**
 * The books: true double entry over wallets, holds, fees and the outside world. A posting is checked before it
 * touches a balance, and changes all its accounts or none.
 */
export class Ledger {
  readonly #accounts: BookAccount[] = [];
  readonly #shared = new Map<string, BookAccount>();
  readonly #blocks: LegBlock[] = [];
  #postings = 0;

  /** How many postings there have been. */
  get postings(): number {
    return this.#postings;
  }

  /** A new account with balance 0. */
  open(kind: BookKind, asset: string): BookAccount {
    const account: BookAccount = { index: this.#accounts.length, kind, asset, balance: 0n };
    this.#accounts.push(account);
    return account;
  }

  /** The one `fees` or `outside` account of an asset, opened when first used. */
  shared(kind: 'fees' | 'outside', asset: string): BookAccount {
    const key = `${kind}:${asset}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const account = this.open(kind, asset);
    this.#shared.set(key, account);
    return account;
  }

  /**
   * Carries out one posting. The legs must sum to zero per asset and leave no account but `outside` below zero;
   * that is the callers' duty, so a breach is an Error, not an ApiError. A balance that would outgrow 64 bits is
   * the request's fault: 400.
   */
  post(legs: readonly Leg[]): void {
    this.#check(legs);
    for (const { account, amount } of legs) {
      account.balance += amount;
      this.#record(account.index, amount);
    }
    this.#postings += 1;
  }

  /** Recomputes every balance from the postings and compares; cost grows with the number of postings. */
  proof(): LedgerProof {
    const recomputed = new Array<bigint>(this.#accounts.length).fill(0n);
    for (const block of this.#blocks) {
      for (let leg = 0; leg < block.count; leg++) {
        const index = block.accounts[leg] as number;
        recomputed[index] = (recomputed[index] as bigint) + (block.amounts[leg] as bigint);
      }
    }
    const assets = new Map<string, AssetProof>();
    for (const account of this.#accounts) {
      const row = assets.get(account.asset) ?? emptyProof(account.asset);
      assets.set(account.asset, row);
      row[columns[account.kind]] += account.balance;
      row.sum += account.balance;
      const overdrawn = account.kind !== 'outside' && account.balance < 0n;
      if (overdrawn || recomputed[account.index] !== account.balance) row.balanced = false;
    }
    const rows = [...assets.values()];
    for (const row of rows) row.balanced &&= row.sum === 0n;
    return { balanced: rows.every((row) => row.balanced), postings: this.#postings, assets: rows };
  }

  #check(legs: readonly Leg[]): void {
    const sums = new Map<string, bigint>();
    const after = new Map<BookAccount, bigint>();
    for (const { account, amount } of legs) {
      sums.set(account.asset, (sums.get(account.asset) ?? 0n) + amount);
      after.set(account, (after.get(account) ?? account.balance) + amount);
    }
    for (const [asset, sum] of sums) if (sum !== 0n) throw new Error(`unbalanced posting: ${asset} off by ${sum}`);
    for (const [account, balance] of after) {
      if (balance < 0n && account.kind !== 'outside') throw new Error(`posting overdraws a ${account.kind} account`);
      if (balance > largestAmountBaseUnits || balance < -largestAmountBaseUnits)
        throw badRequest('invalid field: amount');
    }
  }

  #record(index: number, amount: bigint): void {
    let block = this.#blocks.at(-1);
    if (block === undefined || block.count === legsPerBlock) {
      block = { accounts: new Uint32Array(legsPerBlock), amounts: new BigInt64Array(legsPerBlock), count: 0 };
      this.#blocks.push(block);
    }
    block.accounts[block.count] = index;
    block.amounts[block.count] = amount;
    block.count += 1;
  }
}

const columns = { wallet: 'wallets', held: 'held', fees: 'fees', outside: 'outside' } as const;

function emptyProof(asset: string): AssetProof {
  return { asset, wallets: 0n, held: 0n, fees: 0n, outside: 0n, sum: 0n, balanced: true };
}
