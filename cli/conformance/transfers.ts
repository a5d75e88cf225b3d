import { btc, type Desk, started, walletOf } from './desks.ts';
import type { Answer, Json } from './raw-client.ts';
import { vote } from './votes.ts';

/** How long transactions of checks stay open unless told otherwise. */
export const openForSeconds = 3600;

/** The body of a transfer from the desk's first wallet to its second. */
export function transferBody(desk: Desk, amount: number, more: object = {}): Record<string, unknown> {
  return {
    wallet_id: walletOf(desk, 0).id,
    counterparty_wallet_address: walletOf(desk, 1).id,
    expires: desk.client.options.clock.nowSeconds() + openForSeconds,
    send: { symbol: btc, amount },
    ...more,
  };
}

/** `POST …/transfer` of the desk's company. */
export function postTransfer(desk: Desk, body: object | string): Promise<Answer> {
  return desk.client.post(`/company/${desk.companyId}/transfer`, body);
}

/** Starts a transfer between the desk's first two wallets. @returns its id */
export function startTransfer(desk: Desk, amount: number, more: object = {}): Promise<string> {
  return started(postTransfer(desk, transferBody(desk, amount, more)));
}

/** Starts a transfer and lets the desk's voters approve it. @returns its id */
export async function settleTransfer(desk: Desk, amount: number, more: object = {}): Promise<string> {
  const txId = await startTransfer(desk, amount, more);
  for (const voter of desk.voters) await vote(desk, txId, voter);
  return txId;
}

/** The rows of the desk's ledger. */
export async function ledgerRows(desk: Desk, query = ''): Promise<Json[]> {
  return (await desk.client.get(`${desk.fundPath}/ledger${query}`)).body?.List;
}
