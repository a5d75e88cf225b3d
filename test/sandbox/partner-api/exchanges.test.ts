import { describe, expect, it } from 'vitest';
import { ProvenBench, refused } from './proven-bench.ts';

const fields = [
  { id: 'customer_id', type: 'string', name: 'Your customer number' },
  { id: 'customer_email', type: 'string', name: 'Your e-mail' },
];

/** A company of one key, and an exchange of another. */
function trade() {
  const bench = new ProvenBench();
  const at = bench.setUp({ voters: 1, balances: [1_000_000, 0] });
  const exchangeKey = bench.newKey();
  const exchange = bench.newExchange(exchangeKey);
  const asExchange = (method: string, path: string, body?: object) =>
    bench.call(method, `/coreclient/${exchange}${path}`, body, exchangeKey);
  const wallet = (id: string) => bench.call('GET', `/wallet/${id}`).body;
  const actionOn = () => asExchange('GET', '/actions').body.actions[0];
  return { bench, at, exchangeKey, exchange, asExchange, wallet, actionOn };
}

describe('GET /exchanges', () => {
  it('lists core clients once the staff upgraded them, to every key, with the customer data they want', () => {
    const bench = new ProvenBench();
    const key = bench.newKey();
    const { id } = bench.call('POST', '/coreclient', { name: 'Tern' }).body;
    expect(bench.call('GET', '/exchanges').body).toEqual({ exchanges: [] });
    const about = { name: 'Tern Exchange', url: 'tern.example', logoUrl: 'https://tern.example/logo.svg' };
    bench.control('POST', '/exchanges', { coreClientId: id, ...about });
    const shown = { id, name: 'Tern Exchange', url: 'tern.example', logourl: 'https://tern.example/logo.svg' };
    expect(bench.call('GET', '/exchanges', '', bench.newKey()).body.exchanges).toEqual([
      { ...shown, client: { fields: [fields[0]] } },
    ]);
    bench.control('POST', '/exchanges', { coreClientId: id, name: 'Tern', fields });
    expect(bench.call('GET', '/exchanges', '', key).body.exchanges).toEqual([
      { ...shown, name: 'Tern', client: { fields } },
    ]);
    expect(bench.control('GET', '/exchanges').body.exchanges).toHaveLength(1);
    expect(bench.control('POST', '/exchanges', { coreClientId: 'x' })).toMatchObject(refused(404, 'core client'));
    expect(bench.control('POST', '/exchanges', { coreClientId: id, fields: [{}] })).toMatchObject(
      refused(400, 'missing field: fields.id'),
    );
  });
});

