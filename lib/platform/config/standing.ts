import * as z from 'zod/mini';
import type { Kind } from '../../instructions/kinds/kind.ts';
import { recurringKinds } from '../../instructions/kinds/recurring.ts';
import { isEverDue, parseCron } from '../../standing/cron.ts';
import { wallClock } from '../../standing/due.ts';
import { InvalidRequest } from '../http/errors.ts';
import { parseWith } from '../http/parse.ts';
import type { ClientConfig } from './clients.ts';
import { type Concern, duplicates, error, type ProblemInFile } from './concern.ts';
import { isDueAfter } from './due-after.ts';
import { id, shortName } from './fields.ts';
import { isZone } from './zone.ts';

const standingInstruction = z.strictObject({
  name: shortName,
  client: id,
  kind: z.string().check(z.minLength(1), z.maxLength(64)),
  body: z.record(z.string(), z.unknown()),
  schedule: z.string().check(z.maxLength(220)),
  timeZone: z.string().check(z.minLength(1), z.maxLength(64)),
  lifetimeSeconds: z._default(z.int().check(z.minimum(120), z.maximum(30 * 24 * 3600)), 24 * 3600),
});

/** A request that is made again and again: which, for whom, and when. */
export type StandingConfig = z.output<typeof standingInstruction>;

/** Recurring instructions. */
export const standing = {
  schema: z.array(standingInstruction).check(z.maxLength(200)),
  whenAbsent: [] as StandingConfig[],
  check(value) {
    return [
      ...duplicates(
        value,
        (one) => one.name,
        (one, place, first) => ({
          path: `standing[${place}].name`,
          message: `"${one.name}" is the name of standing[${first}] already`,
        }),
      ),
      ...value.flatMap((one, place) => checkOne(one, `standing[${place}]`)),
    ];
  },
  checkWithClients: (value, clients) => value.flatMap((one, place) => checkAgainst(one, clients, `standing[${place}]`)),
  checkAt: (value, nowMs) =>
    value.flatMap((one, place) =>
      hasRunOut(one, nowMs) ? [error(`standing[${place}].schedule`, 'is never due again')] : [],
    ),
} satisfies Concern<z.ZodMiniType<StandingConfig[]>>;

function checkOne(one: StandingConfig, path: string): ProblemInFile[] {
  const problems: ProblemInFile[] = [];
  const report = (member: string, message: string) => problems.push(error(`${path}.${member}`, message));
  const schedule = attempt(() => parseCron(one.schedule));
  if (schedule.failed !== undefined) report('schedule', schedule.failed);
  else if (!isEverDue(schedule.value)) report('schedule', 'is never due');
  if (!isZone(one.timeZone)) report('timeZone', 'is no time zone of the IANA database');
  return [...problems, ...checkRequest(one, path)];
}

/** What is asked for: a kind that may recur, and a body that is one of it. */
function checkRequest(one: StandingConfig, path: string): ProblemInFile[] {
  const kind = recurringKinds.get(one.kind);
  if (kind === undefined) return [error(`${path}.kind`, `is none of ${[...recurringKinds.keys()].join(', ')}`)];
  if (one.body['expiresAt'] !== undefined)
    return [error(`${path}.body.expiresAt`, 'follows from the due time and lifetimeSeconds')];
  const refused = refusalOf(() => parseWith(kind.schema, one.body));
  return refused === undefined ? [] : [error(`${path}.body.${refused.field}`, refused.reason)];
}

/** Whether it was due once and never will be again. One that is never due, or whose zone nobody knows, is told of elsewhere. */
function hasRunOut({ schedule, timeZone }: StandingConfig, nowMs: number): boolean {
  const { value: cron } = attempt(() => parseCron(schedule));
  if (cron === undefined || !isEverDue(cron) || !isZone(timeZone)) return false;
  return !isDueAfter(cron, wallClock(timeZone)(nowMs));
}

/** The client must be there, and must be bound to what the body names. */
function checkAgainst(one: StandingConfig, clients: readonly ClientConfig[], path: string): ProblemInFile[] {
  const client = clients.find((each) => each.id === one.client);
  if (client === undefined) return [error(`${path}.client`, 'is no client')];
  // Of a body that is wrong in itself nobody can say what it is about.
  if (checkRequest(one, path).length > 0) return [];
  const kind = recurringKinds.get(one.kind) as Kind;
  const refused = refusalOf(() => kind.resolve(one.body as never, client, ''));
  if (refused === undefined) return [];
  return [error(`${path}.body.${refused.field}`, `the client "${client.id}" is not bound to this ${refused.reason}`)];
}

function attempt<T>(make: () => T): { value: T; failed?: undefined } | { value?: undefined; failed: string } {
  try {
    return { value: make() };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

function refusalOf(check: () => unknown): InvalidRequest | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof InvalidRequest) return error;
    throw error;
  }
}
