/**
 * Works on each of many, at most `atOnce` at the same time. Whichever is done with makes room for the next, so that one
 * that takes long holds up nobody else.
 *
 * @param flow must not throw
 */
export async function eachAtOnce<T>(items: readonly T[], atOnce: number, flow: (item: T) => Promise<void>) {
  const waiting = items.values();
  const work = async () => {
    for (const item of waiting) await flow(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
}
