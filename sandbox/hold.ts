import { DatabaseSync } from 'node:sqlite';

/** Something that nobody else has until it is released. */
export interface Hold {
  release(): void;
}

/** Somebody else holds it, in this process or another. */
export class HeldError extends Error {
  readonly code = 'held_by_another';
  override readonly name = 'HeldError';
}

/** SQLite's word for a file that somebody else has locked. */
const busy = 5;

/**
 * Makes what `lockFile` stands for the caller's own until it is released or the process ends, be it by a kill. The file
 * stays behind, empty: if it were taken away, two could hold it.
 *
 * Throws a `HeldError` if somebody else holds it.
 */
export function hold(lockFile: string): Hold {
  // Node by itself cannot have the operating system lock a file. SQLite does for an exclusive transaction, even an empty one.
  const database = new DatabaseSync(lockFile);
  try {
    // What is never written needs no second file beside it.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: unknown }).errcode === busy) throw new HeldError(`${lockFile} is held`, { cause });
    throw cause;
  }
  return { release: () => database.close() };
}
