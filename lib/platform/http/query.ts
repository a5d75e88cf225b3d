import { InvalidRequest } from './errors.ts';

/**
 * Refuses a parameter that a door does not know: a filter that is misspelt would otherwise be answered with everything.
 * @throws InvalidRequest 400 naming the first
 */
export function refuseUnknownParameters(query: object, known: readonly string[]): void {
  const unknown = Object.keys(query).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new InvalidRequest(400, `unknown field: ${unknown}`, unknown);
}
