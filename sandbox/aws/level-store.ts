import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { HeldError, type Hold, hold } from '../hold.ts';
import { DataFolderBusyError, DataFolderUnusableError } from './errors.ts';

/** The part of a LevelDB store that is used here. */
export interface LevelStore {
  open(): Promise<void>;
  close(): Promise<void>;
  iterator(range: { gte: string; lt: string }): AsyncIterable<[string, Record<string, unknown>]>;
  batch(operations: ({ type: 'put'; key: string; value: unknown } | { type: 'del'; key: string })[]): Promise<void>;
}

/**
 * Opens the LevelDB store in `folder`, a folder of a data folder, which is made if it does not exist. While it is open nobody else can open it, in
 * this process or another, which gets a `DataFolderBusyError`; a kill of the process frees it.
 */
export async function openLevelStore(folder: string): Promise<LevelStore> {
  // The very version of level that dynalite uses, wherever npm put it.
  const require = createRequire(createRequire(import.meta.url).resolve('dynalite'));
  const { Level } = require('level') as { Level: new (path: string, options: object) => LevelStore };
  const store = new Level(folder, { valueEncoding: 'json' });
  try {
    await store.open();
  } catch (error) {
    const reason = (error as { cause?: { code?: unknown } }).cause?.code;
    if (reason === 'LEVEL_LOCKED') throw new DataFolderBusyError(dirname(folder), { cause: error });
    throw error;
  }
  return store;
}

/**
 * Makes a data folder, which is made if it does not exist, the caller's own until it is released or the process ends, be
 * it by a kill. `what` names the part of the folder that is held: whoever holds another part is not in the way.
 *
 * Throws a `DataFolderBusyError` if another run holds it, and a `DataFolderUnusableError` if there can be no such folder.
 */
export function holdDataFolder(dataFolder: string, what: string): Hold {
  try {
    mkdirSync(dataFolder, { recursive: true });
    return hold(join(dataFolder, `${what}.lock`));
  } catch (error) {
    if (error instanceof HeldError) throw new DataFolderBusyError(dataFolder, { cause: error });
    throw new DataFolderUnusableError(dataFolder, error as Error);
  }
}
