import type { Transaction } from './model.ts';
import type { World } from './world.ts';

/** Puts an approved quote on the liquidity hub; one that is there already stays as it is (6.4). */
export function listOnHub(world: World, quote: Transaction): void {
  if (quote.swap === undefined || quote.swap.listedAtSeconds !== undefined) return;
  quote.swap.listedAtSeconds = world.nowSeconds;
  world.hub.set(quote.id, quote);
  tellHub(world, quote);
}

/** Takes a quote off the hub, if it is on it: taken for good, cancelled, expired or refused by the chain. */
export function removeFromHub(world: World, quote: Transaction): void {
  if (!world.hub.delete(quote.id)) return;
  tellHub(world, quote);
  if (quote.swap !== undefined) quote.swap.listedAtSeconds = undefined;
}

/** Tells the hub's feed the status of a quote that is, or just was, on the hub (9.2). */
export function tellHub(world: World, quote: Transaction): void {
  if (quote.swap?.listedAtSeconds !== undefined) world.emit({ kind: 'hub', proposal: quote });
}
