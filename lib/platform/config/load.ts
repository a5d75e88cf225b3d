import { assembleConfig } from './assemble.ts';
import type { Config } from './concerns.ts';
import { parseConfig } from './parse.ts';
import { type ConfigPlaces, locate, ownPlaces, readJsonObject } from './places.ts';

let loaded: Config | undefined;

/**
 * The whole configuration of this process, read and parsed once: the document named by `CONFIG_FILE`, else `config.json`
 * beside the bundle, else (when run from source) the files of the project's own `config/`.
 *
 * Loads the schemas of every concern: a function that needs one of them starts faster with `ownConcern`.
 */
export function config(): Config {
  loaded ??= loadConfig(ownPlaces());
  return loaded;
}

/** The same for given places. A `ConfigurationError` says which file is missing or wrong. */
export function loadConfig(places: ConfigPlaces): Config {
  const place = locate(places);
  return 'file' in place ? parseConfig(readJsonObject(place.file)) : assembleConfig(place.folder);
}