describe('connecting a dedicated wallet', () => {
  it('asks the exchange for an hour, and makes the wallet ready when it agrees', () => {
    const { bench, at, exchange, asExchange, wallet, actionOn } = trade();
    const id = bench.connectedWallet(at, exchange);
    const link = { client_id: 'C-4471', counterparty_id: exchange, name: 'Tern Exchange' };
    expect(wallet(id)).toMatchObject({ status: 'pending', type: 1, connected: [{ ...link, status: 'initiated' }] });
    const action = actionOn();
    expect(action).toMatchObject({
      type: 'ApproveNewWalletConnect',
      timestamp: 1_700_000_000,
      expireTime: 1_700_003_600,
    });
    expect(asExchange('GET', `/action/${action.id}`).body).toMatchObject({
      coreClientID: exchange,
      details: {
        clientData: { customer_id: 'C-4471' },
        wallet: { walletID: id, name: 'Tern trading', asset: 'BTC-TESTNET', type: 1, typeCode: 'dedicated' },
      },
    });
    const row = { wallet_id: id, action_id: action.id, expires: 1_700_003_600 };
    expect(asExchange('GET', '/wallets').body.wallets).toEqual([{ ...row, status: 'pending' }]);
    expect(asExchange('PUT', `/action/${action.id}`).body).toMatchObject({ code: 200, msg: 'OK' });
    expect(wallet(id)).toMatchObject({ status: 'ready', connected: [{ ...link, status: 'connected' }] });
    expect(asExchange('GET', '/wallets').body.wallets).toEqual([{ ...row, status: 'approved' }]);
  });

  it('lets nothing in or out before that', () => {
    const { bench, at, exchange } = trade();
    const id = bench.connectedWallet(at, exchange);
    expect(bench.control('POST', '/deposits', { walletId: id, amount: 5 })).toMatchObject(
      refused(400, 'wallet not ready'),
    );
    expect(bench.transfer(at, { counterparty_wallet_address: id })).toMatchObject(refused(400, 'wallet not ready'));
    expect(bench.transfer(at, { wallet_id: id })).toMatchObject(refused(400, 'wallet not ready'));
  });

  it('ends the wallet when the exchange refuses', () => {
    const { bench, at, exchange, asExchange, wallet, actionOn } = trade();
    const id = bench.connectedWallet(at, exchange);
    asExchange('DELETE', `/action/${actionOn().id}`);
    expect(wallet(id)).toMatchObject({ status: 'rejected', connected: [{ status: 'rejected' }] });
    expect(asExchange('GET', '/wallets').body.wallets).toEqual([]);
    expect(bench.control('POST', '/connections', { walletId: id, exchangeId: exchange })).toMatchObject(
      refused(409, 'connection exists'),
    );
  });

  it('expires after the hour, and can be sent again, with the same customer data', () => {
    const { bench, at, exchange, asExchange, wallet, actionOn } = trade();
    const id = bench.connectedWallet(at, exchange);
    bench.wait(3599);
    expect(wallet(id).status).toBe('pending');
    bench.wait(1);
    expect(wallet(id)).toMatchObject({ status: 'expired', connected: [{ status: 'expired' }] });
    expect(asExchange('GET', '/wallets').body.wallets).toEqual([]);
    const again = bench.control('POST', '/connections', { walletId: id, exchangeId: exchange });
    expect(again.body).toEqual({ walletId: id, walletStatus: 'pending', connectionStatus: 'initiated' });
    const action = actionOn();
    expect(action.expireTime).toBe(1_700_007_200);
    expect(asExchange('GET', `/action/${action.id}`).body.details.clientData).toEqual({ customer_id: 'C-4471' });
    asExchange('PUT', `/action/${action.id}`);
    expect(wallet(id)).toMatchObject({ status: 'ready', connected: [{ status: 'connected' }] });
  });

  it('passes on the members that are named after the fields of the exchange', () => {
    const { bench, at, exchange, asExchange, actionOn } = trade();
    bench.control('POST', '/exchanges', { coreClientId: exchange, fields });
    const connect = [
      { counterparty_id: exchange, client_id: 'C-1', customer_email: 'm@heron.example', other: 'stays here' },
    ];
    const wallets = [{ name: 'w', asset: at.asset, type: 1, connect }];
    bench.call('POST', `/company/${at.companyId}/fund/${at.fundId}/wallet`, { wallets });
    expect(asExchange('GET', `/action/${actionOn().id}`).body.details.clientData).toEqual({
      customer_id: 'C-1',
      customer_email: 'm@heron.example',
    });
  });

  it('takes texts, true or false and whole numbers in them, and null as absent', () => {
    const { bench, at, exchange, asExchange, actionOn } = trade();
    bench.control('POST', '/exchanges', { coreClientId: exchange, fields: ['a', 'b', 'c', 'd'].map((id) => ({ id })) });
    const connect = [{ counterparty_id: exchange, client_id: 'C', a: '', b: false, c: 2 ** 53 - 1, d: null }];
    const wallets = [{ name: 'w', asset: at.asset, type: 1, connect }];
    expect(bench.call('POST', `/company/${at.companyId}/fund/${at.fundId}/wallet`, { wallets }).status).toBe(200);
    const clientData = { customer_id: 'C', a: '', b: false, c: 2 ** 53 - 1 };
    expect(asExchange('GET', `/action/${actionOn().id}`).body.details.clientData).toEqual(clientData);
  });

  it.each([
    ['a number beyond 2^53', '12345678901234567890'],
    ['a fraction', '0.5'],
    ['an object', '{}'],
    ['lists in lists', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
  ])('refuses in them what could not be told again: %s', (_name, value) => {
    const { bench, at, exchange, asExchange } = trade();
    bench.control('POST', '/exchanges', { coreClientId: exchange, fields });
    const link = `{"counterparty_id":"${exchange}","client_id":"C","customer_email":${value}}`;
    const wallets = `{"wallets":[{"name":"w","asset":"${at.asset}","type":2,"connect":[${link}]}]}`;
    const path = `/company/${at.companyId}/fund/${at.fundId}`;
    const reason = 'invalid field: wallets.connect.customer_email';
    expect(bench.call('POST', `${path}/wallet`, wallets)).toMatchObject(refused(400, reason));
    const fund = `{"name":"F",${wallets.slice(1)}`;
    expect(bench.call('POST', `/company/${at.companyId}/fund`, fund)).toMatchObject(refused(400, reason));
    expect(asExchange('GET', '/actions').body.actions).toEqual([]);
    expect(bench.control('GET', '/actions').status).toBe(200);
  });

  it.each([
    ['a core client that is no exchange', 1, ['plain'], 404, 'core client'],
    ['no exchange', 1, [], 400, 'invalid field: wallets.connect'],
    ['two exchanges', 1, ['tern', 'other'], 400, 'invalid field: wallets.connect'],
    ['an exchange for a standard wallet', 0, ['tern'], 400, 'invalid field: wallets.connect'],
    ['the same exchange twice', 2, ['tern', 'tern'], 400, 'invalid field: wallets.connect'],
  ])('refuses %s', (_name, type, who, status, reason) => {
    const { bench, at, exchange } = trade();
    const ids: Record<string, string> = {
      tern: exchange,
      other: bench.newExchange(),
      plain: bench.call('POST', '/coreclient', { name: 'bot' }).body.id,
    };
    const connect = who.map((name) => ({ counterparty_id: ids[name], client_id: 'C' }));
    const wallets = [{ name: 'w', asset: at.asset, type, connect }];
    expect(bench.call('POST', `/company/${at.companyId}/fund/${at.fundId}/wallet`, { wallets })).toMatchObject(
      refused(status, reason),
    );
  });
});

describe('a multi-counterparty wallet', () => {
  it('is ready at once, can be connected to more exchanges, and needs no vote of theirs to pay', () => {
    const { bench, at, exchange, asExchange, wallet, actionOn } = trade();
    // One page numbers the type 3 (K27).
    const id = bench.connectedWallet(at, exchange, 3);
    expect(wallet(id)).toMatchObject({ status: 'ready', type: 2, connected: [{ status: 'initiated' }] });
    expect(asExchange('GET', `/action/${actionOn().id}`).body.details.wallet).toMatchObject({
      type: 2,
      typeCode: 'multi-counterparty',
    });
    asExchange('PUT', `/action/${actionOn().id}`);
    const second = bench.newExchange();
    bench.control('POST', '/connections', { walletId: id, exchangeId: second, clientId: 'C-2' });
    expect(wallet(id).connected).toMatchObject([
      { counterparty_id: exchange, status: 'connected' },
      { counterparty_id: second, client_id: 'C-2', status: 'initiated' },
    ]);
    bench.reject(second);
    expect(wallet(id)).toMatchObject({ status: 'ready', connected: [{ status: 'connected' }, { status: 'rejected' }] });
    bench.control('POST', '/deposits', { walletId: id, amount: 500_000 });
    const { tx_id } = bench.transfer(at, { wallet_id: id }).body;
    bench.approve(at.users[0] as string);
    expect(bench.status(at, tx_id)).toBe('approved');
    const plain = { walletId: at.walletIds[0], exchangeId: exchange };
    expect(bench.control('POST', '/connections', plain)).toMatchObject(refused(400, 'not a multi-counterparty wallet'));
  });
});

describe('a connected wallet', () => {
  it('can be read by its exchange, with its history but no more, from the connection on', () => {
    const { bench, at, exchangeKey, exchange } = trade();
    const id = bench.connectedWallet(at, exchange);
    const read = (path: string) => bench.call('GET', `/wallet/${id}${path}`, '', exchangeKey).status;
    expect(read('')).toBe(404);
    bench.approve(exchange);
    expect(['', '/history', '/max'].map(read)).toEqual([200, 200, 404]);
    expect(bench.call('GET', `/wallet/${at.walletIds[0]}`, '', exchangeKey).status).toBe(404);
  });
});

describe('a sweep', () => {
  /** A connected wallet with a million in it, and the exchange's own wallet to sweep into. */
  function connected() {
    const all = trade();
    const { bench, at, exchange, exchangeKey, asExchange } = all;
    const id = bench.connectedWallet(at, exchange);
    bench.approve(exchange);
    bench.control('POST', '/deposits', { walletId: id, amount: 1_000_000 });
    const owner = bench.apiKeyId;
    bench.apiKeyId = exchangeKey;
    const house = bench.setUp({ balances: [0], voters: 0 }).walletIds[0] as string;
    bench.apiKeyId = owner;
    const sweep = (more: object = {}) =>
      asExchange('POST', '/sweep', {
        wallet_id: id,
        recipient_wallet_id: house,
        expires: bench.nowMs / 1000 + 3600,
        reference: 'fill-902',
        send: { symbol: 'BTC-TESTNET', amount: 300_000 },
        ...more,
      });
    const info = (txId: string) => asExchange('GET', `/sweep/${txId}`).body;
    return { ...all, id, house, sweep, info };
  }

  it('is approved by the core client alone and pays any wallet of the network', () => {
    const { bench, at, exchange, exchangeKey, asExchange, actionOn, id, house, sweep, info } = connected();
    const { tx_id, status } = sweep({ partner_txID: 'tern-902' }).body;
    expect(status).toBe('new');
    expect(bench.available(id)).toBe(699_700);
    expect(bench.actionsOf(at.users[0] as string)).toEqual([]);
    const action = actionOn();
    expect(asExchange('GET', `/action/${action.id}`).body).toMatchObject({
      type: 'ApproveSweep',
      details: { txType: 'sweep', txID: tx_id, walletID: id, recipientID: house, netAmount: 300_000, amount: 300_300 },
    });
    expect(info(tx_id)).toMatchObject({ tx_status: 'pending', approver_count: 0 });
    bench.nowMs += 10_000;
    asExchange('PUT', `/action/${action.id}`);
    const settled = {
      tx_id,
      tx_status: 'approved',
      approver_count: 1,
      threshold_required: 1,
      expires: 1_700_003_600,
      initiated_timestamp: 1_700_000_000,
      reference: 'fill-902',
      status: [{ action_id: action.id, status: 'approved', timestamp: 1_700_000_010, entity: exchange }],
      status_details: {
        amount: 300_300,
        asset: 'BTC-TESTNET',
        expires: 0,
        fees: 300,
        wallet_id: id,
        net_amount: 300_000,
        recipient_wallet_id: house,
        reference: 'fill-902',
        requested_by: 'Tern Exchange',
      },
    };
    expect(info(tx_id)).toEqual(settled);
    expect(info(action.id)).toEqual(settled);
    expect([bench.balance(id), bench.call('GET', `/wallet/${house}`, '', exchangeKey).body.balance]).toEqual([
      699_700, 300_000,
    ]);
    const { List } = bench.call('GET', `/company/${at.companyId}/fund/${at.fundId}/ledger?wallet_id=${id}`).body;
    expect(List).toMatchObject([{ TxID: tx_id, type: 'transferOut', status: 'approved' }, { type: 'deposit' }]);
  });

  it('tells the movement feed that it was one', () => {
    const { bench, exchange, id, sweep } = connected();
    const told: unknown[] = [];
    bench.sandbox.listeners.add((event) => {
      if (event.kind === 'movement') told.push([event.row.wallet.id, event.row.direction, event.isSweep]);
    });
    sweep();
    bench.approve(exchange);
    expect(told).toContainEqual([id, 'out', true]);
    expect(told).toHaveLength(2);
  });

  it('is named by its partner_txID within the core client, whatever companies use', () => {
    const { bench, at, exchange, sweep } = connected();
    const { tx_id } = sweep({ partner_txID: 'k' }).body;
    expect(sweep({ partner_txID: 'k', expires: 1 }).body).toEqual({ tx_id, status: 'existing' });
    expect(bench.transfer(at, { partner_txID: 'k' }).body.status).toBe('new');
    bench.reject(exchange);
    expect(sweep({ partner_txID: 'k' }).body).toEqual({ tx_id, status: 'existing' });
  });

  it('gives the hold back when refused, expired, or stopped by the chain', () => {
    const { bench, exchange, id, sweep, info } = connected();
    const one = sweep().body.tx_id;
    bench.reject(exchange);
    bench.control('POST', '/faults', { kind: 'chainRejected', count: 1 });
    const two = sweep().body.tx_id;
    bench.approve(exchange);
    const three = sweep().body.tx_id;
    bench.wait(3600);
    expect([one, two, three].map((txId) => info(txId).tx_status)).toEqual([
      'custody_rejected',
      'chain_rejected',
      'expired',
    ]);
    expect(bench.available(id)).toBe(1_000_000);
  });

  it('takes from wallets connected to this core client only, and needs no more than that', () => {
    const { bench, at, exchange, exchangeKey, id, house, sweep, info } = connected();
    expect(sweep({ wallet_id: at.walletIds[0] })).toMatchObject(refused(403, 'not connected'));
    expect(sweep({ wallet_id: 'nix' })).toMatchObject(refused(404, 'wallet'));
    const multi = bench.connectedWallet(at, exchange, 2);
    bench.control('POST', '/deposits', { walletId: multi, amount: 1_000_000 });
    expect(sweep({ wallet_id: multi })).toMatchObject(refused(403, 'not connected'));
    bench.approve(exchange);
    expect(sweep({ wallet_id: multi }).status).toBe(200);
    expect(sweep({ recipient_wallet_id: 'nix' })).toMatchObject(refused(404, 'wallet'));
    expect(sweep({ recipient_wallet_id: id })).toMatchObject(refused(400, 'invalid field: recipient_wallet_id'));
    expect(sweep({ send: { symbol: 'ETH-TESTNET', amount: 5 } })).toMatchObject(refused(400, 'asset mismatch'));
    expect(sweep({ send: { symbol: 'BTC-TESTNET', amount: 999_002 } })).toMatchObject(
      refused(400, 'insufficient balance'),
    );
    const other = bench.newExchange(exchangeKey);
    const body = {
      wallet_id: id,
      recipient_wallet_id: house,
      expires: 4_000_000_000,
      send: { symbol: 'BTC-TESTNET', amount: 5 },
    };
    expect(bench.call('POST', `/coreclient/${other}/sweep`, body, exchangeKey)).toMatchObject(
      refused(403, 'not connected'),
    );
    expect(bench.call('POST', `/coreclient/${other}/sweep`, body)).toMatchObject(refused(404, 'core client'));
    const { tx_id } = sweep().body;
    expect(info('nix').detail.reason).toBe('transaction');
    expect(bench.call('GET', `/coreclient/${other}/sweep/${tx_id}`, '', exchangeKey)).toMatchObject(
      refused(404, 'transaction'),
    );
    // It is the exchange's transaction, not the company's.
    expect(bench.call('GET', `/company/${at.companyId}/transfer/${tx_id}`)).toMatchObject(refused(404, 'transaction'));
  });
});
