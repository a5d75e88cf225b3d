import { userInfo } from 'node:os';
import type { Hints, ItemStore, Reporter, Route } from '../../lib/instructions/ports.ts';
import { systemClock } from '../../lib/platform/clock.ts';
import { clients } from '../../lib/platform/config/clients.ts';
import { loadConcern } from '../../lib/platform/config/load-concern.ts';
import { strategies } from '../../lib/platform/config/strategies.ts';
import { dynamoStore } from '../../lib/platform/dynamo-store.ts';
import { ConfigurationError } from '../../lib/platform/errors.ts';
import { systemRandom } from '../../lib/platform/random.ts';
import { sqsHints } from '../../lib/platform/sqs-hints.ts';
import type { Io } from '../partner-api/io.ts';
import { openStage, type Stage, type StageValues } from './stage.ts';

/** What a command touches. */
export interface Context {
  readonly store: ItemStore;
  readonly hints: Hints;
  readonly clock: typeof systemClock;
  readonly report: Reporter;
  /** Hints that no queue took. */
  readonly notSent: () => number;
  /** Who is at the keyboard, as it is written into the control item. */
  readonly operator: string;
  /** Names in the configuration; `undefined` when there is none to be read. */
  readonly known: { readonly clients?: readonly string[]; readonly strategies?: readonly string[] };
  close(): void;
}

/** Opens the stage that the options name. */
export async function openContext(values: StageValues, io: Io): Promise<Context> {
  const stage = await openStage(values, io);
  let notSent = 0;
  const report: Reporter = {
    info: () => {},
    warn: (message, facts = {}) => io.err(`${message}: ${String(facts['reason'] ?? '')}`),
    alarm: (reason) => io.err(`alarm: ${reason}`),
    count: (metric, value) => {
      if (metric === 'HintsNotSent') notSent += value;
    },
    duration: () => {},
  };
  return {
    store: dynamoStore({ client: stage.dynamo, tableName: stage.tableName, random: systemRandom }),
    hints: stageHints(stage, report),
    clock: systemClock,
    report,
    notSent: () => notSent,
    operator: `operate: ${userName()}`,
    known: knownNames(stage.env),
    close: stage.close,
  };
}

/** The queues, each looked for when something is to be sent to it. A queue that is not there is a hint not sent. */
function stageHints(stage: Stage, report: Reporter): Hints {
  return {
    async send(route, hints, options) {
      const url = await stage.queueUrl(route).catch((error: unknown) => error as Error);
      const queueUrl = (_route: Route): string => {
        if (url instanceof Error) throw url;
        return url;
      };
      await sqsHints({ client: stage.sqs, queueUrl, reporter: report }).send(route, hints, options);
    },
  };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody';
  }
}

/** The configuration beside this program; the one that was deployed may be another, so it is only asked for names. */
function knownNames(env: Io['env']): Context['known'] {
  const places = { configFile: env['CONFIG_FILE'], projectFolder: process.cwd() };
  try {
    return {
      clients: loadConcern('clients', clients, places).map(({ id }) => id),
      strategies: loadConcern('strategies', strategies, places).map(({ name }) => name),
    };
  } catch (error) {
    if (error instanceof ConfigurationError) return {};
    throw error;
  }
}
