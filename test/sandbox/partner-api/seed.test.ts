import { describe, expect, it } from 'vitest';
import { IdMaker, RandomStream, streamKey } from '../../../sandbox/partner-api/ids.ts';
import { words } from '../../../sandbox/partner-api/words.ts';
import { Bench } from './helpers.ts';

function everything(bench: Bench) {
  const at = bench.setUp({ voters: 2 });
  const txId = bench.transfer(at).body.tx_id;
  bench.approve(at.users[0] as string);
  const fund = bench.call('GET', `/company/${at.companyId}/fund/${at.fundId}`).body;
  const key = [...bench.sandbox.world.accounts.values()].map((account) => account.apiKey);
  const { chainTxID } = bench.call('GET', `/company/${at.companyId}/fund/${at.fundId}/ledger`).body.List[0];
  return { at, txId, fund, key, chainTxID };
}

describe('a seed', () => {
  it('makes the same ids, keys, addresses and short codes at any date, also when requests were refused between', () => {
    const one = new Bench({ seed: 42 });
    const other = new Bench({ seed: 42 }, 1_900_000_000_000);
    other.newKey();
    other.call('POST', '/company', {});
    other.call('POST', '/coreclient', { name: 7 });
    expect(everything(other)).toEqual(everything(one));
    expect(everything(new Bench({ seed: 43 }))).not.toEqual(everything(new Bench({ seed: 42 })));
  });

  it('is repeated by a reset', () => {
    const bench = new Bench({ seed: 42 });
    const first = everything(bench);
    bench.control('POST', '/reset');
    expect(bench.call('GET', '/company/search').body.total_count).toBe(0);
    const fresh = new Bench({ seed: 42 });
    fresh.control('POST', '/keys', { apiKey: first.key[0] });
    fresh.apiKeyId = bench.apiKeyId;
    expect(everything(bench)).toEqual(everything(fresh));
  });

  it('is not needed: two sandboxes without one have nothing in common', () => {
    const options = { seed: undefined };
    expect(everything(new Bench(options)).at.walletIds).not.toEqual(everything(new Bench(options)).at.walletIds);
  });
});

describe('identifiers', () => {
  const ids = new IdMaker(new RandomStream(streamKey(7, 'ids')), false);

  it('have the documented shapes', () => {
    for (let draw = 0; draw < 2000; draw++) {
      expect(ids.ksuid(1_700_000_000)).toMatch(/^[0-9A-Za-z]{27}$/);
      expect(ids.base58()).toMatch(/^[1-9A-HJ-NP-Za-km-z]{43,44}$/);
      expect(ids.address('BTC-TESTNET')).toMatch(/^[mn][1-9A-HJ-NP-Za-km-z]{25,34}$/);
      expect(ids.address('BTC')).toMatch(/^1[1-9A-HJ-NP-Za-km-z]{24,33}$/);
      expect(ids.address('ETH-TESTNET')).toMatch(/^0x[0-9a-f]{40}$/);
      expect(ids.keyId()).toMatch(/^[\w-]{14}$/);
      expect(ids.keySecret()).toMatch(/^[\w-]{43}$/);
      expect(ids.shortCode(() => false)).toMatch(/^[a-z]+ [a-z]+ [a-z]+$/);
    }
  });

  it('carry the second of their making, and sort by it', () => {
    // The first characters of the documented transaction example, made at 1700000360 (reference 1.5, 8.1).
    expect(ids.ksuid(1_700_000_360).slice(0, 5)).toBe('2YBYI');
    expect(ids.ksuid(1_700_000_000) < ids.ksuid(1_700_000_100)).toBe(true);
  });

  it('draw short codes from distinct words, and never give one out twice', () => {
    expect(new Set(words).size).toBe(words.length);
    const taken = new Set<string>();
    for (let draw = 0; draw < 20_000; draw++) taken.add(ids.shortCode((code) => taken.has(code)));
    expect(taken.size).toBe(20_000);
  });
});
