import { ok } from './answers.ts';
import type { Api } from './api.ts';
import { btc, type Desk, eth, started, walletOf } from './desks.ts';
import type { Answer } from './raw-client.ts';
import { vote } from './votes.ts';

/** A desk with a Bitcoin wallet and an Ether wallet. */
export function swapDesk(api: Api, bitcoin: number, ether: number): Promise<Desk> {
  return api.desks.open({
    balances: [
      [btc, bitcoin],
      [eth, ether],
    ],
  });
}

/** A quote as in the reference's flow 8.2: the maker sends 640,000 satoshi for 98,000,000 gwei. */
export function makeBody(desk: Desk, more: object = {}): object {
  return {
    send_wallet_id: walletOf(desk, 0).id,
    receive_wallet_id: walletOf(desk, 1).id,
    expires: desk.client.options.clock.nowSeconds() + 3600,
    reference: 'q-31',
    send: { symbol: btc, amount: 640_000 },
    receive: { symbol: eth, amount: 98_000_000 },
    ...more,
  };
}

/** `POST …/atomicswap/make`. */
export function postMake(desk: Desk, more: object = {}): Promise<Answer> {
  return desk.client.post(`/company/${desk.companyId}/atomicswap/make`, makeBody(desk, more));
}

/** Makes a quote and lets its maker's custody approve it. @returns its id */
export async function openQuote(desk: Desk, more: object = {}): Promise<string> {
  const { tx_id } = ok(await postMake(desk, more));
  for (const voter of desk.voters) await vote(desk, tx_id, voter, 'approve', 'atomicswap/make');
  return tx_id;
}

/** The other side of {@link makeBody}: Ether out, Bitcoin in. */
export function takeBody(desk: Desk, swapId: string, more: object = {}): object {
  return {
    swap_id: swapId,
    send_wallet_id: walletOf(desk, 1).id,
    receive_wallet_id: walletOf(desk, 0).id,
    reference: 'cf-9',
    ...more,
  };
}

/** `POST …/atomicswap/take`. */
export function postTake(desk: Desk, swapId: string, more: object = {}): Promise<Answer> {
  return desk.client.post(`/company/${desk.companyId}/atomicswap/take`, takeBody(desk, swapId, more));
}

/** Takes a quote. @returns the taker's transaction id */
export function startTake(desk: Desk, swapId: string, more: object = {}): Promise<string> {
  return started(postTake(desk, swapId, more));
}
