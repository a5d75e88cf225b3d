import type { Hints, ItemStore, Reporter } from '../instructions/ports.ts';
import { fundGroup, type Place } from '../instructions/record.ts';
import { hintToLook, toldOf } from '../instructions/told.ts';
import { instructionOfTransaction } from '../instructions/transactions.ts';
import type { ConnectedMovement, HubUpdate } from '../partner-api/feeds.ts';
import type { Action } from '../partner-api/index.ts';
import { strategyId } from '../quotes/strategy.ts';

/** What turning messages into hints touches. */
export interface Listener {
  readonly store: ItemStore;
  readonly hints: Hints;
  readonly report: Reporter;
  /** Every bound wallet of every client, from configuration. */
  readonly places: readonly Place[];
}

/**
 * A message of a feed says only that something is worth a look now. What is true is read again by the worker that gets the
 * hint, so a message that is forged, repeated or lost can do no more than cost a look, or a minute.
 */

/** An action waits for one of our core clients: `schedule/approve-actions` decides it. */
export async function hintOfAction(
  { hints }: Pick<Listener, 'hints'>,
  coreClientId: string,
  action: Action,
): Promise<void> {
  await hints.send('approve', [{ id: `${coreClientId}/${action.actionId}` }]);
}

/** A quote came to the hub or left it: if it is ours, `queue/poll-statuses` looks at it, and its strategy goes on. */
export async function hintOfHubUpdate(listener: Listener, { txId }: HubUpdate): Promise<void> {
  const instruction = await instructionOfTransaction(listener.store, txId);
  if (instruction === undefined) return;
  await hintToLook(listener, instruction);
  const { strategy } = instruction;
  if (strategy !== undefined)
    await listener.hints.send('quote', [{ id: strategyId(strategy) }], { delayMs: afterTheLookMs });
}

/** Assets moved in or out of a connected wallet: whoever waits for that transaction, or for that fund, gets a look. */
export async function hintOfMovement(listener: Listener, { txId, walletId }: ConnectedMovement): Promise<void> {
  const instruction = txId === '' ? undefined : await instructionOfTransaction(listener.store, txId);
  if (instruction !== undefined) return await hintToLook(listener, instruction);
  const place = listener.places.find((bound) => bound.walletId === walletId);
  if (place !== undefined) await listener.hints.send('poll', [{ id: toldOf(fundGroup(place)) }]);
}

/** The strategy reads what the look has recorded. */
const afterTheLookMs = 1_000;
