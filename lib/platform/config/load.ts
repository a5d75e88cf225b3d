import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from '../environment.ts';
import { ConfigurationError } from '../errors.ts';
import { assembleConfig } from './assemble.ts';
import type { Config } from './concerns.ts';
import { parseConfig } from './parse.ts';

let loaded: Config | undefined;

/**
 * The configuration of this process, read and parsed once: the document named by `CONFIG_FILE`, else `config.json` beside
 * the bundle, else (when run from source) the files of the project's own `config/`.
 */
export function config(): Config {
  loaded ??= loadConfig({
    configFile: environment.configFile,
    bundleFolder: bundleFolder(),
    projectFolder: process.cwd(),
  });
  return loaded;
}

/** The same for given places. A `ConfigurationError` says which file is missing or wrong. */
export function loadConfig(places: {
  configFile?: string | undefined;
  bundleFolder?: string | undefined;
  projectFolder: string;
}): Config {
  if (places.configFile !== undefined) return readDocument(places.configFile);
  const beside = places.bundleFolder && join(places.bundleFolder, 'config.json');
  if (beside && existsSync(beside)) return readDocument(beside);
  const folder = join(places.projectFolder, 'config');
  if (existsSync(folder)) return assembleConfig(folder);
  throw new ConfigurationError(
    `there is no configuration: CONFIG_FILE is not set, and neither ${beside || 'config.json beside the bundle'} nor ${folder} exists`,
  );
}

function readDocument(path: string): Config {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new ConfigurationError(`the configuration ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new ConfigurationError(`the configuration ${path} is not an object`);
  }
  return parseConfig(document as Record<string, unknown>);
}

/** Bundles are CommonJS and know their folder; source files are modules and do not have this name. */
function bundleFolder(): string | undefined {
  return typeof __dirname === 'string' ? __dirname : undefined;
}
