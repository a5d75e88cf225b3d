import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { DataFolderBusyError } from './errors.ts';

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
