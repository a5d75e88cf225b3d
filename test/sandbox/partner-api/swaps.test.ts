import { describe, expect, it } from 'vitest';
import { ProvenBench, refused, type Trader } from './proven-bench.ts';

/** A maker with Bitcoin and a taker with Ether, of one API key. */
function market() {
  const bench = new ProvenBench();
  const maker = bench.trader(2_000_000, 0);
  const taker = bench.trader(0, 200_000_000);
  const hubWords: string[] = [];
  bench.sandbox.listeners.add((event) => {
    if (event.kind === 'hub') hubWords.push(event.proposal.status);
  });
  const make = (more: object = {}) =>
    bench.call('POST', `/company/${maker.companyId}/atomicswap/make`, {
      send_wallet_id: maker.btc,
      receive_wallet_id: maker.eth,
      expires: bench.nowMs / 1000 + 3600,
      reference: 'q-31',
      send: { symbol: 'BTC-TESTNET', amount: 640_000 },
      receive: { symbol: 'ETH-TESTNET', amount: 98_000_000 },
      ...more,
    });
  const take = (swapId: string, more: object = {}, by: Trader = taker) =>
    bench.call('POST', `/company/${by.companyId}/atomicswap/take`, {
      swap_id: swapId,
      send_wallet_id: by.eth,
      receive_wallet_id: by.btc,
      reference: 'cf-9',
      ...more,
    });
  const quote = (id: string) => bench.call('GET', `/company/${maker.companyId}/atomicswap/make/${id}`).body;
  const taken = (id: string) => bench.call('GET', `/company/${taker.companyId}/atomicswap/take/${id}`).body;
  const hub = (by: Trader = taker) => bench.call('GET', `/company/${by.companyId}/liquidityhub`).body.items;
  /** A quote that its maker's custody has approved. */
  const open = (more: object = {}): string => {
    const { tx_id } = make(more).body;
    bench.approve(maker.approver);
    return tx_id;
  };
  const available = () => [maker.btc, maker.eth, taker.btc, taker.eth].map((id) => bench.available(id));
  return { bench, maker, taker, make, take, quote, taken, hub, open, available, hubWords };
}

const untouched = [2_000_000, 0, 0, 200_000_000];

