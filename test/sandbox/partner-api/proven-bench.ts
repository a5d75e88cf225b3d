import { expect } from 'vitest';
import { Bench, type Reply } from './helpers.ts';

/** A bench that proves the double entry after every single step. */
export class ProvenBench extends Bench {
  override call(method: string, target: string, body?: object | string, apiKeyId = this.apiKeyId): Reply {
    const answer = super.call(method, target, body, apiKeyId);
    this.#prove(`${method} ${target}`);
    return answer;
  }

  override control(method: string, target: string, body?: object): Reply {
    const answer = super.control(method, target, body);
    this.#prove(`${method} /_sandbox${target}`);
    return answer;
  }

  /** Lets time pass, and everything happen that becomes due. */
  wait(seconds: number): void {
    this.nowMs += seconds * 1000;
    this.sandbox.tick();
    this.#prove(`${seconds} s`);
  }

  /** A company whose one fund has a Bitcoin and an Ether wallet with the given balances. */
  trader(btc: number, eth: number, options: { threshold?: number; voters?: number } = {}) {
    const at = this.setUp({ ...options, balances: [btc] });
    const path = `/company/${at.companyId}/fund/${at.fundId}/asset`;
    const ethId: string = this.call('POST', path, { assets: ['ETH-TESTNET'] }).body.wallets[0];
    if (eth !== 0) this.control('POST', '/deposits', { walletId: ethId, amount: eth });
    return { ...at, btc: at.walletIds[0] as string, eth: ethId, approver: at.users[0] as string };
  }

  #prove(step: string): void {
    const proof = this.sandbox.world.ledger.proof();
    expect(proof, `books after ${step}`).toMatchObject({ balanced: true });
  }
}

/** A company as `trader` makes it. */
export type Trader = ReturnType<ProvenBench['trader']>;

/** What a refusal looks like, for `toMatchObject`. */
export const refused = (status: number, reason: string) => ({ status, body: { code: status, detail: { reason } } });
