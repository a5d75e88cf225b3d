import { afterEach, describe, expect, it } from 'vitest';
import { createPartnerApi } from '../../../lib/partner-api/index.ts';
import { createKeySigner, createSigningSecret, staticCredentials } from '../../../lib/signing/index.ts';
import { errorOf } from './fake-api.ts';
import { inAnHour, keyPair, type SandboxWorld, sandboxWorld, tradingCompany } from './sandbox-world.ts';

let open: SandboxWorld | undefined;
afterEach(async () => {
  await open?.close();
  open = undefined;
});

async function start(): Promise<SandboxWorld> {
  open = await sandboxWorld();
  return open;
}

describe('the client with the sandbox', () => {
  it('carries a transfer from company to settlement, and reads it back everywhere', async () => {
    const here = await start();
    const { client } = here;
    const { companyId, coreClientId, fundId, one, two } = await tradingCompany(here);
    const transfer = {
      walletId: one,
      counterpartyWalletId: two,
      asset: 'BTC-TESTNET',
      amountBaseUnits: 250_000n,
      expiresAtSeconds: inAnHour(),
      partnerTxId: 'hv-tx-17',
      reference: 'inv-2041',
      benefitOf: 'Mira Solberg',
      accountNo: 'HV-77',
    };
    const { txId, status } = await client.transfers.create(companyId, transfer);
    expect(status).toBe('new');
    expect(await client.transfers.create(companyId, transfer)).toEqual({ txId, status: 'existing' });
    expect(await client.transfers.get(companyId, txId)).toMatchObject({ status: 'pending', approvedCount: 0 });

    const [action] = await client.coreClients.actions(coreClientId);
    const { details } = await client.coreClients.action(coreClientId, action?.actionId as string);
    expect(details).toMatchObject({
      txId,
      asset: 'BTC-TESTNET',
      amountBaseUnits: 250_250n,
      netAmountBaseUnits: 250_000n,
      recipientId: two,
      reference: 'inv-2041',
    });
    await client.coreClients.approve(coreClientId, action?.actionId as string);
    expect(await errorOf(client.coreClients.approve(coreClientId, action?.actionId as string))).toMatchObject({
      effect: 'refused',
      reason: 'action not pending',
    });

    expect(await client.transfers.get(companyId, txId)).toMatchObject({
      status: 'approved',
      approvals: [{ userId: coreClientId, status: 'approved' }],
      details: { netAmountBaseUnits: 250_000n, feesBaseUnits: 250n, recipientAddress: two, benefitOf: 'Mira Solberg' },
    });
    expect((await client.wallets.get(one)).balanceBaseUnits).toBe(4_749_750n);
    expect((await client.wallets.get(two)).balanceBaseUnits).toBe(250_000n);
    const { entries, total } = await client.ledger.page(companyId, fundId, { direction: 'out' });
    expect([total, entries[0]]).toMatchObject([
      1,
      {
        txId,
        status: 'approved',
        type: 'transferOut',
        amountBaseUnits: 250_250n,
        expiresAtSeconds: transfer.expiresAtSeconds,
      },
    ]);
    expect(await client.wallets.history(two)).toMatchObject([{ txId, amountBaseUnits: 250_000n }]);
    const holdings = await client.holdings.list(companyId);
    expect(holdings).toContainEqual({ asset: 'BTC-TESTNET', amountBaseUnits: 4_999_750n });
  });

  it('reads companies, parties, funds, whitelist, fees and limits', async () => {
    const here = await start();
    const { client } = here;
    const { companyId, coreClientId, fundId, one } = await tradingCompany(here, 'Heron & Vale/50%');
    expect(await client.companies.search('& vale/50%')).toMatchObject([{ companyId }]);
    await client.companies.update(companyId, { city: 'Porto' });
    expect(await client.companies.get(companyId)).toEqual({
      companyId,
      name: 'Heron & Vale/50%',
      city: 'Porto',
      country: '',
      domain: '',
      ref: 'hv-1',
    });
    expect(await client.trustedParties.list(companyId)).toMatchObject([
      { trustedEntityId: coreClientId, type: 'core-client', address: coreClientId },
    ]);
    expect(await client.funds.search(companyId, 'oper')).toEqual([{ fundId, name: 'Operating' }]);
    const fund = await client.funds.get(companyId, fundId);
    expect(fund.transferPolicy).toMatchObject({ threshold: 1, members: [{ entity: { id: coreClientId } }] });
    expect(fund.wallets[0]?.transferPolicyId).toBe(fund.transferPolicyId);
    expect(await client.wallets.get(fund.wallets[0]?.shortCode as string)).toMatchObject({ walletId: one });
    expect((await client.funds.deposits(companyId, fundId)).map(({ balanceBaseUnits }) => balanceBaseUnits)).toEqual([
      5_000_000n,
      0n,
      900_000_000n,
    ]);
    const entry = { name: 'Cold', asset: 'BTC-TESTNET', address: 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD' };
    await client.funds.addToWhitelist(companyId, fundId, entry);
    expect(await client.funds.whitelist(companyId, fundId, { asset: 'BTC-TESTNET' })).toEqual([entry]);
    const [added] = await client.funds.addAssets(companyId, fundId, ['ETH-GOERLI']);
    expect(await client.wallets.get(added as string)).toMatchObject({ asset: 'ETH-GOERLI', balanceBaseUnits: 0n });
    expect(await errorOf(client.funds.addAssets(companyId, fundId, ['ETH-GOERLI']))).toMatchObject({
      code: 'conflict',
    });
    expect(
      await client.fees.quote({ type: 'transferOut', asset: 'BTC-TESTNET', netAmountBaseUnits: 200_000n }),
    ).toEqual({
      netAmountBaseUnits: 200_000n,
      feesBaseUnits: 200n,
      amountToSendBaseUnits: 200_200n,
    });
    expect((await client.wallets.max(one)).amountToSendBaseUnits).toBe(5_000_000n);
    expect((await client.assets.list()).find(({ code }) => code === 'ETH')?.scale).toBe(1_000_000_000n);
  });

  it('says of each failure what it came to', async () => {
    const here = await start();
    const { client, control } = here;
    const { companyId, one, two } = await tradingCompany(here);
    const transfer = {
      walletId: one,
      counterpartyWalletId: two,
      asset: 'BTC-TESTNET',
      amountBaseUnits: 10_000_000n,
      expiresAtSeconds: inAnHour(),
      partnerTxId: 'k1',
    };
    const create = (changes: object = {}) => errorOf(client.transfers.create(companyId, { ...transfer, ...changes }));
    expect(await create()).toMatchObject({ effect: 'refused', code: 'bad_request', reason: 'insufficient balance' });
    expect(await create({ amountBaseUnits: 2n ** 63n - 1n })).toMatchObject({ effect: 'refused' });
    expect(await create({ expiresAtSeconds: 1 })).toMatchObject({ effect: 'refused', reason: 'expired' });
    expect(await create({ walletId: 'nope' })).toMatchObject({ effect: 'refused', code: 'not_found' });
    await control('POST', '/faults', { kind: 'status', status: 429, retryAfterSeconds: 9, count: 1 });
    expect(await create()).toMatchObject({ effect: 'notSent', code: 'rate_limited', retryAfterMs: 9000 });
    for (const [fault, code] of [
      [{ kind: 'status', status: 503 }, 'server_fault'],
      [{ kind: 'dropBefore' }, 'connection_lost'],
      [{ kind: 'dropAfter' }, 'connection_lost'],
      [{ kind: 'cutBody' }, 'connection_lost'],
    ] as const) {
      await control('POST', '/faults', { ...fault, count: 1 });
      expect(await create({ amountBaseUnits: 1000n, partnerTxId: `k ${fault.kind}` })).toMatchObject({
        effect: 'unknown',
        code,
      });
    }
    // The effect of the two later ones had happened: the same key finds it.
    const again = async (kind: string) =>
      (await client.transfers.create(companyId, { ...transfer, amountBaseUnits: 1000n, partnerTxId: `k ${kind}` }))
        .status;
    expect([await again('dropBefore'), await again('dropAfter'), await again('cutBody')]).toEqual([
      'new',
      'existing',
      'existing',
    ]);
  });

  it('signs with the time of the server when its own clock is wrong', async () => {
    const here = await start();
    const wrong = {
      baseUrl: here.server.baseUrl,
      credentials: here.credentials,
      clock: () => Date.now() - 7_200_000,
    };
    expect((await createPartnerApi(wrong).companies.create({ name: 'Late' })).companyId).toBeTruthy();
    const uncorrected = createPartnerApi({ ...wrong, maxClockCorrectionMs: 60_000 });
    expect(await errorOf(uncorrected.assets.list())).toMatchObject({ code: 'unauthorized', reason: 'timestamp' });
  });

  it('goes through a rotation of the key without a failed call', async () => {
    const here = await start();
    const next = keyPair();
    const text = (privateKeyPem: string) => JSON.stringify({ apiKey: here.apiKey, privateKeyPem });
    const versions: Record<string, string | undefined> = { AWSCURRENT: text(here.keys.privateKeyPem) };
    const credentials = createSigningSecret({ getSecretValue: async (stage) => versions[stage] });
    let attempts = 0;
    const client = createPartnerApi({ baseUrl: here.server.baseUrl, credentials, onCall: () => void attempts++ });
    const calls = async () => {
      attempts = 0;
      await client.assets.list();
      return attempts;
    };
    expect(await calls()).toBe(1);
    versions['AWSPENDING'] = text(next.privateKeyPem);
    await here.control('POST', '/keys', { apiKey: here.apiKey, publicKeyPem: next.publicKeyPem });
    // The server knows the new key, the secret still calls it pending: found once, then used at once.
    expect([await calls(), await calls()]).toEqual([2, 1]);
    versions['AWSCURRENT'] = versions['AWSPENDING'];
    expect(await calls()).toBe(1);
  });

  it('is turned away with a foreign key, and has then had no effect', async () => {
    const here = await start();
    const signer = createKeySigner(keyPair().privateKeyPem);
    const foreign = createPartnerApi({
      baseUrl: here.server.baseUrl,
      credentials: staticCredentials({ apiKey: here.apiKey, signer }),
    });
    expect(await errorOf(foreign.companies.create({ name: 'X' }))).toMatchObject({
      code: 'unauthorized',
      effect: 'notSent',
      reason: 'signature',
    });
    expect(await here.client.companies.search()).toEqual([]);
  });
});
