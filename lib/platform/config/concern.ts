import type * as z from 'zod/mini';
import { duplicateMembers } from '../http/duplicate-members.ts';
import { pathText } from '../paths.ts';
import type { ClientConfig } from './clients.ts';

/** Something wrong with the configuration, with the file and the place in it. */
export interface Problem {
  /** `config/clients.json` */
  readonly file: string;
  /** `clients[0].bindings[1].asset`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  /** A warning is told, and packaged all the same. */
  readonly severity: 'error' | 'warning';
}

/** A problem inside a file: the file is added by whoever read it. */
export type ProblemInFile = Omit<Problem, 'file'>;

/**
 * One concern of the configuration: one file `config/<name>.json` that holds `{ "<name>": … }`. Adding a concern is one
 * file beside this one and one line in `concerns.ts`.
 */
export interface Concern<Schema extends z.ZodMiniType = z.ZodMiniType> {
  /** Refuses unknown keys. */
  readonly schema: Schema;
  /** What holds when there is no such file. */
  readonly whenAbsent: z.output<Schema>;
  /** What a schema cannot say: duplicates, references, warnings. Only asked about values the schema accepts. */
  check(value: z.output<Schema>): ProblemInFile[];
  /** What only the clients beside it can say: that a client or a binding it names exists. Asked whatever `check` said. */
  checkWithClients?(value: z.output<Schema>, clients: readonly ClientConfig[]): ProblemInFile[];
  /**
   * What is wrong by now. Only asked where the files are put together: what was valid when it was packaged must not stop a
   * function later. Asked whatever `check` said.
   */
  checkAt?(value: z.output<Schema>, nowMs: number): ProblemInFile[];
}

/** Whether it keeps the configuration from being used. */
export function isError({ severity }: Pick<Problem, 'severity'>): boolean {
  return severity === 'error';
}

/** `config/clients.json: clients[0].id: must not be empty` */
export function problemText({ file, path, message }: Problem): string {
  return path === '' ? `${file}: ${message}` : `${file}: ${path}: ${message}`;
}

/** What keeps the configuration from being used. */
export function error(path: string, message: string): ProblemInFile {
  return { path, message, severity: 'error' };
}

/** What is probably not meant. */
export function warning(path: string, message: string): ProblemInFile {
  return { path, message, severity: 'warning' };
}

/** An error for each member of a file whose object has one of that name already. */
export function membersTwice(text: string): ProblemInFile[] {
  return [...duplicateMembers(text)].map((path) => error(pathText(path), 'stands twice: only the last would count'));
}

/** An error for each value that stood in the list before, by what `keyOf` makes of it. */
export function duplicates<T>(
  values: readonly T[],
  keyOf: (value: T) => string,
  problem: (value: T, place: number, firstPlace: number) => { path: string; message: string },
): ProblemInFile[] {
  const places = new Map<string, number>();
  return values.flatMap((value, place) => {
    const firstPlace = places.get(keyOf(value));
    if (firstPlace !== undefined) {
      const { path, message } = problem(value, place, firstPlace);
      return [error(path, message)];
    }
    places.set(keyOf(value), place);
    return [];
  });
}
