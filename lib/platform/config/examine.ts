import { checkOneConcern, fileOf } from './check-concern.ts';
import type { Concern, Problem, ProblemInFile } from './concern.ts';
import { intactPart } from './intact.ts';

/** What a value of one concern is worth. */
export interface Examined {
  /** What its schema makes of it; `undefined` when that refuses it. */
  readonly value: unknown;
  readonly found: Problem[];
  /** Asks a further check, about all of it that the schema accepts. */
  ask(check: (value: never) => ProblemInFile[]): Problem[];
}

/**
 * Checks one concern alone, and finds all that is wrong with it: where the schema refuses an entry of a list, the others
 * are checked all the same. A function that starts does not need that: the first problem is enough not to start.
 */
export function examineConcern(name: string, concern: Concern, given: unknown): Examined {
  const { value, found } = checkOneConcern(name, concern, given);
  const inFile = (problem: ProblemInFile): Problem => ({ file: fileOf(name), ...problem });
  if (value !== undefined) return { value, found, ask: (check) => check(value as never).map(inFile) };
  const intact = intactPart(
    name,
    given,
    found.map(({ path }) => path),
  );
  const parsed = concern.schema.safeParse(intact.value);
  const ask: Examined['ask'] = (check) =>
    parsed.success ? check(parsed.data as never).map((problem) => inFile(intact.replaced(problem))) : [];
  return { value, found: [...found, ...ask((some) => concern.check(some))], ask };
}
