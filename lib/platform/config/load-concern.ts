import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type * as z from 'zod/mini';
import { checkOneConcern, invalidConfig } from './check-concern.ts';
import { type Concern, isError } from './concern.ts';
import { type ConfigPlaces, locate, ownPlaces, readJsonObject } from './places.ts';

const loaded = new Map<string, unknown>();

/**
 * One concern of the configuration of this process, read and parsed once. The build has checked all of them together; to
 * load the schemas of the others at a cold start would cost some 10 ms for each.
 *
 * @example
 * const clientsOfThisStage = ownConcern('clients', clients);
 */
export function ownConcern<Schema extends z.ZodMiniType>(name: string, concern: Concern<Schema>): z.output<Schema> {
  if (!loaded.has(name)) loaded.set(name, loadConcern(name, concern, ownPlaces()));
  return loaded.get(name) as z.output<Schema>;
}

/** The same for given places. A `ConfigurationError` says which file is missing or wrong. */
export function loadConcern<Schema extends z.ZodMiniType>(
  name: string,
  concern: Concern<Schema>,
  places: ConfigPlaces,
): z.output<Schema> {
  const { value, found } = checkOneConcern(name, concern as Concern, readConcern(name, locate(places)));
  if (found.some(isError)) throw invalidConfig(found);
  return value as z.output<Schema>;
}

function readConcern(name: string, place: ReturnType<typeof locate>): unknown {
  if ('file' in place) return readJsonObject(place.file)[name];
  const path = join(place.folder, `${name}.json`);
  return existsSync(path) ? readJsonObject(path)[name] : undefined;
}
