import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../sandbox/partner-api/ledger.ts';
import { type Ordered, OrderedRows } from '../../../sandbox/partner-api/ordered-rows.ts';

describe('the books', () => {
  it('refuse a posting that does not sum to zero, and change nothing', () => {
    const ledger = new Ledger();
    const wallet = ledger.open('wallet', 'BTC');
    const outside = ledger.shared('outside', 'BTC');
    expect(() =>
      ledger.post([
        { account: outside, amount: -5n },
        { account: wallet, amount: 4n },
      ]),
    ).toThrow('unbalanced');
    expect([wallet.balance, outside.balance, ledger.proof().postings]).toEqual([0n, 0n, 0]);
  });

  it('refuse to balance one asset with another', () => {
    const ledger = new Ledger();
    const legs = [
      { account: ledger.shared('outside', 'BTC'), amount: -5n },
      { account: ledger.open('wallet', 'ETH'), amount: 5n },
    ];
    expect(() => ledger.post(legs)).toThrow('unbalanced');
  });

  it('refuse to overdraw anything but the outside', () => {
    const ledger = new Ledger();
    const one = ledger.open('wallet', 'BTC');
    const other = ledger.open('held', 'BTC');
    expect(() =>
      ledger.post([
        { account: one, amount: -1n },
        { account: other, amount: 1n },
      ]),
    ).toThrow('overdraws');
  });

  it('refuse a balance beyond 64 bits as the request it was', () => {
    const ledger = new Ledger();
    const wallet = ledger.open('wallet', 'BTC');
    const pay = (amount: bigint) =>
      ledger.post([
        { account: ledger.shared('outside', 'BTC'), amount: -amount },
        { account: wallet, amount },
      ]);
    pay(2n ** 63n - 1n);
    expect(() => pay(1n)).toThrow('400');
    expect(ledger.proof().balanced).toBe(true);
  });

  it('show in the proof what was changed behind their back', () => {
    const ledger = new Ledger();
    const wallet = ledger.open('wallet', 'BTC');
    const outside = ledger.shared('outside', 'BTC');
    ledger.post([
      { account: outside, amount: -10n },
      { account: wallet, amount: 10n },
    ]);
    expect(ledger.proof()).toMatchObject({ balanced: true, assets: [{ wallets: 10n, outside: -10n, sum: 0n }] });
    wallet.balance += 3n;
    outside.balance -= 3n;
    // The sum is still zero; only the recomputation from the postings can tell.
    expect(ledger.proof()).toMatchObject({ balanced: false, assets: [{ sum: 0n, balanced: false }] });
  });
});

describe('ordered rows', () => {
  it('page like a sorted list, whatever is added, moved and removed', () => {
    const step = fc.record({
      seconds: fc.nat(40),
      pick: fc.nat(),
      kind: fc.constantFrom('add', 'add', 'move', 'remove'),
    });
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1500, maxLength: 4000, size: 'max' }),
        fc.nat(50),
        fc.nat(50),
        (steps, offset, limit) => {
          const rows = new OrderedRows<Ordered>();
          const model: Ordered[] = [];
          for (const [order, { seconds, pick, kind }] of steps.entries()) {
            const known = model[pick % Math.max(1, model.length)];
            if (kind !== 'add' && known !== undefined) {
              rows.remove(known);
              model.splice(model.indexOf(known), 1);
            }
            if (kind === 'remove') continue;
            const row = { timestampSeconds: seconds, order };
            rows.add(row);
            model.push(row);
          }
          model.sort((a, b) => b.timestampSeconds - a.timestampSeconds || b.order - a.order);
          expect(rows.size).toBe(model.length);
          expect(rows.page(offset, limit)).toEqual(model.slice(offset, offset + limit));
          expect([...rows.laterThan(20)]).toEqual(model.filter((row) => row.timestampSeconds > 20));
        },
      ),
      { numRuns: 20, seed: 5 },
    );
  });
});
