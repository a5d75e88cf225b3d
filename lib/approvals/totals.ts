/**
 * The id of the totals of what a core client approved of an asset. An approval is counted before it is decided, and settled
 * when its vote was read back (`instructions/window-totals.ts`).
 */
export function approvedTotals(coreClientId: string, asset: string): string {
  return `approved/${coreClientId}/${asset}`;
}
