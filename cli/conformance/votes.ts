import { ok } from './answers.ts';
import type { Desk } from './desks.ts';
import { unmet } from './expect.ts';
import type { Json } from './raw-client.ts';

/** The paths of the kinds of transactions, as their getters name them. */
export type TransactionPath = 'transfer' | 'withdraw' | 'atomicswap/make' | 'atomicswap/take';

/** Reads a transaction of the desk's company. */
export async function readTransaction(desk: Desk, txId: string, kind: TransactionPath = 'transfer'): Promise<Json> {
  return ok(await desk.client.get(`/company/${desk.companyId}/${kind}/${txId}`));
}

/** The action of one approver of a transaction. */
export async function actionOf(desk: Desk, txId: string, voter: string, kind?: TransactionPath): Promise<string> {
  const { status } = await readTransaction(desk, txId, kind);
  const entry = status.find((one: Json) => one.userID === voter);
  return entry?.actionID ?? unmet('status', `an action of ${voter}`, status);
}

/** A core client's vote, given through the API. */
export async function vote(
  desk: Desk,
  txId: string,
  voter: string | undefined,
  decision: 'approve' | 'reject' = 'approve',
  kind?: TransactionPath,
): Promise<void> {
  const id = voter ?? unmet('voter', 'to be there', undefined);
  const path = `/coreclient/${id}/action/${await actionOf(desk, txId, id, kind)}`;
  ok(await (decision === 'approve' ? desk.client.put(path) : desk.client.delete(path)));
}
