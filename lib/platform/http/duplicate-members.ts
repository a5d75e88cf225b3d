/** An object or a list that has not ended yet. */
interface Level {
  /** The names that stand in it so far. */
  readonly names: Set<string>;
  /** The member it is at; in an object nothing before its name has come. */
  at: string | number | undefined;
}

/**
 * The members of a JSON text whose object has one of that name already, by their paths, in the order in which they stand
 * there. `JSON.parse` takes the last of them in silence, so what somebody reads may not be what is done. Linear in the
 * length of the text, however deep it is.
 *
 * @param text JSON that `JSON.parse` takes
 */
export function* duplicateMembers(text: string): Generator<readonly (string | number)[]> {
  const levels: Level[] = [];
  for (let place = 0; place < text.length; place++) {
    const sign = text[place];
    if (sign === '{' || sign === '[') levels.push({ names: new Set(), at: sign === '[' ? 0 : undefined });
    if (sign === '}' || sign === ']') levels.pop();
    const level = levels.at(-1);
    if (sign === ',' && level !== undefined) level.at = typeof level.at === 'number' ? level.at + 1 : undefined;
    if (sign !== '"') continue;
    const start = place;
    place = lastOfText(text, start);
    if (level === undefined || level.at !== undefined) continue;
    // Names are compared as they are read: one may be written with escapes.
    level.at = JSON.parse(text.slice(start, place + 1)) as string;
    if (level.names.has(level.at)) yield levels.map(({ at = '' }) => at);
    level.names.add(level.at);
  }
}

/** Where the quotation mark stands that ends the one at `start`. */
function lastOfText(text: string, start: number): number {
  let place = start + 1;
  while (place < text.length && text[place] !== '"') place += text[place] === '\\' ? 2 : 1;
  return place;
}
