import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { Bench } from './helpers.ts';

const id = '43CQtjpeSH1DeMSWQTPc3de2GWLsTAMcvGePYS6wKibn';

describe('a core client that was there before', () => {
  it('can be enlisted by anybody, named in a policy, and votes through the control surface', () => {
    const bench = new Bench();
    const at = bench.setUp({ voters: 0, balances: [1_000_000, 0] });
    expect(bench.control('POST', '/core-clients', { id, name: 'second approver' })).toMatchObject({
      status: 200,
      body: { coreClientId: id, name: 'second approver' },
    });
    expect(bench.call('POST', `/company/${at.companyId}/trustedparty`, { address: id }).status).toBe(200);
    const wallets = [{ name: 'held', asset: at.asset, custodygroup_tx: { threshold: 1, members: [id] } }];
    const [walletId] = bench.call('POST', `/company/${at.companyId}/fund/${at.fundId}/wallet`, { wallets }).body
      .wallets;
    bench.control('POST', '/deposits', { walletId, amount: 1_000_000 });
    const txId = bench.transfer({ ...at, walletIds: [walletId, at.walletIds[0] as string] }).body.tx_id;
    const [action] = bench.control('GET', `/voters/${id}/actions`).body.actions;
    expect(bench.control('PUT', `/actions/${action.id}`).status).toBe(200);
    expect(bench.call('GET', `/company/${at.companyId}/transfer/${txId}`).body.txStatus).toBe('approved');
    expect(bench.control('GET', '/ledger').body.balanced).toBe(true);
  });

  it('belongs to a key of its own unless one is named, and is listed by no other', () => {
    const bench = new Bench();
    bench.newKey();
    const { keyId } = bench.control('POST', '/core-clients', { id }).body;
    expect(bench.call('GET', '/coreclient').body).toEqual({ count: 0, clients: [] });
    expect(bench.call('GET', '/coreclient', undefined, keyId).body).toMatchObject({ clients: [{ id, name: id }] });
    const other = 'GTVVvDSTdJrCBJkgCSeQDhcJPZJyAUYAWnKj5mFhEfeC';
    expect(bench.control('POST', '/core-clients', { id: other, keyId: bench.apiKeyId }).status).toBe(200);
    expect(bench.call('GET', '/coreclient').body).toMatchObject({ count: 1, clients: [{ id: other }] });
  });

  it('is refused under an id that is taken or no id, and for a key nobody has', () => {
    const bench = new Bench();
    const { users } = bench.setUp();
    expect(bench.control('POST', '/core-clients', {})).toMatchObject({
      status: 400,
      body: { detail: { reason: 'missing field: id' } },
    });
    expect(bench.control('POST', '/core-clients', { id: '0OIl' })).toMatchObject({
      status: 400,
      body: { detail: { reason: 'invalid field: id' } },
    });
    expect(bench.control('POST', '/core-clients', { id, keyId: 'nobody' })).toMatchObject({ status: 404 });
    expect(bench.control('POST', '/core-clients', { id: users[0] })).toMatchObject({ status: 409 });
    expect(bench.control('POST', '/core-clients', { id }).status).toBe(200);
    expect(bench.control('POST', '/core-clients', { id }).status).toBe(409);
  });

  it('survives a restart', () => {
    const folder = temporaryFolder();
    const journal = join(folder, 'journal');
    const bench = new Bench({ journal });
    const { keyId } = bench.control('POST', '/core-clients', { id }).body;
    bench.sandbox.close();
    const next = new Bench({ journal, seed: undefined }, bench.nowMs);
    expect(next.call('GET', '/coreclient', undefined, keyId).body).toMatchObject({ clients: [{ id }] });
    next.sandbox.close();
  });
});
