import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DemoWallet, seedDemo } from '../../sandbox/demo.ts';
import { Bench } from './partner-api/helpers.ts';

/** The demonstration as the local system has it: seed 1. */
function demonstration(approveAfterMs: number | null = 1000) {
  const bench = new Bench();
  const demo = seedDemo(bench.sandbox, { approveAfterMs });
  bench.apiKeyId = demo.keyId;
  return { bench, demo };
}

const readJson = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
const samples = globSync('events/*.json', { cwd: new URL('../..', import.meta.url).pathname });
const bodyOf = (name: string) => JSON.parse(readJson(`events/${name}.json`).body);

describe('the sample configuration', () => {
  const { demo } = demonstration();
  const wallets: DemoWallet[] = [demo.operating, demo.trading].flatMap(({ btc, eth }) => [btc, eth]);
  const { clients } = readJson('config/clients.json');

  it('binds the wallets of the demonstration, and the sweep of its connected wallet', () => {
    expect(clients[0].bindings).toEqual(wallets);
    const { walletId, asset } = demo.exchange.connected;
    expect(clients[0].sweeps).toEqual([
      {
        coreClientId: demo.exchange.coreClientId,
        walletId,
        asset,
        recipientWalletIds: [demo.operating.btc.walletId],
      },
    ]);
  });

  it('lets the desk bot decide by rules', () => {
    const { approvals } = readJson('config/approvals.json');
    expect(approvals[0].coreClientId).toBe(demo.deskBot.coreClientId);
  });
});

describe('the sample events', () => {
  const { demo } = demonstration();
  const { operating, settlement, trading, exchange } = demo;

  it('name what the demonstration has', () => {
    expect(bodyOf('create-transfer')).toMatchObject({
      companyId: operating.btc.companyId,
      walletId: operating.btc.walletId,
      counterpartyWalletId: settlement.btc.walletId,
    });
    expect(bodyOf('create-withdrawal')).toMatchObject({
      walletId: operating.btc.walletId,
      address: demo.withdrawalAddress,
    });
    expect(bodyOf('create-quote')).toMatchObject({
      companyId: operating.btc.companyId,
      sendWalletId: operating.btc.walletId,
      receiveWalletId: operating.eth.walletId,
    });
    expect(bodyOf('take-quote')).toMatchObject({
      companyId: trading.btc.companyId,
      sendWalletId: trading.eth.walletId,
      receiveWalletId: trading.btc.walletId,
    });
    expect(bodyOf('create-sweep')).toMatchObject({
      coreClientId: exchange.coreClientId,
      walletId: exchange.connected.walletId,
      recipientWalletId: operating.btc.walletId,
    });
  });

  it('have no placeholders left', () => {
    const files = [...samples, 'config/clients.json', 'config/approvals.json'];
    const withPlaceholder = files.filter((file) => JSON.stringify(readJson(file)).includes('sandbox-'));
    expect([samples.length > 10, withPlaceholder]).toEqual([true, []]);
  });
});

describe('the demonstration', () => {
  const soon = (bench: Bench) => bench.nowMs / 1000 + 3600;

  it('has the same ids on every run, and balanced books', () => {
    const one = demonstration();
    expect(demonstration().demo).toEqual(one.demo);
    expect(one.bench.isBalanced()).toBe(true);
  });

  it('completes a withdrawal to the whitelisted address', () => {
    const { bench, demo } = demonstration();
    const { companyId, walletId } = demo.operating.btc;
    const body = {
      wallet_id: walletId,
      address: demo.withdrawalAddress,
      expires: soon(bench),
      send: { symbol: 'BTC-TESTNET', amount: 120_000 },
    };
    const { tx_id } = bench.call('POST', `/company/${companyId}/withdraw`, body).body;
    bench.nowMs += 1000;
    expect(bench.call('GET', `/company/${companyId}/withdraw/${tx_id}`).body.txStatus).toBe('approved');
  });

  it('completes a swap between the two companies', () => {
    const { bench, demo } = demonstration();
    const { operating, trading } = demo;
    const { tx_id } = bench.call('POST', `/company/${operating.btc.companyId}/atomicswap/make`, {
      send_wallet_id: operating.btc.walletId,
      receive_wallet_id: operating.eth.walletId,
      expires: soon(bench),
      reference: 'q-31',
      send: { symbol: 'BTC-TESTNET', amount: 640_000 },
      receive: { symbol: 'ETH-TESTNET', amount: 98_000_000 },
    }).body;
    bench.nowMs += 1000;
    const take = { swap_id: tx_id, send_wallet_id: trading.eth.walletId, receive_wallet_id: trading.btc.walletId };
    expect(bench.call('POST', `/company/${trading.btc.companyId}/atomicswap/take`, take).body.status).toBe('new');
    bench.nowMs += 1000;
    expect(bench.balance(trading.btc.walletId)).toBe(500_640_000);
  });

  it('completes a sweep out of the connected wallet', () => {
    const { bench, demo } = demonstration();
    const { coreClientId, connected } = demo.exchange;
    const body = {
      wallet_id: connected.walletId,
      recipient_wallet_id: demo.operating.btc.walletId,
      expires: soon(bench),
      send: { symbol: 'BTC-TESTNET', amount: 300_000 },
    };
    const { tx_id } = bench.call('POST', `/coreclient/${coreClientId}/sweep`, body).body;
    bench.nowMs += 1000;
    expect(bench.call('GET', `/coreclient/${coreClientId}/sweep/${tx_id}`).body.tx_status).toBe('approved');
  });

  it('lets the desk bot, with its own key only, decide for the second company', () => {
    const { bench, demo } = demonstration(null);
    const { companyId, walletId } = demo.trading.btc;
    const body = {
      wallet_id: walletId,
      counterparty_wallet_address: demo.operating.btc.walletId,
      expires: soon(bench),
      send: { symbol: 'BTC-TESTNET', amount: 5 },
    };
    const { tx_id } = bench.call('POST', `/company/${companyId}/transfer`, body).body;
    const path = `/coreclient/${demo.deskBot.coreClientId}`;
    expect(bench.call('GET', `${path}/actions`).status).toBe(404);
    const [action] = bench.call('GET', `${path}/actions`, '', demo.deskBot.keyId).body.actions;
    bench.call('PUT', `${path}/action/${action.id}`, '', demo.deskBot.keyId);
    expect(bench.call('GET', `/company/${companyId}/transfer/${tx_id}`).body.txStatus).toBe('approved');
  });

  it('leaves the exchange to somebody where nobody approves by himself', () => {
    const { bench, demo } = demonstration(null);
    expect(bench.call('GET', `/wallet/${demo.exchange.connected.walletId}`).body.status).toBe('ready');
    expect(bench.sandbox.world.coreClients.get(demo.exchange.coreClientId)?.autoApproveDelayMs).toBeUndefined();
  });
});
