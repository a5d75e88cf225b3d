import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  writeSync,
} from 'node:fs';
import { crc32 } from 'node:zlib';
import { HeldError, type Hold, hold } from '../hold.ts';
import type { ClockState } from './clock.ts';
import type { FeeRates } from './fee-schedule.ts';

/**
 * What a journal begins with: the key of the id stream and the settings that decide amounts, so that replay draws the
 * very same ids and computes the very same fees. They win over the options of a later start.
 */
export interface JournalHeader {
  readonly version: 1;
  readonly feesBps: FeeRates;
  readonly autoAcceptInvitations: boolean;
  /** Absent from journals of earlier servers: not strict then. */
  readonly strictAgents?: boolean;
  readonly streamKeyHex: string;
  readonly fixedTime: boolean;
}

/** A request of an API key `a`; of its Signing Agent `g`, if there is one. */
type AccountStep = { t: number; a: string; g?: string; m: string; p: string; b: string };

/** One committed step: a request that changed the world, a nonce that was used up, or a change of the clock. */
export type JournalStep =
  | AccountStep
  | { readonly t: number; readonly c: 1; readonly m: string; readonly p: string; readonly b: string }
  | { readonly t: number; readonly a: string; readonly n: string }
  | { readonly t: number; readonly clock: ClockState };

/** A journal that stands ready, and what it held. */
interface OpenedJournal {
  readonly journal: Journal;
  readonly header: JournalHeader;
  readonly steps: JournalStep[];
}

/**
 * The command log that lets the sandbox survive a restart. Each line is `crc32 json`, written with one `write` before
 * the step is answered. That is enough against the death of the process (`kill -9`): the operating system still has
 * what was written. It is not enough against the loss of power, for which each line would need an fsync.
 */
export class Journal {
  readonly #descriptor: number;
  readonly #hold: Hold;
  #offset = 0;

  private constructor(descriptor: number, held: Hold) {
    this.#descriptor = descriptor;
    this.#hold = held;
  }

  /**
   * Opens a journal: gives back what it holds, cuts off a torn last line, and stands ready to append. It is this sandbox's
   * alone until it is closed or the process ends, be it by a kill: another gets a `JournalBusyError`.
   */
  static open(file: string, fresh: () => JournalHeader): OpenedJournal {
    let descriptor: number | undefined;
    let held: Hold | undefined;
    try {
      descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600);
      requireJournalOrNothing(descriptor, file);
      // Before it is read, and by its one true name: what somebody else still writes must not be taken for torn.
      held = hold(`${realpathSync(file)}.lock`);
      const journal = new Journal(descriptor, held);
      return { journal, ...journal.#begin(file, fresh) };
    } catch (cause) {
      held?.release();
      if (descriptor !== undefined) closeSync(descriptor);
      if (cause instanceof JournalError) throw cause;
      if (cause instanceof HeldError) throw new JournalBusyError(file, { cause });
      throw new JournalError(`${file}: cannot be opened as a journal: ${(cause as Error).message}`, { cause });
    }
  }

  #begin(file: string, fresh: () => JournalHeader): Omit<OpenedJournal, 'journal'> {
    const { lines, goodBytes } = readLines(readFileSync(this.#descriptor), file);
    ftruncateSync(this.#descriptor, goodBytes);
    this.#offset = goodBytes;
    if (lines.length > 0) {
      const header = lines[0] as JournalHeader;
      if (header.version !== 1) throw new JournalError(`${file}: not a journal of this version`);
      return { header, steps: lines.slice(1) as JournalStep[] };
    }
    const header = fresh();
    this.#write(header);
    return { header, steps: [] };
  }

  /** Throws unless the file is as this sandbox left it: whoever writes into it past the lock makes it another one's. */
  requireUntouched(): void {
    if (fstatSync(this.#descriptor).size !== this.#offset)
      throw new JournalError('the journal was changed from outside');
  }

  /** Writes one step. */
  append(step: JournalStep): void {
    this.#write(step);
  }

  /** Forgets all steps and starts again with a header (state reset). */
  restart(header: JournalHeader): void {
    ftruncateSync(this.#descriptor, 0);
    this.#offset = 0;
    this.#write(header);
  }

  /** Closes the file and lets others have it. */
  close(): void {
    closeSync(this.#descriptor);
    this.#hold.release();
  }

  #write(value: unknown): void {
    const line = Buffer.from(lineOf(value));
    let written = 0;
    // A write may be short; the bound is the line itself, as every round writes at least one byte or throws.
    while (written < line.length) {
      written += writeSync(this.#descriptor, line, written, line.length - written, this.#offset + written);
    }
    this.#offset += line.length;
  }
}

/** A journal that cannot be read or written. */
export class JournalError extends Error {
  readonly code: string = 'SANDBOX_JOURNAL_ERROR';
  override readonly name: string = 'JournalError';
}

/** Another sandbox has the journal open. */
export class JournalBusyError extends JournalError {
  override readonly code = 'SANDBOX_JOURNAL_BUSY';
  override readonly name = 'JournalBusyError';

  constructor(file: string, options?: ErrorOptions) {
    super(`the journal ${file} is in use by another sandbox`, options);
  }
}

function lineOf(value: unknown): string {
  const text = JSON.stringify(value);
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
}

/** A file that never was a journal must not be cut to nothing, nor get a lock beside it, by a slip on the command line. */
function requireJournalOrNothing(descriptor: number, file: string): void {
  const start = Buffer.alloc(9);
  const isFile = fstatSync(descriptor).isFile();
  const length = isFile ? readSync(descriptor, start, 0, start.length, 0) : 0;
  const isJournal = /^[0-9a-f]{0,8}(?: |$)/.test(start.toString('latin1', 0, length));
  if (!isFile || !isJournal) throw new JournalError(`${file}: not a journal`);
}

function readLines(content: Buffer, file: string): { lines: unknown[]; goodBytes: number } {
  const lines: unknown[] = [];
  let goodBytes = 0;
  while (goodBytes < content.length) {
    const end = content.indexOf(10, goodBytes);
    const value = end < 0 ? undefined : parseLine(content.subarray(goodBytes, end).toString('utf8'));
    if (value === undefined) {
      // Only the last line can be torn by a crash. A bad line with others behind it means a damaged file.
      if (end >= 0 && end + 1 < content.length) throw new JournalError(`${file}: line ${lines.length + 1} is damaged`);
      break;
    }
    lines.push(value);
    goodBytes = end + 1;
  }
  return { lines, goodBytes };
}

function parseLine(line: string): unknown {
  const text = line.slice(9);
  if (line[8] !== ' ' || crc32(text).toString(16).padStart(8, '0') !== line.slice(0, 8)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