describe('an atomic swap', () => {
  it('moves both legs in one step, each side paying the fee of what it sends', () => {
    const { bench, maker, taker, make, take, quote, taken, available } = market();
    const made = make().body;
    expect(made).toEqual({ tx_id: made.tx_id, tx_url: `https://qredo.network/aswp${made.tx_id}`, status: 'new' });
    expect(available()).toEqual([1_359_360, 0, 0, 200_000_000]);
    bench.approve(maker.approver);
    expect(quote(made.tx_id).txStatus).toBe('taker_pending');
    bench.nowMs += 5000;
    const took = take(made.tx_id).body;
    expect(took.status).toBe('new');
    expect(took.tx_id).not.toBe(made.tx_id);
    expect(available()).toEqual([1_359_360, 0, 0, 101_902_000]);
    bench.nowMs += 5000;
    bench.approve(taker.approver);
    expect([quote(made.tx_id).txStatus, taken(took.tx_id).txStatus]).toEqual(['approved', 'approved']);
    expect(available()).toEqual([1_359_360, 98_000_000, 640_000, 101_902_000]);
    expect(bench.control('GET', '/ledger').body.assets).toMatchObject([
      { asset: 'BTC-TESTNET', held: 0, fees: 640 },
      { asset: 'ETH-TESTNET', held: 0, fees: 98_000 },
    ]);
  });

  it('leaves four ledger rows under one chain id, each side naming the other company but no wallet', () => {
    const { bench, maker, taker, take, open } = market();
    const id = open();
    const rows = (of: Trader) =>
      bench
        .call('GET', `/company/${of.companyId}/fund/${of.fundId}/ledger`)
        .body.List.filter((row: { type: string }) => row.type.startsWith('swap'));
    expect(rows(maker)).toMatchObject([
      { type: 'swapOut', status: 'taker_pending', counterpartyID: '', chainTxID: '' },
    ]);
    const took = take(id).body.tx_id;
    const openRow = { type: 'swapOut', status: 'pending', counterpartyID: '', counterpartyName: '' };
    expect(rows(taker)).toMatchObject([openRow]);
    expect(rows(maker)).toMatchObject([{ ...openRow, status: 'taker_pending' }]);
    bench.nowMs += 7000;
    bench.approve(taker.approver);
    const [makerIn, makerOut] = rows(maker);
    const [takerIn, takerOut] = rows(taker);
    expect([makerIn, makerOut]).toMatchObject([
      { TxID: id, type: 'swapIn', asset: 'ETH-TESTNET', amount: 98_000_000, fees: 0, netAmount: 98_000_000 },
      { TxID: id, type: 'swapOut', asset: 'BTC-TESTNET', amount: 640_640, fees: 640, netAmount: 640_000 },
    ]);
    expect([takerIn, takerOut]).toMatchObject([
      { TxID: took, type: 'swapIn', asset: 'BTC-TESTNET', amount: 640_000, fees: 0 },
      { TxID: took, type: 'swapOut', asset: 'ETH-TESTNET', amount: 98_098_000, fees: 98_000 },
    ]);
    const all = [makerIn, makerOut, takerIn, takerOut];
    expect(new Set(all.map((row) => row.chainTxID)).size).toBe(1);
    expect(all.map((row) => row.counterpartyID)).toEqual([
      taker.companyId,
      taker.companyId,
      maker.companyId,
      maker.companyId,
    ]);
    expect(all.map((row) => [row.status, row.timestamp, row.address])).toEqual(
      Array(4).fill(['approved', 1_700_000_007, '']),
    );
    const history = bench.call('GET', `/wallet/${maker.eth}/history`).body.history;
    expect(history).toMatchObject([{ tx_id: id, amount: 98_000_000, fee: 0 }]);
  });

  it('asks the custody of the wallet that pays, on both sides, with both legs in the action', () => {
    const { bench, maker, taker, make, take } = market();
    const { tx_id } = make().body;
    const [action] = bench.actionsOf(maker.approver);
    expect(bench.control('GET', `/actions/${action?.id}`).body).toMatchObject({
      type: 'ApproveSwap',
      details: {
        txType: 'swap',
        txID: tx_id,
        walletID: maker.btc,
        asset: 'BTC-TESTNET',
        netAmount: 640_000,
        receiveAsset: 'ETH-TESTNET',
        receiveAmount: 98_000_000,
      },
    });
    bench.approve(maker.approver);
    const took = take(tx_id).body.tx_id;
    const [other] = bench.actionsOf(taker.approver);
    expect(bench.control('GET', `/actions/${other?.id}`).body).toMatchObject({
      type: 'ApproveSwapTake',
      expireTime: 1_700_003_600,
      details: {
        txID: took,
        asset: 'ETH-TESTNET',
        netAmount: 98_000_000,
        receiveAsset: 'BTC-TESTNET',
        receiveAmount: 640_000,
      },
    });
  });

  it('asks nobody any more once the quote is open', () => {
    const bench = new ProvenBench();
    const maker = bench.trader(2_000_000, 0, { voters: 2, threshold: 1 });
    const { tx_id } = bench.call('POST', `/company/${maker.companyId}/atomicswap/make`, {
      send_wallet_id: maker.btc,
      receive_wallet_id: maker.eth,
      expires: bench.nowMs / 1000 + 3600,
      send: { symbol: 'BTC-TESTNET', amount: 5 },
      receive: { symbol: 'ETH-TESTNET', amount: 5 },
    }).body;
    bench.approve(maker.approver);
    expect(bench.actionsOf(maker.users[1] as string)).toEqual([]);
    expect(bench.call('GET', `/company/${maker.companyId}/atomicswap/make/${tx_id}`).body).toMatchObject({
      txStatus: 'taker_pending',
      approvedCount: 1,
      status: [{ status: 'approved' }, { status: 'expired' }],
    });
  });

  it('shows both legs from the side whose transaction it is, and wallets to their owner only', () => {
    const { bench, maker, taker, take, quote, taken, open } = market();
    const id = open({ add_to_liquidity_hub: true });
    const legs = {
      send: { symbol: 'BTC-TESTNET', amount: 640_000 },
      receive: { symbol: 'ETH-TESTNET', amount: 98_000_000 },
    };
    const wallets = { sendWalletID: maker.btc, receiveWalletID: maker.eth };
    expect(quote(id).swap).toEqual({ ...legs, ...wallets, takenBy: '', liquidityHub: true });
    const seen = bench.call('GET', `/company/${taker.companyId}/atomicswap/make/${id}`).body;
    expect(seen).toMatchObject({ txID: id, txStatus: 'taker_pending', expires: 1_700_003_600 });
    expect(seen.swap).toEqual({ ...legs, sendWalletID: '', receiveWalletID: '', takenBy: '', liquidityHub: true });
    const took = take(id).body.tx_id;
    bench.approve(taker.approver);
    expect(taken(took).swap).toEqual({
      send: legs.receive,
      receive: legs.send,
      sendWalletID: taker.eth,
      receiveWalletID: taker.btc,
      takenBy: took,
      liquidityHub: false,
    });
    expect(quote(id).swap.takenBy).toBe(took);
    const stranger = bench.newKey();
    const theirs = bench.call('POST', '/company', { name: 'S' }, stranger).body.company_id;
    expect(bench.call('GET', `/company/${theirs}/atomicswap/make/${id}`, '', stranger)).toMatchObject(
      refused(404, 'transaction'),
    );
  });
});

