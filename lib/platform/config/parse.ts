import { checkOneConcern, fileOf, invalidConfig } from './check-concern.ts';
import { type Concern, isError, type Problem } from './concern.ts';
import { type ConcernName, type Config, concerns } from './concerns.ts';

export { checkOneConcern } from './check-concern.ts';

/** What a document is worth: the configuration, or what is wrong with it. Warnings may stand beside either. */
export interface Checked {
  readonly config: Config | undefined;
  readonly problems: Problem[];
}

/**
 * Checks a document with one key per concern. Every problem is found, not only the first.
 * @param unreadable concerns that are there, though nobody knows what they say
 */
export function checkDocument(
  document: Readonly<Record<string, unknown>>,
  unreadable: readonly string[] = [],
): Checked {
  const problems: Problem[] = Object.keys(document)
    .filter((name) => !Object.hasOwn(concerns, name))
    .map((name) => ({ file: fileOf(name), path: '', message: 'is no part of the configuration', severity: 'error' }));
  const values: Record<string, unknown> = {};
  const sound = new Set<string>();
  for (const [name, concern] of Object.entries(concerns)) {
    const { value, found } = checkOneConcern(name, concern, document[name]);
    problems.push(...found);
    values[name] = value;
    if (!found.some(isError) && !unreadable.includes(name)) sound.add(name);
  }
  problems.push(...checkReferences(values as Config, sound));
  return { config: problems.some(isError) ? undefined : (values as Config), problems };
}

/** What does not fit the clients, in every concern that is sound in itself: one bad file does not hide it. */
function checkReferences(config: Config, sound: ReadonlySet<string>): Problem[] {
  if (!sound.has('clients')) return [];
  return Object.entries(concerns as Record<ConcernName, Concern>)
    .filter(([name]) => sound.has(name))
    .flatMap(([name, concern]) =>
      (concern.checkWithClients?.(config[name as ConcernName], config.clients) ?? []).map((problem) => ({
        file: fileOf(name),
        ...problem,
      })),
    );
}

/** The configuration in a document, or a {@link ConfigurationError} that tells every problem. */
export function parseConfig(document: Readonly<Record<string, unknown>>): Config {
  const { config, problems } = checkDocument(document);
  if (config) return config;
  throw invalidConfig(problems);
}
