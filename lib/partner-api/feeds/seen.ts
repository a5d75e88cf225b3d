/** Keys remembered up to a bound, oldest forgotten first. */
export interface Remembered<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  entries(): IterableIterator<[string, Value]>;
}

/** How many messages a feed remembers as told: what is older may be told again, which hints can bear. */
export const rememberedMessages = 10_000;

/** A map of at most `most` entries. */
export function createRemembered<Value>(most: number = rememberedMessages): Remembered<Value> {
  const map = new Map<string, Value>();
  return {
    get: (key) => map.get(key),
    entries: () => map.entries(),
    set(key, value) {
      map.delete(key);
      map.set(key, value);
      if (map.size > most) map.delete(map.keys().next().value as string);
    },
  };
}