describe('taking a quote', () => {
  it('is possible for one taker at a time; a refused take leaves the quote to the next', () => {
    const { bench, taker, take, quote, taken, open, available, hub } = market();
    const third = bench.trader(0, 200_000_000);
    const id = open({ add_to_liquidity_hub: true });
    const took = take(id).body.tx_id;
    expect(take(id, {}, third)).toMatchObject(refused(400, 'swap not available'));
    expect(hub()).toHaveLength(1);
    bench.reject(taker.approver);
    expect([taken(took).txStatus, quote(id).txStatus]).toEqual(['custody_rejected', 'taker_pending']);
    expect(available()).toEqual([1_359_360, 0, 0, 200_000_000]);
    take(id, {}, third);
    bench.approve(third.approver);
    expect(quote(id).txStatus).toBe('approved');
    expect(take(id)).toMatchObject(refused(400, 'swap not available'));
    expect([bench.balance(third.btc), bench.balance(third.eth)]).toEqual([640_000, 101_902_000]);
  });

  it('needs the custody of the maker first, and a quote that is one', () => {
    const { bench, maker, make, take } = market();
    const { tx_id } = make().body;
    expect(take(tx_id)).toMatchObject(refused(400, 'swap not available'));
    bench.reject(maker.approver);
    expect(take(tx_id)).toMatchObject(refused(400, 'swap not available'));
    const { tx_id: transfer } = bench.call('POST', `/company/${maker.companyId}/transfer`, {
      wallet_id: maker.btc,
      counterparty_wallet_address: bench.setUp().walletIds[1],
      expires: 4_000_000_000,
      send: { symbol: 'BTC-TESTNET', amount: 5 },
    }).body;
    expect(take(transfer)).toMatchObject(refused(404, 'transaction'));
    expect(take('nix')).toMatchObject(refused(404, 'transaction'));
  });

  it('expires with its quote, at the same moment', () => {
    const { bench, take, quote, taken, open, available } = market();
    const id = open();
    const took = take(id).body.tx_id;
    bench.wait(3599);
    expect(taken(took).txStatus).toBe('pending');
    bench.wait(1);
    expect([quote(id).txStatus, taken(took).txStatus]).toEqual(['expired', 'expired']);
    expect(available()).toEqual(untouched);
  });

  it('wants wallets of the taker with the assets of the quote, and money for the fee too', () => {
    const { bench, maker, taker, take, open, available } = market();
    const id = open();
    expect(take(id, { send_wallet_id: taker.btc })).toMatchObject(refused(400, 'asset mismatch'));
    expect(take(id, { receive_wallet_id: taker.eth })).toMatchObject(refused(400, 'asset mismatch'));
    expect(take(id, { receive_wallet_id: maker.btc })).toMatchObject(refused(404, 'wallet'));
    const poor = bench.trader(0, 98_097_999);
    expect(take(id, {}, poor)).toMatchObject(refused(400, 'insufficient balance'));
    const just = bench.trader(0, 98_098_000);
    expect(take(id, { fund_id: 'ignored' }, just).status).toBe(200);
    expect(available()).toEqual([1_359_360, 0, 0, 200_000_000]);
  });

  it('may be done by the maker himself, but not into and out of the very same wallets', () => {
    const { bench, maker, take, open } = market();
    const id = open();
    bench.control('POST', '/deposits', { walletId: maker.eth, amount: 200_000_000 });
    expect(take(id, {}, maker)).toMatchObject(refused(400, 'invalid field: send_wallet_id'));
    const wallets = ['ETH-TESTNET', 'BTC-TESTNET'].map((asset) => ({ name: asset, asset }));
    const path = `/company/${maker.companyId}/fund/${maker.fundId}/wallet`;
    const [eth, btc] = bench.call('POST', path, { wallets }).body.wallets;
    bench.control('POST', '/deposits', { walletId: eth, amount: 200_000_000 });
    expect(take(id, { send_wallet_id: eth }, maker)).toMatchObject(refused(400, 'invalid field: receive_wallet_id'));
    take(id, { send_wallet_id: eth, receive_wallet_id: btc }, maker);
    bench.approve(maker.approver);
    expect(bench.balance(btc)).toBe(640_000);
  });

  it('takes the id from the path where a heading has it, and needs one', () => {
    const { bench, taker, take, open } = market();
    const id = open();
    expect(take('')).toMatchObject(refused(400, 'missing field: swap_id'));
    const body = { send_wallet_id: taker.eth, receive_wallet_id: taker.btc };
    expect(bench.call('POST', `/company/${taker.companyId}/atomicswap/take/${id}`, body).body.status).toBe('new');
  });

  it('answers a repeated partner_txID with the original take or quote, its link too', () => {
    const { make, take, open } = market();
    const made = make({ partner_txID: 'm' }).body;
    expect(make({ partner_txID: 'm', expires: 1 }).body).toEqual({ ...made, status: 'existing' });
    const id = open();
    const took = take(id, { partner_txID: 't' }).body.tx_id;
    expect(take(id, { partner_txID: 't' }).body).toEqual({ tx_id: took, status: 'existing' });
    // Also when the quote is not there any more, or never was.
    expect(take('nix', { partner_txID: 't' }).body).toEqual({ tx_id: took, status: 'existing' });
  });

  it('ends both sides chain_rejected and moves nothing when the chain refuses', () => {
    const { bench, maker, taker, take, quote, taken, open, available, hubWords, hub } = market();
    const id = open({ add_to_liquidity_hub: true });
    bench.control('POST', '/faults', { kind: 'chainRejected', walletId: maker.btc });
    const took = take(id).body.tx_id;
    bench.approve(taker.approver);
    expect([quote(id).txStatus, taken(took).txStatus]).toEqual(['chain_rejected', 'chain_rejected']);
    expect(available()).toEqual(untouched);
    expect([hub(), hubWords]).toEqual([[], ['taker_pending', 'taker_approved', 'chain_rejected']]);
  });
});

