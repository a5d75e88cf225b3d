import type { Kind } from './kind.ts';
import { sweep } from './sweep.ts';
import { transfer } from './transfer.ts';
import { withdrawal } from './withdrawal.ts';

/** The kinds that a standing instruction may ask for again and again. Whoever needs no other loads no other. */
export const recurringKinds: ReadonlyMap<string, Kind> = new Map(
  [transfer, withdrawal, sweep].map((kind) => [kind.name, kind as unknown as Kind]),
);
