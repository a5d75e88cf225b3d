import { afterEach, describe, expect, it } from 'vitest';
import {
  type ConnectedMovement,
  type FeedReport,
  type HubUpdate,
  openAgentFeed,
  openCoreClientFeed,
  openLiquidityHubFeed,
  openWalletsFeed,
} from '../../../lib/partner-api/feeds.ts';
import { TestAgent } from '../../sandbox/partner-api/agent-helpers.ts';
import { inAnHour, type SandboxWorld, sandboxWorld, tradingCompany } from './sandbox-world.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The sandbox with a key that must sign, and what a feed of that key is opened with. */
async function world() {
  const here = await sandboxWorld();
  closing.push(() => here.close());
  const reports: FeedReport[] = [];
  const feedOptions = {
    client: here.client,
    credentials: here.credentials,
    onState: (report: FeedReport) => reports.push(report),
    sleep: async () => {},
  };
  const isOpen = () => expect.poll(() => reports.at(-1)?.state).toBe('open');
  return { ...here, feedOptions, reports, isOpen };
}

let transfers = 0;

/** Asks for a transfer of which only the custody is of interest. */
async function transfer({ client }: Pick<SandboxWorld, 'client'>, at: Awaited<ReturnType<typeof tradingCompany>>) {
  const { txId } = await client.transfers.create(at.companyId, {
    walletId: at.one,
    counterpartyWalletId: at.two,
    partnerTxId: `transfer-${++transfers}`,
    asset: 'BTC-TESTNET',
    amountBaseUnits: 1000n,
    expiresAtSeconds: inAnHour(),
  });
  return txId;
}

