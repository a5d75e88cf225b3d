import { mayAct, readControl } from '../instructions/control.ts';
import type { ItemStore } from '../instructions/ports.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { type Offer, offerId, readHint, type StrategyItem } from '../quotes/strategy.ts';

/** What the table knows of a strategy. */
export interface StrategyFound {
  readonly item: StrategyItem;
  /** The quote of its newest generation, ended or not; absent before the first, and for the moment before one is made. */
  readonly offer?: Offer;
  /** The stop button holds it. */
  readonly isStopped: boolean;
}

/**
 * The strategy with this id, `strategy/<name>`; `undefined` for an id of something else. Strongly consistent.
 * @throws InvalidRequest 404 for a strategy that nothing was ever noted of
 */
export async function findStrategy(store: ItemStore, id: string): Promise<StrategyFound | undefined> {
  const hint = readHint(id);
  if (hint?.asks !== 'now') return undefined;
  const item = await store.get<StrategyItem>(id);
  if (item === undefined) throw new InvalidRequest(404, 'no strategy of this name has ever looked for a price', 'id');
  const offer = await store.get<Offer>(offerId(hint.name, item.generation));
  const owner = { client: offer?.client ?? '', strategy: hint.name };
  const isStopped = !mayAct(await readControl(store), owner);
  return { item, ...(offer === undefined ? {} : { offer }), isStopped };
}
