import { derivedId } from '../../lib/instructions/ids.ts';
import { transfer } from '../../lib/instructions/kinds/transfer.ts';
import type { Plan } from './faults.ts';
import type { Ends, Run } from './plans.ts';
import { type ApiSettings, SimulatedApi } from './sandbox.ts';
import { Timeline } from './timeline.ts';
import { type RunSettings, SimulatedWorld } from './world.ts';

const startMs = Date.UTC(2026, 0, 5, 9);
/** Who asks for the transfers. */
export const client = 'treasury-desk';
const firstKey = 17;
/** The id the first transfer gets in every run. */
export const transferId = derivedId('simulation', 'http', client, `order-${firstKey}`);

/** A course of events, before anything breaks. */
export interface Course {
  readonly name: string;
  /** One transfer each, all asked for at once and out of one wallet. */
  readonly amounts: readonly string[];
  /** The states a run without faults ends in, one for each amount. */
  readonly ends: Ends;
  /** How else it may end when something breaks: what comes late, and what was never asked for. */
  readonly orEnds?: readonly Ends[];
  readonly approveAfterMs: number | null;
  readonly lifetimeSeconds: number;
  /** Everything is stopped for the first minute. */
  readonly stopped?: boolean;
  readonly cancelAfterMs?: number;
  readonly rejectAfterMs?: number;
  /** When somebody pays enough into the wallet. */
  readonly depositAfterMs?: number;
  /** How far the service's clock is ahead of ours. */
  readonly clockAheadMs?: number;
}

/** A transfer that is approved within seconds. */
export const ordinary = { approveAfterMs: 2_000, amounts: ['250000'], lifetimeSeconds: 3600 } as const;
/** More than the wallet holds until somebody pays into it. */
export const tooMuch = '999999999999';

/** The courses every fault is tried in. */
export const courses: readonly Course[] = [
  { ...ordinary, name: 'approved by custody', ends: ['completed'] },
  {
    ...ordinary,
    name: 'refused by custody',
    ends: ['rejected'],
    orEnds: [['expired']],
    approveAfterMs: null,
    rejectAfterMs: 20_000,
  },
  {
    ...ordinary,
    name: 'never approved',
    ends: ['expired'],
    orEnds: [[]],
    approveAfterMs: null,
    lifetimeSeconds: 20,
  },
  {
    ...ordinary,
    name: 'paid for and approved too late',
    ends: ['failed'],
    orEnds: [['expired'], []],
    amounts: [tooMuch],
    lifetimeSeconds: 150,
    depositAfterMs: 100_000,
    approveAfterMs: 200_000,
  },
  { ...ordinary, name: 'of more than there is', ends: ['failed'], amounts: [tooMuch] },
  {
    ...ordinary,
    name: 'cancelled while everything is stopped',
    ends: ['cancelled'],
    orEnds: [['completed']],
    stopped: true,
    cancelAfterMs: 5_000,
  },
  { ...ordinary, name: 'held by a stop for a while', ends: ['completed'], stopped: true },
  { ...ordinary, name: 'that the service gets with its clock ahead', ends: ['completed'], clockAheadMs: 200_000 },
  { ...ordinary, name: 'that the service gets with its clock behind', ends: ['completed'], clockAheadMs: -200_000 },
  {
    ...ordinary,
    name: 'beside another one out of the same fund',
    amounts: ['250000', '250000'],
    ends: ['completed', 'completed'],
  },
  {
    ...ordinary,
    name: 'beside two others, one of them of more than there is',
    amounts: ['250000', tooMuch, '130000'],
    ends: ['completed', 'failed', 'completed'],
  },
];

/** Runs the transfers of a course from request to end. */
export async function runTransfer(
  course: Course,
  settings: Partial<RunSettings> & { plans: readonly Plan[] },
  service: Partial<ApiSettings> = {},
): Promise<Run> {
  const timeline = new Timeline(startMs);
  const { approveAfterMs, clockAheadMs: aheadMs = 0 } = course;
  const api = new SimulatedApi({ nowMs: timeline.nowMs, approveAfterMs, aheadMs, ...service });
  const world = new SimulatedWorld(api, timeline, { seed: 1, ...settings });
  const { operating, settlement } = api.demo;
  if (course.stopped === true) world.operatorStops(60_000);
  for (const [place, amount] of course.amounts.entries()) {
    world.partnerAsks(transfer, client, operating.btc, `order-${firstKey + place}`, {
      companyId: operating.btc.companyId,
      walletId: operating.btc.walletId,
      counterpartyWalletId: settlement.btc.walletId,
      amount,
      expiresAt: startMs / 1000 + course.lifetimeSeconds,
      reference: `inv-${firstKey + place}`,
    });
  }
  if (course.cancelAfterMs !== undefined) world.partnerCancels(client, transferId, course.cancelAfterMs);
  if (course.rejectAfterMs !== undefined) {
    timeline.after(course.rejectAfterMs, async () => rejectAll(api));
  }
  if (course.depositAfterMs !== undefined) {
    const body = JSON.stringify({ walletId: operating.btc.walletId, amount: '9999999999999' });
    timeline.after(course.depositAfterMs, async () =>
      api.sandbox.control({ method: 'POST', target: '/deposits', body }),
    );
  }
  await world.runToTheEnd(3 * 24 * 3_600_000);
  return { world, api };
}

/** The custodian says no to whatever is put to it; also to what comes later than planned. */
function rejectAll(api: SimulatedApi): void {
  const { body } = api.sandbox.control({ method: 'GET', target: '/actions' });
  for (const { id } of (JSON.parse(body) as { actions: { id: string }[] }).actions) {
    api.sandbox.control({ method: 'DELETE', target: `/actions/${id}` });
  }
}
