import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
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

/**
 * The command log that lets the sandbox survive a restart. Each line is `crc32 json`, written with one `write` before
 * the step is answered. That is enough against the death of the process (`kill -9`): the operating system still has
 * what was written. It is not enough against the loss of power, for which each line would need an fsync.
 */
export class Journal {
  readonly #descriptor: number;
  #broken: Error | undefined;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Opens a journal: gives back what it holds, cuts off a torn last line, and stands ready to append. */
  static open(
    file: string,
    fresh: () => JournalHeader,
  ): { journal: Journal; header: JournalHeader; steps: JournalStep[] } {
    const content = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    const { lines, goodBytes } = readLines(content, file);
    const descriptor = openSync(file, existsSync(file) ? 'r+' : 'w+', 0o600);
    ftruncateSync(descriptor, goodBytes);
    const journal = new Journal(descriptor);
    journal.#offset = goodBytes;
    if (lines.length > 0) {
      const header = lines[0] as JournalHeader;
      if (header.version !== 1) throw new JournalError(`${file}: not a journal of this version`);
      return { journal, header, steps: lines.slice(1) as JournalStep[] };
    }
    const header = fresh();
    journal.#write(header);
    return { journal, header, steps: [] };
  }

  #offset = 0;

  /**
   * Writes one step. After a failed write nothing more is taken: memory and file would differ. The same when another
   * process writes the file too.
   */
  append(step: JournalStep): void {
    if (this.#broken !== undefined) throw this.#broken;
    if (fstatSync(this.#descriptor).size !== this.#offset) {
      this.#broken = new JournalError('the journal was changed by another process: give each sandbox its own');
      throw this.#broken;
    }
    try {
      this.#write(step);
    } catch (cause) {
      this.#broken = new JournalError('the journal cannot be written; restart the sandbox', { cause });
      throw this.#broken;
    }
  }

  /** Forgets all steps and starts again with a header (state reset). */
  restart(header: JournalHeader): void {
    ftruncateSync(this.#descriptor, 0);
    this.#offset = 0;
    this.#write(header);
  }

  /** Closes the file. */
  close(): void {
    closeSync(this.#descriptor);
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
  readonly code = 'SANDBOX_JOURNAL_ERROR';
  override readonly name = 'JournalError';
}

function lineOf(value: unknown): string {
  const text = JSON.stringify(value);
  return `${crc32(text).toString(16).padStart(8, '0')} ${text}\n`;
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
      // A file that never was a journal must not be cut to nothing because of a slip on the command line.
      if (lines.length === 0 && !/^[0-9a-f]{0,8}(?: |$)/.test(content.toString('latin1'))) {
        throw new JournalError(`${file}: not a journal`);
      }
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