describe('cancelling a quote', () => {
  it('is answered 202 and ends it initiate_rejected, before and after its custody approved', () => {
    const { bench, maker, make, quote, open, available } = market();
    const early = make().body.tx_id;
    const late = open();
    for (const id of [early, late]) {
      const cancelled = bench.call('DELETE', `/company/${maker.companyId}/atomicswap/make/${id}`);
      expect(cancelled).toMatchObject({ status: 202, body: { code: 200, msg: 'OK' } });
      expect(quote(id).txStatus).toBe('initiate_rejected');
      expect(bench.call('DELETE', `/company/${maker.companyId}/atomicswap/make/${id}`)).toMatchObject(
        refused(400, 'swap not available'),
      );
    }
    expect(bench.actionsOf(maker.approver)).toEqual([]);
    expect(available()).toEqual(untouched);
  });

  it('is refused while a take is open, and to everybody but the maker', () => {
    const { bench, maker, taker, take, quote, open } = market();
    const id = open();
    const took = take(id).body.tx_id;
    const cancel = (by: Trader, txId: string) =>
      bench.call('DELETE', `/company/${by.companyId}/atomicswap/make/${txId}`);
    expect(cancel(maker, id)).toMatchObject(refused(400, 'swap not available'));
    expect(cancel(taker, id)).toMatchObject(refused(404, 'transaction'));
    expect(cancel(taker, took)).toMatchObject(refused(404, 'transaction'));
    bench.reject(taker.approver);
    expect(cancel(maker, id).status).toBe(202);
    expect(quote(id).txStatus).toBe('initiate_rejected');
  });
});

