import type { Kind } from './kind.ts';
import { quote } from './quote.ts';
import { recurringKinds } from './recurring.ts';
import { take } from './take.ts';

/** Every kind of instruction there is. Nothing else holds this list. */
export const kinds: ReadonlyMap<string, Kind> = new Map([
  ...recurringKinds,
  ...[quote, take].map((kind) => [kind.name, kind as unknown as Kind] as const),
]);

/** The kind of a stored instruction. @throws when the record names a kind this version does not know */
export function kindOf(instruction: { kind: string }): Kind {
  const kind = kinds.get(instruction.kind);
  if (kind === undefined) throw new Error(`unknown kind of instruction: ${instruction.kind}`);
  return kind;
}
