import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from '../environment.ts';
import { ConfigurationError } from '../errors.ts';
import { invalidConfig } from './check-concern.ts';
import { membersTwice } from './concern.ts';

/** Where the configuration may lie. */
export interface ConfigPlaces {
  /** What `CONFIG_FILE` names. */
  readonly configFile?: string | undefined;
  /** The folder of the bundle, which the build puts `config.json` into. */
  readonly bundleFolder?: string | undefined;
  /** The folder of the project, whose `config/` is read when it is run from source. */
  readonly projectFolder: string;
}

/** The places of this process. */
export function ownPlaces(): ConfigPlaces {
  return { configFile: environment.configFile, bundleFolder: bundleFolder(), projectFolder: process.cwd() };
}

/** The first place that has a configuration: one document, or the folder of the sources. */
export function locate(places: ConfigPlaces): { readonly file: string } | { readonly folder: string } {
  if (places.configFile !== undefined) return { file: places.configFile };
  const beside = places.bundleFolder && join(places.bundleFolder, 'config.json');
  if (beside && existsSync(beside)) return { file: beside };
  const folder = join(places.projectFolder, 'config');
  if (existsSync(folder)) return { folder };
  throw new ConfigurationError(
    `there is no configuration: CONFIG_FILE is not set, and neither ${beside || 'config.json beside the bundle'} nor ${folder} exists`,
  );
}

/** The JSON object in a file. A `ConfigurationError` says why there is none, or which members stand in it twice. */
export function readJsonObject(path: string): Record<string, unknown> {
  let text: string;
  let document: unknown;
  try {
    text = readFileSync(path, 'utf8');
    document = JSON.parse(text);
  } catch (cause) {
    throw new ConfigurationError(`the configuration ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const twice = membersTwice(text);
  if (twice.length > 0) throw invalidConfig(twice.map((problem) => ({ file: path, ...problem })));
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
    return document as Record<string, unknown>;
  }
  throw new ConfigurationError(`the configuration ${path} is not an object`);
}

/** Bundles are CommonJS and know their folder; source files are modules and do not have this name. */
function bundleFolder(): string | undefined {
  return typeof __dirname === 'string' ? __dirname : undefined;
}
