import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countable, type Facts, factsOf, movesAssets } from '../../../../lib/approvals/facts.ts';
import { createPartnerApi } from '../../../../lib/partner-api/index.ts';
import { toldBy } from '../../../../lib/platform/config/approval-types.ts';
import { createKeySigner, staticCredentials } from '../../../../lib/signing/index.ts';
import { inAnHour, keyPair, type SandboxWorld, sandboxWorld, tradingCompany } from '../../partner-api/sandbox-world.ts';

let world: SandboxWorld;
/** The facts of one action of each type that the sandbox sends. */
const factsByType = new Map<string, Facts>();

async function note(coreClientId: string) {
  const { coreClients } = world.client;
  for (const { actionId } of await coreClients.actions(coreClientId)) {
    const facts = factsOf(await coreClients.action(coreClientId, actionId));
    factsByType.set(facts.actionType, facts);
  }
}

async function approveAll(coreClientId: string) {
  const { coreClients } = world.client;
  for (const { actionId } of await coreClients.actions(coreClientId)) await coreClients.approve(coreClientId, actionId);
}

beforeAll(async () => {
  world = await sandboxWorld();
  const { client, control } = world;
  const maker = await tradingCompany(world);
  const taker = await tradingCompany(world, 'Vale');
  const common = { asset: 'BTC-TESTNET', amountBaseUnits: 1000n, expiresAtSeconds: inAnHour(), reference: 'r' };

  const address = 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD';
  await client.funds.addToWhitelist(maker.companyId, maker.fundId, { name: 'cold', asset: common.asset, address });
  await client.transfers.create(maker.companyId, {
    ...common,
    walletId: maker.one,
    counterpartyWalletId: maker.two,
    partnerTxId: 'transfer',
  });
  await client.withdrawals.create(maker.companyId, {
    ...common,
    walletId: maker.one,
    address,
    partnerTxId: 'withdrawal',
  });
  const { transferPolicyId: policyId } = await client.wallets.get(maker.two);
  await client.wallets.setPolicy(
    { companyId: maker.companyId, fundId: maker.fundId, walletId: maker.two },
    { policyId, type: 'policy-tx', threshold: 1, members: [maker.coreClientId] },
  );
  const { txId } = await client.swaps.make(maker.companyId, {
    sendWalletId: maker.one,
    receiveWalletId: maker.eth,
    send: { asset: 'BTC-TESTNET', amountBaseUnits: 640_000n },
    receive: { asset: 'ETH-TESTNET', amountBaseUnits: 9_800_000n },
    expiresAtSeconds: inAnHour(),
    reference: 'r',
    partnerTxId: 'quote',
  });
  await note(maker.coreClientId);
  await approveAll(maker.coreClientId);
  await client.swaps.take(taker.companyId, {
    swapId: txId,
    sendWalletId: taker.eth,
    receiveWalletId: taker.one,
    reference: 'r',
    partnerTxId: 'take',
  });
  await note(taker.coreClientId);

  await control('POST', '/exchanges', { coreClientId: maker.coreClientId, name: 'Tern', url: 'tern.example' });
  const keys = keyPair();
  const { apiKey } = await control('POST', '/keys', { kind: 'live', publicKeyPem: keys.publicKeyPem });
  const credentials = staticCredentials({ apiKey, signer: createKeySigner(keys.privateKeyPem) });
  const { baseUrl } = world.server;
  const customer = createPartnerApi({ baseUrl, credentials, transport: world.transport.send });
  const { companyId } = await customer.companies.create({ name: 'Customer' });
  const connect = [{ counterpartyId: maker.coreClientId, clientId: 'c-1', customer_id: '7' }];
  const { fundId } = await customer.funds.create(companyId, {
    name: 'Customer',
    wallets: [{ name: 'one', asset: 'BTC-TESTNET', type: 1, connect }],
  });
  await note(maker.coreClientId);
  await approveAll(maker.coreClientId);
  const [wallet] = (await customer.funds.get(companyId, fundId)).wallets;
  await control('POST', '/deposits', { walletId: wallet?.walletId, amount: 50_000 });
  await client.sweeps.create(maker.coreClientId, {
    ...common,
    walletId: wallet?.walletId as string,
    recipientWalletId: maker.two,
    partnerTxId: 'sweep',
  });
  await note(maker.coreClientId);
});

afterAll(() => world.close());

describe('what the types of actions tell', () => {
  it('is what the actions of the sandbox tell, for every type', () => {
    const told = [...factsByType].map(([type, facts]) => {
      const isCountable = countable(facts) !== undefined;
      const asked = {
        companies: facts.companyId !== undefined,
        assets: facts.asset !== undefined,
        amount: isCountable,
        total: isCountable,
        recipients: facts.recipients.length > 0,
        // What moves nothing is of no instruction, although a change of a policy has an id.
        matchesInstruction: facts.txId !== undefined && isCountable,
        customer: facts.customer !== undefined,
      };
      return [type, Object.keys(asked).filter((name) => asked[name as keyof typeof asked])];
    });
    expect(Object.fromEntries(told)).toEqual(toldBy);
  });

  it('has an amount exactly where assets move', () => {
    for (const [type, told] of Object.entries(toldBy)) {
      expect([type, movesAssets({ actionType: type, recipients: [] })]).toEqual([type, told.includes('amount')]);
    }
  });
});