describe('the liquidity hub', () => {
  it('shows a quote from its publication until it is gone, and tells every change', () => {
    const { bench, maker, taker, take, open, hub, hubWords } = market();
    const id = open();
    expect(hub()).toEqual([]);
    bench.nowMs += 20_000;
    const publish = (by: Trader, tx_id = id) => bench.call('POST', `/company/${by.companyId}/liquidityhub`, { tx_id });
    expect(publish(maker).body).toEqual({ code: 200, msg: 'OK' });
    bench.nowMs += 20_000;
    expect(publish(maker).status).toBe(200);
    const item = {
      tx_id: id,
      send_asset: 'BTC-TESTNET',
      send_amount: 640_000,
      receive_asset: 'ETH-TESTNET',
      receive_amount: 98_000_000,
      added: 1_700_000_020,
      expires: 1_700_003_600,
    };
    expect(hub(taker)).toEqual([{ ...item, owner: false }]);
    expect(hub(maker)).toEqual([{ ...item, owner: true }]);
    expect(bench.call('GET', '/liquidityhub').body.items).toEqual([{ ...item, owner: true }]);
    expect(bench.call('GET', '/liquidityhub', '', bench.newKey()).body.items).toEqual([]);
    expect(publish(taker)).toMatchObject(refused(404, 'transaction'));
    take(id);
    bench.approve(taker.approver);
    expect([hub(), hubWords]).toEqual([[], ['taker_pending', 'taker_approved', 'approved']]);
    expect(publish(maker)).toMatchObject(refused(400, 'swap not available'));
  });

  it('takes a quote early and shows it once its custody approved, or never', () => {
    const { bench, maker, make, hub, hubWords } = market();
    const [one, two] = [make().body.tx_id, make().body.tx_id];
    for (const tx_id of [one, two]) bench.call('POST', `/company/${maker.companyId}/liquidityhub`, { tx_id });
    const [first, second] = bench.actionsOf(maker.approver);
    expect(hub()).toEqual([]);
    bench.control('PUT', `/actions/${first?.id}`);
    bench.control('DELETE', `/actions/${second?.id}`);
    expect(hub().map((item: { tx_id: string }) => item.tx_id)).toEqual([one]);
    expect(hubWords).toEqual(['taker_pending']);
  });

  it('loses a quote that is cancelled or expires, and says so; of one that never was there it says nothing', () => {
    const { bench, maker, open, hub, hubWords } = market();
    const id = open({ add_to_liquidity_hub: true });
    open();
    bench.call('DELETE', `/company/${maker.companyId}/atomicswap/make/${id}`);
    open({ add_to_liquidity_hub: true });
    expect(hub()).toHaveLength(1);
    bench.wait(3600);
    expect(hub()).toEqual([]);
    expect(hubWords).toEqual(['taker_pending', 'initiate_rejected', 'taker_pending', 'expired']);
  });
});

describe('making a quote', () => {
  it.each([
    ['a wallet of somebody else to be paid into', 'receive_wallet_id', 'taker.eth', 404, 'wallet'],
    ['a wallet of somebody else to pay from', 'send_wallet_id', 'taker.btc', 404, 'wallet'],
    ['a wallet to be paid into that has another asset', 'receive_wallet_id', 'maker.btc', 400, 'asset mismatch'],
  ])('refuses %s', (_name, member, whose, status, reason) => {
    const { maker, taker, make, available } = market();
    const wallets: Record<string, string> = { 'taker.eth': taker.eth, 'taker.btc': taker.btc, 'maker.btc': maker.btc };
    expect(make({ [member]: wallets[whose] })).toMatchObject(refused(status, reason));
    expect(available()).toEqual(untouched);
  });

  it.each([
    ['no receive', { receive: null }, 'missing field: receive'],
    ['nothing in return', { receive: { symbol: 'ETH-TESTNET', amount: 0 } }, 'invalid field: receive.amount'],
    ['a text for a flag', { add_to_liquidity_hub: 'yes' }, 'invalid field: add_to_liquidity_hub'],
    ['more than there is', { send: { symbol: 'BTC-TESTNET', amount: 2_000_000 } }, 'insufficient balance'],
    ['a moment that has passed', { expires: 1_700_000_000 }, 'expired'],
  ])('refuses %s', (_name, change, reason) => {
    expect(market().make(change)).toMatchObject(refused(400, reason));
  });

  it('does without a reference', () => {
    expect(market().make({ reference: null }).status).toBe(200);
  });
});
