import { Api, type Target } from './api.ts';
import type { Check } from './check.ts';
import { allChecks } from './checks/all.ts';
import { type OperationName, operations } from './operations.ts';
import { SkippedError } from './outcome.ts';
import { closeConnections } from './raw-client.ts';

/** A check takes at most this long; one that hangs has failed. */
const checkWithinMs = 120_000;

/** What became of one check. `message` says why it failed or was skipped. */
export interface Outcome {
  readonly operation: string;
  readonly promise: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly message: string;
}

/** One line of the table. */
export interface OperationReport extends OperationName {
  readonly checks: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The whole result. `covered` counts operations with at least one check passed and none failed. */
export interface Report {
  readonly operations: readonly OperationReport[];
  readonly outcomes: readonly Outcome[];
  readonly covered: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What to run: everything, or the checks of some operations only. */
export interface RunOptions extends Target {
  readonly only?: readonly string[] | undefined;
  /** Told of every check as it ends. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/**
 * Tries every promise on a server, one check after the other, each with things of its own. Moves the server's clock
 * and puts it back. Rejects only when the server cannot be reached at all.
 */
export async function runConformance(options: RunOptions): Promise<Report> {
  const api = new Api(options);
  // Whatever it answers: a server that cannot be reached has not broken a promise.
  await api.client.get('/assets');
  const clockOffsetMs = api.hasControl ? await api.control.readClock() : undefined;
  const outcomes: Outcome[] = [];
  try {
    for (const one of allChecks) {
      if (options.only !== undefined && !options.only.includes(one.operation)) continue;
      const outcome = await tryCheck(one, api);
      outcomes.push(outcome);
      options.onOutcome?.(outcome);
    }
  } finally {
    if (clockOffsetMs !== undefined) await api.control.setClockOffset(clockOffsetMs);
    closeConnections();
  }
  return reportOf(outcomes);
}

async function tryCheck({ operation, promise, run }: Check, api: Api): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${checkWithinMs} ms`)), checkWithinMs);
  });
  try {
    await Promise.race([run(api), tooLate]);
    return { operation, promise, outcome: 'passed', message: '' };
  } catch (error) {
    const outcome = error instanceof SkippedError ? 'skipped' : 'failed';
    return { operation, promise, outcome, message: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

function reportOf(outcomes: readonly Outcome[]): Report {
  const count = (list: readonly Outcome[], outcome: Outcome['outcome']) =>
    list.filter((one) => one.outcome === outcome).length;
  const lines = operations.map((operation): OperationReport => {
    const own = outcomes.filter((one) => one.operation === operation.number);
    return {
      ...operation,
      checks: own.length,
      passed: count(own, 'passed'),
      failed: count(own, 'failed'),
      skipped: count(own, 'skipped'),
    };
  });
  return {
    operations: lines,
    outcomes,
    covered: lines.filter(({ passed, failed }) => passed > 0 && failed === 0).length,
    passed: count(outcomes, 'passed'),
    failed: count(outcomes, 'failed'),
    skipped: count(outcomes, 'skipped'),
  };
}
