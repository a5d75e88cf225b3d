import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from './helpers.ts';
import { type Served, startServer } from './server-helpers.ts';

describe('planted faults over HTTP', () => {
  let served: Served;
  const path = () => `/company/${served.companyId}/transfer`;
  const total = async () =>
    (await served.call('GET', `/company/${served.companyId}/fund/${served.fundId}/ledger?direction=out`)).body.Total;
  beforeEach(async () => {
    served = await startServer();
  });
  afterEach(() => served.api.close());

  it('dropBefore ends the connection without an effect, once if the count is one', async () => {
    await served.control('POST', '/faults', { kind: 'dropBefore', operation: '24', count: 1 });
    await expect(served.call('POST', path(), served.transferBody)).rejects.toThrow();
    expect(await total()).toBe(0);
    expect((await served.call('POST', path(), served.transferBody)).status).toBe(200);
  });

  it('dropAfter ends the connection after the effect: the retry finds it', async () => {
    await served.control('POST', '/faults', {
      kind: 'dropAfter',
      method: 'POST',
      path: '/company/*/transfer',
      count: 1,
    });
    const body = { ...served.transferBody, partner_txID: 'k' };
    await expect(served.call('POST', path(), body)).rejects.toThrow();
    expect(await total()).toBe(1);
    expect((await served.call('POST', path(), body)).body.status).toBe('existing');
  });

  it('cutBody breaks the answer off half-way after the effect', async () => {
    await served.control('POST', '/faults', { kind: 'cutBody', operation: '24', count: 1 });
    await expect(served.call('POST', path(), served.transferBody)).rejects.toThrow();
    expect(await total()).toBe(1);
  });

  it('status answers instead, with Retry-After, before credentials are looked at', async () => {
    await served.control('POST', '/faults', { kind: 'status', status: 429, retryAfterSeconds: 7, path: '/assets' });
    const limited = await served.call('GET', '/assets');
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
    expect(limited.body).toEqual({ code: 429, msg: 'Too Many Requests', detail: { reason: 'rate limit' } });
    await served.control('DELETE', '/faults');
    expect((await served.call('GET', '/assets')).status).toBe(200);
  });

  it('latency holds the answer back', async () => {
    await served.control('POST', '/faults', { kind: 'latency', latencyMs: 120, path: '/assets', count: 1 });
    const start = performance.now();
    expect((await served.call('GET', '/assets')).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(115);
  });
});

describe('planted faults below HTTP', () => {
  it('are reported in the outcome', () => {
    const bench = new Bench();
    const at = bench.setUp();
    bench.control('POST', '/faults', { kind: 'dropAfter', operation: '24', count: 1 });
    expect(bench.transfer(at, { partner_txID: 'k' })).toMatchObject({ dropped: true });
    expect(bench.transfer(at, { partner_txID: 'k' }).body.status).toBe('existing');
  });

  it('hit a share of the requests, the same ones for one seed, without touching the ids', () => {
    const run = (seed: number, share: number) => {
      const bench = new Bench({ seed });
      bench.newKey();
      bench.control('POST', '/faults', { kind: 'status', status: 503, path: '/assets', share });
      const statuses = Array.from({ length: 400 }, () => bench.call('GET', '/assets').status);
      return { statuses, next: bench.call('POST', '/company', { name: 'A' }).body.company_id };
    };
    const one = run(5, 0.25);
    expect(run(5, 0.25)).toEqual(one);
    expect(run(5, 0.5).next).toEqual(one.next);
    expect(run(6, 0.25).statuses).not.toEqual(one.statuses);
    const hits = one.statuses.filter((status) => status === 503).length;
    expect(hits).toBeGreaterThan(60);
    expect(hits).toBeLessThan(140);
  });

  describe.each([
    ['/faults', '"kind":"chainRejected",'],
    ['/chain-faults', ''],
  ])('for the chain, by %s', (target, kind) => {
    const post = (members: string) =>
      new Bench().sandbox.control({ method: 'POST', target, body: `{${kind}${members}}` });

    it.each([
      ['"count":12345678901234567890', 'count'],
      ['"share":12345678901234567890', 'share'],
      ['"walletId":[]', 'walletId'],
    ])('are refused with %s', (members, name) => {
      const { status, body } = post(members);
      expect([status, JSON.parse(body).detail.reason]).toEqual([400, `invalid field: ${name}`]);
    });

    it.each(['12345678901234567890', `${'['.repeat(200_000)}${']'.repeat(200_000)}`])(
      'pass by what they do not know, whatever it is (%#)',
      (value) => {
        expect(post(`"count":2,"other":${value}`)).toMatchObject({ status: 200, body: '{"remaining":2,"share":1}' });
      },
    );
  });

  it.each([
    [{ kind: 'boom' }, 'invalid field: kind'],
    [{}, 'missing field: kind'],
    [{ kind: 'latency' }, 'missing field: latencyMs'],
    [{ kind: 'status', status: 200 }, 'invalid field: status'],
    [{ kind: 'dropAfter', share: 2 }, 'invalid field: share'],
    [{ kind: 'dropAfter', path: '^(' }, 'invalid field: path'],
  ])('refuses %j', (rule, reason) => {
    expect(new Bench().control('POST', '/faults', rule)).toMatchObject({ status: 400, body: { detail: { reason } } });
  });
});
