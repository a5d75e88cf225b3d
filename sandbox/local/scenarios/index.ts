import { approval } from './approval.ts';
import { deposit } from './deposit.ts';
import type { Scenario } from './scenario.ts';
import { standing } from './standing.ts';
import { swap } from './swap.ts';
import { sweep } from './sweep.ts';
import { type HttpApiEvent, transferOf } from './transfer.ts';
import { withdrawal } from './withdrawal.ts';

/** Every scenario by its name, in the order in which `all` plays them. */
export function scenarios(event: HttpApiEvent): ReadonlyMap<string, Scenario> {
  const all = [transferOf(event), withdrawal, swap, sweep, deposit, approval, standing];
  return new Map(all.map((scenario) => [scenario.name, scenario]));
}
