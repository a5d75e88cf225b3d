import { checkOneConcern, fileOf, invalidConfig } from './check-concern.ts';
import type { Concern, Problem } from './concern.ts';
import { type ConcernName, type Config, concerns } from './concerns.ts';

export { checkOneConcern } from './check-concern.ts';

/** What a document is worth: the configuration, or what is wrong with it. Warnings may stand beside either. */
export interface Checked {
  readonly config: Config | undefined;
  readonly problems: Problem[];
}

/** Checks a document with one key per concern. Every problem is found, not only the first. */
export function checkDocument(document: Readonly<Record<string, unknown>>): Checked {
  const problems: Problem[] = Object.keys(document)
    .filter((name) => !Object.hasOwn(concerns, name))
    .map((name) => ({ file: fileOf(name), path: '', message: 'is no part of the configuration', severity: 'error' }));
  const values = Object.entries(concerns).map(([name, concern]) => {
    const { value, found } = checkOneConcern(name as ConcernName, concern, document[name]);
    problems.push(...found);
    return [name, value];
  });
  const parsed = Object.fromEntries(values) as Config;
  if (problems.every((problem) => problem.severity === 'warning')) problems.push(...checkReferences(parsed));
  const isValid = problems.every((problem) => problem.severity === 'warning');
  return { config: isValid ? parsed : undefined, problems };
}

function checkReferences(config: Config): Problem[] {
  return Object.entries(concerns as Record<ConcernName, Concern>).flatMap(([name, concern]) =>
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
