import { fileOf, invalidConfig } from './check-concern.ts';
import type { ClientConfig } from './clients.ts';
import { type Concern, isError, type Problem, warning } from './concern.ts';
import { type ConcernName, type Config, concerns } from './concerns.ts';
import { type Examined, examineConcern } from './examine.ts';

/** What a document is worth: the configuration, or what is wrong with it. Warnings may stand beside either. */
export interface Checked {
  readonly config: Config | undefined;
  readonly problems: Problem[];
}

/**
 * Checks a document with one key per concern. Every problem is found, not only the first.
 * @param unreadable concerns that are there, though nobody knows what they say
 * @param nowMs the moment to check at, epoch milliseconds; without it, what runs out is not looked at
 */
export function checkDocument(
  document: Readonly<Record<string, unknown>>,
  unreadable: readonly string[] = [],
  nowMs?: number,
): Checked {
  const problems: Problem[] = Object.keys(document)
    .filter((name) => !Object.hasOwn(concerns, name))
    .map((name) => ({ file: fileOf(name), path: '', message: 'is no part of the configuration', severity: 'error' }));
  const examined = new Map(
    Object.entries(concerns as Record<ConcernName, Concern>).map(([name, concern]) => [
      name as ConcernName,
      examineConcern(name, concern, document[name]),
    ]),
  );
  for (const { found } of examined.values()) problems.push(...found);
  problems.push(...checkReferences(examined, unreadable));
  if (nowMs !== undefined) problems.push(...checkMoment(examined, nowMs));
  if (problems.some(isError)) return { config: undefined, problems };
  const values = [...examined].map(([name, { value }]) => [name, value]);
  return { config: Object.fromEntries(values) as Config, problems };
}

/** What does not fit the clients, in all that is sound in form: one bad entry does not hide it, nor does one bad file. */
function checkReferences(examined: ReadonlyMap<ConcernName, Examined>, unreadable: readonly string[]): Problem[] {
  const clients = unreadable.includes('clients') ? undefined : examined.get('clients')?.value;
  const problems: Problem[] = [];
  const waiting: string[] = [];
  for (const [name, { ask }] of examined) {
    const { checkWithClients } = concerns[name] as Concern;
    if (checkWithClients === undefined) continue;
    // A binding that cannot be read is not one that is missing: the files that name it wait until it can be.
    if (name === 'clients') problems.push(...ask((some) => checkWithClients(some, some)));
    else if (clients !== undefined) problems.push(...ask((some) => checkWithClients(some, clients as ClientConfig[])));
    else if (saysSomething(ask)) waiting.push(fileOf(name));
  }
  if (waiting.length === 0) return problems;
  const message = `before it is mended, what these say of its clients is not checked: ${waiting.join(', ')}`;
  return [...problems, { file: fileOf('clients'), ...warning('', message) }];
}

function saysSomething(ask: Examined['ask']): boolean {
  let entries = 0;
  ask((some: readonly unknown[]) => {
    entries = some.length;
    return [];
  });
  return entries > 0;
}

function checkMoment(examined: ReadonlyMap<ConcernName, Examined>, nowMs: number): Problem[] {
  return [...examined].flatMap(([name, { ask }]) =>
    ask((some) => (concerns[name] as Concern).checkAt?.(some, nowMs) ?? []),
  );
}

/** The configuration in a document, or a {@link ConfigurationError} that tells every problem. */
export function parseConfig(document: Readonly<Record<string, unknown>>): Config {
  const { config, problems } = checkDocument(document);
  if (config) return config;
  throw invalidConfig(problems);
}
