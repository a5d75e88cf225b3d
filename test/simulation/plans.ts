import { faultsOf, type Plan, type RecordedCall } from './faults.ts';

/** How late an effect comes: within a lease, beyond it, just within the Partner API's window, after it. */
const lateMs = [3_000, 100_000, 290_000, 420_000];
/** How long a process stands still: beyond its lease, and beyond the window. */
const stallMs = [50_000, 420_000];

/** Every fault that makes sense for each of these calls, one plan for each; by day with fewer delays. */
export function plansFor(calls: readonly RecordedCall[], isNight: boolean): Plan[] {
  const [late, stall] = isNight ? [lateMs, stallMs] : [[100_000, 420_000], [420_000]];
  return calls.flatMap(({ number: call, sort }) =>
    faultsOf[sort].flatMap((kind): Plan[] => {
      const delays = kind === 'late' ? late : kind === 'stall' ? stall : [undefined];
      return delays.map((delayMs) => ({ call, kind, ...(delayMs === undefined ? {} : { delayMs }) }));
    }),
  );
}
