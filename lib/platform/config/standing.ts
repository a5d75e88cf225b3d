import * as z from 'zod/mini';
import { kinds } from '../../instructions/kinds/index.ts';
import type { Kind } from '../../instructions/kinds/kind.ts';
import { isEverDue, parseCron } from '../../standing/cron.ts';
import { wallClock } from '../../standing/due.ts';
import { InvalidRequest } from '../http/errors.ts';
import { parseWith } from '../http/parse.ts';
import type { ClientConfig } from './clients.ts';
import { type Concern, duplicates, type ProblemInFile } from './concern.ts';

const id = z.string().check(z.minLength(1), z.maxLength(255));

const standingInstruction = z.strictObject({
  name: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and -')),
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
} satisfies Concern<z.ZodMiniType<StandingConfig[]>>;

function checkOne(one: StandingConfig, path: string): ProblemInFile[] {
  const problems: ProblemInFile[] = [];
  const error = (member: string, message: string) =>
    problems.push({ path: `${path}.${member}`, message, severity: 'error' });
  const schedule = attempt(() => parseCron(one.schedule));
  if (schedule.failed !== undefined) error('schedule', schedule.failed);
  else if (!isEverDue(schedule.value)) error('schedule', 'is never due');
  if (attempt(() => wallClock(one.timeZone)).failed !== undefined) error('timeZone', 'is no time zone');
  const kind = kinds.get(one.kind);
  if (kind === undefined || !kind.mayRecur) {
    const allowed = [...kinds.values()].filter((each) => each.mayRecur).map((each) => each.name);
    error('kind', `is none of ${allowed.join(', ')}`);
  } else if (one.body['expiresAt'] !== undefined) {
    error('body.expiresAt', 'follows from the due time and lifetimeSeconds');
  } else {
    const refused = refusalOf(() => parseWith(kind.schema, one.body));
    if (refused !== undefined) error(`body.${refused.field}`, refused.reason);
  }
  return problems;
}

/** The client must be there, and must be bound to what the body names. */
function checkAgainst(one: StandingConfig, clients: readonly ClientConfig[], path: string): ProblemInFile[] {
  const client = clients.find((each) => each.id === one.client);
  if (client === undefined) return [{ path: `${path}.client`, message: 'is no client', severity: 'error' }];
  const kind = kinds.get(one.kind) as Kind;
  const refused = refusalOf(() => kind.resolve(one.body as never, client, ''));
  if (refused === undefined) return [];
  const message = `the client "${client.id}" is not bound to this ${refused.reason}`;
  return [{ path: `${path}.body.${refused.field}`, message, severity: 'error' }];
}

function attempt<T>(make: () => T): { value: T; failed?: undefined } | { failed: string } {
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
