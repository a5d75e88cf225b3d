import { ok, okWith } from './answers.ts';
import type { Control } from './control.ts';
import { ksuid, unmet } from './expect.ts';
import type { Json, RawClient } from './raw-client.ts';

/** A wallet as checks use it. */
export interface DeskWallet {
  readonly id: string;
  readonly code: string;
  readonly asset: string;
  readonly address: string;
}

/** A company with core clients as its approvers and one fund: enough to move money and to vote on it. */
export interface Desk {
  readonly client: RawClient;
  readonly companyId: string;
  readonly companyName: string;
  readonly fundId: string;
  readonly withdrawPolicyId: string;
  readonly txPolicyId: string;
  /** Core clients, who are the members of both fund policies. */
  readonly voters: readonly string[];
  readonly wallets: readonly DeskWallet[];
  readonly fundPath: string;
}

/** What a desk shall be like. */
export interface DeskWishes {
  readonly voters?: number;
  readonly threshold?: number;
  readonly withdrawThreshold?: number;
  /** One wallet each; money needs the control surface. */
  readonly balances?: readonly (readonly [asset: string, amount: number])[];
  readonly policies?: boolean;
  readonly client?: RawClient;
}

/** What desks are made with: the part of `Api` that they need. */
interface Means {
  readonly client: RawClient;
  /** @throws {SkippedError} on a server without one */
  readonly control: Control;
  unique(prefix: string): string;
  once<Value>(name: string, make: () => Promise<Value>): Promise<Value>;
}

/** The two assets that checks move. */
export const btc = 'BTC-TESTNET';
/** Counted in gwei. */
export const eth = 'ETH-TESTNET';

/** `{asset, name}` lists for a new fund's wallets. */
function wantedWallets(balances: NonNullable<DeskWishes['balances']>): object[] {
  return balances.map(([asset], index) => ({ name: `Wallet ${index + 1}`, asset }));
}

/** Makes desks, each of things of its own, so that checks can do their sums without regard to each other. */
export class Desks {
  readonly #means: Means;

  constructor(means: Means) {
    this.#means = means;
  }

  /** A company of the client. */
  async company(name = this.#means.unique('Heron & Vale'), client = this.#means.client): Promise<string> {
    return ok(await client.post('/company', { name })).company_id;
  }

  /** A core client of the client's key. */
  async coreClient(name = this.#means.unique('night-desk-bot'), client = this.#means.client): Promise<string> {
    return ok(await client.post('/coreclient', { name })).id;
  }

  /** Makes somebody a trusted party of a company. */
  async enlist(companyId: string, address: string, client = this.#means.client): Promise<void> {
    ok(await client.post(`/company/${companyId}/trustedparty`, { address }));
  }

  /** A new desk; by default one approver, and a Bitcoin wallet with 5,000,000 beside an empty one. */
  async open(wishes: DeskWishes = {}): Promise<Desk> {
    const client = wishes.client ?? this.#means.client;
    const companyName = this.#means.unique('Heron & Vale');
    const companyId = await this.company(companyName, client);
    const voters: string[] = [];
    for (let index = 0; index < (wishes.voters ?? 1); index++) {
      const id = await this.coreClient(undefined, client);
      await this.enlist(companyId, id, client);
      voters.push(id);
    }
    const balances = wishes.balances ?? [
      [btc, 5_000_000],
      [btc, 0],
    ];
    const fund = await this.#fund(client, companyId, voters, wishes, wantedWallets(balances));
    const fundPath = `/company/${companyId}/fund/${fund.fund_id}`;
    const { wallets } = ok(await client.get(fundPath));
    for (const [index, [, amount]] of balances.entries()) {
      if (amount > 0) await this.#means.control.deposit(wallets[index].wallet_id, amount);
    }
    return {
      client,
      companyId,
      companyName,
      fundId: fund.fund_id,
      withdrawPolicyId: fund.custodygroup_withdraw,
      txPolicyId: fund.custodygroup_tx,
      voters,
      wallets: wallets.map(deskWallet),
      fundPath,
    };
  }

  async #fund(client: RawClient, companyId: string, voters: string[], wishes: DeskWishes, wallets: object[]) {
    const threshold = wishes.threshold ?? 1;
    const policies = wishes.policies ?? true;
    const group = (count: number) => ({ threshold: count, members: voters });
    return ok(
      await client.post(`/company/${companyId}/fund`, {
        name: 'Operating fund',
        description: 'Day to day',
        ...(policies && { custodygroup_withdraw: group(wishes.withdrawThreshold ?? threshold) }),
        ...(policies && { custodygroup_tx: group(threshold) }),
        wallets,
      }),
    );
  }

  /** A desk with money that checks share as long as they only read it or are refused. */
  funded(): Promise<Desk> {
    return this.#means.once('funded desk', () =>
      this.open({
        balances: [
          [btc, 5_000_000],
          [btc, 0],
          [eth, 0],
        ],
      }),
    );
  }

  /** A desk without money, for what needs no control surface. */
  empty(): Promise<Desk> {
    return this.#means.once('empty desk', () =>
      this.open({
        balances: [
          [btc, 0],
          [btc, 0],
          [eth, 0],
        ],
      }),
    );
  }
}

function deskWallet(wallet: Json): DeskWallet {
  return { id: wallet.wallet_id, code: wallet.short_code, asset: wallet.asset, address: wallet.address };
}

/** The wallet at a place of the desk's list. */
export function walletOf(desk: Desk, index: number): DeskWallet {
  return desk.wallets[index] ?? unmet(`wallet ${index} of the desk`, 'to be there', undefined);
}

/** The settled balance the API tells. */
export async function balanceOf(desk: Desk, index = 0): Promise<number> {
  return ok(await desk.client.get(`/wallet/${walletOf(desk, index).id}`)).balance;
}

/** What can still be sent: the largest amount with its fee, open transactions counted (operation 22). */
export async function sendableFrom(desk: Desk, index = 0): Promise<number> {
  return ok(await desk.client.get(`/wallet/${walletOf(desk, index).id}/max?pending=1`)).amountToSend;
}

/** Makes a transaction and gives back its id; its answer must be a `TxId` that says `new`. */
export async function started(answer: ReturnType<RawClient['post']>): Promise<string> {
  return okWith(await answer, { tx_id: ksuid, status: 'new' }).tx_id;
}
