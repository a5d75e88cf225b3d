/** The path of a member as people write it: `clients[0].bindings[1].asset`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** Whether nothing stands at a path of a value: the schema's own issues do not tell missing from wrong. */
export function isMissing(path: readonly PropertyKey[], value: unknown): boolean {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) return true;
    current = (current as Record<PropertyKey, unknown>)[part];
  }
  return current === undefined;
}
