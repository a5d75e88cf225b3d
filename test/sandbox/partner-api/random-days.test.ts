import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFinal } from '../../../sandbox/partner-api/custody.ts';
import type { Transaction } from '../../../sandbox/partner-api/model.ts';
import { makeMarket } from './generated.ts';
import { Bench } from './helpers.ts';

/** One thing that somebody does, with numbers to choose by. */
interface Deed {
  what:
    | 'transfer'
    | 'withdraw'
    | 'make'
    | 'take'
    | 'cancel'
    | 'publish'
    | 'sweep'
    | 'approve'
    | 'reject'
    | 'wait'
    | 'refuse';
  pick: number;
  amount: number;
}

const deeds: fc.Arbitrary<Deed> = fc.record({
  what: fc.constantFrom(
    'transfer',
    'withdraw',
    'make',
    'make',
    'take',
    'take',
    'cancel',
    'publish',
    'sweep',
    'approve',
    'approve',
    'approve',
    'reject',
    'wait',
    'refuse',
  ),
  pick: fc.nat(1000),
  amount: fc.integer({ min: 1, max: 400_000 }),
});

/** A company with a market around it, in which deeds are done. */
class Day {
  readonly bench = new Bench({ feesBps: { swap: 25, withdraw: 0 } });
  readonly at = this.bench.setUp({ voters: 1, balances: [1_000_000, 1_000_000] });
  readonly known = makeMarket(this.bench.sandbox, this.bench.apiKeyId, {
    company_id: this.at.companyId,
    fund_id: this.at.fundId,
    wallet_id: this.at.walletIds[0] as string,
    other_wallet_id: this.at.walletIds[1] as string,
    client_id: this.bench.call('POST', '/coreclient', { name: 'bot' }).body.id,
    member: this.at.users[0] as string,
  });

  get transactions(): Transaction[] {
    return [...this.bench.sandbox.world.transactions.values()];
  }

  do({ what, pick, amount }: Deed): void {
    const { bench, known } = this;
    const company = `/company/${known.company_id}`;
    const expires = bench.nowMs / 1000 + 1 + (pick % 50);
    const movement = { wallet_id: known.wallet_id, expires, send: { symbol: 'BTC-TESTNET', amount } };
    const quotes = this.transactions.filter(({ kind }) => kind === 'swapMake');
    const quoteId = quotes[pick % quotes.length]?.id ?? 'none';
    const { actions } = bench.control('GET', '/actions').body;
    const action = `/actions/${actions[pick % Math.max(1, actions.length)]?.id}`;
    switch (what) {
      case 'transfer':
        bench.call('POST', `${company}/transfer`, { ...movement, counterparty_wallet_address: known.other_wallet_id });
        return;
      case 'withdraw':
        bench.call('POST', `${company}/withdraw`, { ...movement, address: known.address });
        return;
      case 'make': {
        const legs = { send: { symbol: 'BTC-TESTNET', amount }, receive: { symbol: 'ETH-GOERLI', amount: pick + 1 } };
        const wallets = { send_wallet_id: known.maker_wallet_id, receive_wallet_id: known.ether_wallet_id };
        const body = { ...wallets, ...legs, expires, add_to_liquidity_hub: pick % 2 === 0 };
        bench.call('POST', `${company}/atomicswap/make`, body);
        return;
      }
      case 'take': {
        const wallets = { send_wallet_id: known.other_ether_wallet_id, receive_wallet_id: known.other_wallet_id };
        bench.call('POST', `${company}/atomicswap/take`, { ...wallets, swap_id: quoteId });
        return;
      }
      case 'cancel':
        bench.call('DELETE', `${company}/atomicswap/make/${quoteId}`);
        return;
      case 'publish':
        bench.call('POST', `${company}/liquidityhub`, { tx_id: quoteId });
        return;
      case 'sweep': {
        const body = { ...movement, wallet_id: known.swept_wallet_id, recipient_wallet_id: known.wallet_id };
        bench.call('POST', `/coreclient/${known.client_id}/sweep`, body);
        return;
      }
      case 'approve':
        bench.control('PUT', action);
        return;
      case 'reject':
        bench.control('DELETE', action);
        return;
      case 'wait':
        bench.nowMs += (pick % 20) * 1000;
        bench.sandbox.tick();
        return;
      case 'refuse':
        bench.control('POST', '/chain-faults', { count: 1 });
    }
  }

  /** What is wrong with the world as it is; nothing ever should be. */
  faults(before: ReadonlyMap<string, string>): string[] {
    const { world } = this.bench.sandbox;
    const found: string[] = [];
    if (!world.ledger.proof().balanced) found.push('the books do not balance');
    const holds = new Map<string, bigint>();
    for (const transaction of this.transactions) {
      const { id, status, wallet, netAmount, fees, swap, expiresAtSeconds } = transaction;
      const word = before.get(id);
      if (word !== undefined && isFinal(word as Transaction['status']) && word !== status)
        found.push(`${word} became ${status}`);
      if (!isFinal(status)) holds.set(wallet.id, (holds.get(wallet.id) ?? 0n) + netAmount + fees);
      if (!isFinal(status) && expiresAtSeconds <= world.nowSeconds) found.push(`${status} after its expiry`);
      const isListed = world.hub.has(id);
      if (isListed !== (swap?.listedAtSeconds !== undefined)) found.push('the hub and the quote differ');
      if (isListed && status !== 'taker_pending') found.push(`${status} on the hub`);
      const take = swap?.take;
      if (take !== undefined && (take.status === 'approved') !== (status === 'approved'))
        found.push('one side settled alone');
      if (status === 'taker_approved') found.push('stuck between approval and settlement');
      const asked = [...transaction.custody.actions, transaction.custody.dedicated];
      const isAsking = status === 'pending' || status === 'pending_initiate';
      if (!isAsking && asked.some((action) => action?.status === 'pending'))
        found.push(`${status} with an open action`);
      if ((transaction.chainTxId !== '') !== (status === 'approved')) found.push(`${status} with the wrong chain id`);
    }
    for (const wallet of world.wallets.values()) {
      if (wallet.held.balance !== (holds.get(wallet.id) ?? 0n)) found.push('the holds are not what is open');
    }
    return found;
  }
}

describe('whatever people do, in whatever order', () => {
  it('books balance, holds are what is open, ends stay ends, and both sides of a swap settle or neither', () => {
    const ends = new Set<string>();
    const property = fc.property(fc.array(deeds, { minLength: 30, maxLength: 120, size: 'max' }), (list) => {
      const day = new Day();
      for (const deed of list) {
        const before = new Map(day.transactions.map(({ id, status }) => [id, status as string]));
        day.do(deed);
        expect(day.faults(before)).toEqual([]);
      }
      for (const { kind, status } of day.transactions) ends.add(`${kind} ${status}`);
    });
    fc.assert(property, { numRuns: 60, seed: 21 });
    // The walk is worth something only if it gets everywhere.
    for (const kind of ['transfer', 'withdrawal', 'swapMake', 'swapTake', 'sweep']) {
      for (const status of ['approved', 'custody_rejected', 'expired', 'chain_rejected']) {
        expect(ends).toContain(`${kind} ${status}`);
      }
    }
    expect(ends).toContain('swapMake initiate_rejected');
  });
});