describe('the feeds of the typed client, against the sandbox', () => {
  it("tell a core client's actions: pending ones on connect, later ones as they arise", async () => {
    const here = await world();
    const at = await tradingCompany(here);
    await transfer(here, at);
    const told: string[] = [];
    const feed = openCoreClientFeed({
      ...here.feedOptions,
      coreClientId: at.coreClientId,
      onMessage: (action) => void told.push(action.actionId),
    });
    closing.push(() => feed.close());
    await here.isOpen();
    await transfer(here, at);
    await expect.poll(() => told.length).toBe(2);
    const pending = await here.client.coreClients.actions(at.coreClientId);
    expect(told).toEqual(pending.map(({ actionId }) => actionId));
  });

  it('come back after the server dropped them, with what was missed', async () => {
    const here = await world();
    const at = await tradingCompany(here);
    const told: string[] = [];
    const feed = openCoreClientFeed({
      ...here.feedOptions,
      coreClientId: at.coreClientId,
      onMessage: (action) => void told.push(action.actionId),
    });
    closing.push(() => feed.close());
    await here.isOpen();
    // Three dials fail; what arises meanwhile must not be lost.
    await here.control('POST', '/faults', { kind: 'dropBefore', operation: 'W1', count: 3 });
    for (const listener of here.server.sandbox.listeners) listener({ kind: 'reset' });
    await transfer(here, at);
    await expect.poll(() => told.length).toBe(1);
    await here.isOpen();
    expect(here.reports.filter(({ state }) => state === 'connecting')).toHaveLength(5);
    expect(told).toHaveLength(1);
  });

  it('tell a Signing Agent by its proof alone, at both addresses', async () => {
    const here = await world();
    const at = await tradingCompany(here);
    const agent = new TestAgent();
    const proof = () => agent.proof(Math.floor(here.server.sandbox.clock.nowMs() / 1000));
    const { name, blsPublicKey: blsPublicKeyHex, ecPublicKey: ecPublicKeyHex } = agent.registration;
    const made = await here.client.agent.init({ name, blsPublicKeyHex, ecPublicKeyHex });
    const { idDocSignatureHex } = agent.initiated({
      id: made.id,
      clientID: made.clientIdHex,
      clientSecret: made.clientSecretHex,
      idDoc: made.idDocHex,
    });
    const { feedUrl } = await here.client.agent.finish(proof, idDocSignatureHex);
    await here.client.trustedParties.add(at.companyId, agent.id);
    const policy = { threshold: 1, members: [agent.id] };
    const wallet = { name: 'held', asset: 'BTC-TESTNET', transferPolicy: policy };
    const [walletId = ''] = await here.client.funds.addWallets(at.companyId, at.fundId, [wallet]);
    await here.control('POST', '/deposits', { walletId, amount: 5_000_000 });
    const told: string[][] = [[], []];
    for (const [index, url] of [feedUrl, `${here.server.feedUrl}/coreclient/feed`].entries()) {
      const onMessage = ({ actionId }: { actionId: string }) => void told[index]?.push(actionId);
      const feed = openAgentFeed({ feedUrl: url, zkpToken: proof, onMessage });
      closing.push(() => feed.close());
    }
    const txId = await transfer(here, { ...at, one: walletId });
    await expect.poll(() => told).toEqual([[txId], [txId]]);
    const { messagesHex } = await here.client.agent.action(proof, txId);
    await here.client.agent.approve(
      proof,
      txId,
      messagesHex.map((message) => agent.sign(message)),
    );
    expect((await here.client.transfers.get(at.companyId, txId)).status).toBe('approved');
  });

  it('tell changes of the liquidity hub', async () => {
    const here = await world();
    const at = await tradingCompany(here);
    await here.control('PUT', `/voters/${at.coreClientId}`, { autoApprove: { delayMs: 0 } });
    const told: HubUpdate[] = [];
    const feed = openLiquidityHubFeed({ ...here.feedOptions, onMessage: (update) => void told.push(update) });
    closing.push(() => feed.close());
    await here.isOpen();
    const { txId } = await here.client.swaps.make(at.companyId, {
      sendWalletId: at.one,
      receiveWalletId: at.eth,
      send: { asset: 'BTC-TESTNET', amountBaseUnits: 1000n },
      receive: { asset: 'ETH-TESTNET', amountBaseUnits: 2000n },
      reference: 'q',
      partnerTxId: 'quote-1',
      addToLiquidityHub: true,
      expiresAtSeconds: inAnHour(),
    });
    await expect.poll(() => told).toEqual([{ txId, status: 'taker_pending' }]);
    await here.client.swaps.cancel(at.companyId, txId);
    await expect.poll(() => told.at(-1)).toEqual({ txId, status: 'initiate_rejected' });
  });

  it('tell movements of connected wallets, and after a reconnect those that were missed', async () => {
    const here = await world();
    const at = await tradingCompany(here);
    const { coreClientId: exchangeId } = await here.client.coreClients.create('Tern');
    await here.control('POST', '/exchanges', { coreClientId: exchangeId, name: 'Tern Exchange' });
    const wallet = {
      name: 'traded',
      asset: 'BTC-TESTNET',
      type: 1,
      connect: [{ counterpartyId: exchangeId, clientId: 'C-1' }],
    };
    const [walletId = ''] = await here.client.funds.addWallets(at.companyId, at.fundId, [wallet]);
    const [action] = await here.client.coreClients.actions(exchangeId);
    await here.client.coreClients.approve(exchangeId, action?.actionId ?? '');
    const told: ConnectedMovement[] = [];
    const feed = openWalletsFeed({ ...here.feedOptions, onMessage: (movement) => void told.push(movement) });
    closing.push(() => feed.close());
    await here.isOpen();
    await here.control('POST', '/deposits', { walletId, amount: 500 });
    await expect.poll(() => told).toMatchObject([{ walletId, amountBaseUnits: 500n, sweep: false }]);
    await here.control('POST', '/faults', { kind: 'status', status: 503, operation: 'W3', count: 2 });
    for (const listener of here.server.sandbox.listeners) listener({ kind: 'reset' });
    await here.control('POST', '/deposits', { walletId, amount: 700 });
    await expect.poll(() => told.map(({ amountBaseUnits }) => amountBaseUnits)).toEqual([500n, 700n]);
    await here.isOpen();
    expect(told).toHaveLength(2);
  });
});
