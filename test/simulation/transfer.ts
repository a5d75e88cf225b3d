import { derivedId } from '../../lib/instructions/ids.ts';
import { transfer } from '../../lib/instructions/kinds/transfer.ts';
import type { Plan } from './faults.ts';
import { type ApiSettings, SimulatedApi } from './sandbox.ts';
import { Timeline } from './timeline.ts';
import { type RunSettings, SimulatedWorld } from './world.ts';

const startMs = Date.UTC(2026, 0, 5, 9);
const client = 'treasury-desk';
const key = 'order-17';
/** The id the transfer gets in every run. */
export const transferId = derivedId('simulation', 'http', client, key);

/** A course of events, before anything breaks. */
export interface Course {
  readonly name: string;
  /** The states a run without faults ends in. */
  readonly ends: string;
  readonly approveAfterMs: number | null;
  readonly amount: string;
  readonly lifetimeSeconds: number;
  /** Everything is stopped during the first minute. */
  readonly stopped?: boolean;
  readonly cancelAfterMs?: number;
  readonly rejectAfterMs?: number;
  /** When somebody pays enough into the wallet. */
  readonly depositAfterMs?: number;
}

/** A transfer that is approved within seconds. */
export const ordinary = { approveAfterMs: 2_000, amount: '250000', lifetimeSeconds: 3600 } as const;

/** The courses every fault is tried in. */
export const courses: readonly Course[] = [
  { ...ordinary, name: 'approved by custody', ends: 'completed' },
  { ...ordinary, name: 'refused by custody', ends: 'rejected', approveAfterMs: null, rejectAfterMs: 20_000 },
  { ...ordinary, name: 'never approved', ends: 'expired', approveAfterMs: null, lifetimeSeconds: 20 },
  { ...ordinary, name: 'more than there is', ends: 'failed', amount: '999999999999' },
  {
    ...ordinary,
    name: 'cancelled while everything is stopped',
    ends: 'cancelled',
    stopped: true,
    cancelAfterMs: 5_000,
  },
  { ...ordinary, name: 'held by a stop for a while', ends: 'completed', stopped: true },
];

/** Runs a transfer from request to end. */
export async function runTransfer(
  course: Course,
  settings: Partial<RunSettings> & { plans: readonly Plan[] },
  service: Partial<ApiSettings> = {},
): Promise<{ world: SimulatedWorld; api: SimulatedApi }> {
  const timeline = new Timeline(startMs);
  const api = new SimulatedApi({ nowMs: timeline.nowMs, approveAfterMs: course.approveAfterMs, ...service });
  const world = new SimulatedWorld(api, timeline, { seed: 1, ...settings });
  const { operating, settlement } = api.demo;
  if (course.stopped === true) {
    world.operatorStops(true, 0);
    world.operatorStops(false, 60_000);
  }
  world.partnerAsks(transfer, client, operating.btc, key, {
    companyId: operating.btc.companyId,
    walletId: operating.btc.walletId,
    counterpartyWalletId: settlement.btc.walletId,
    amount: course.amount,
    expiresAt: startMs / 1000 + course.lifetimeSeconds,
    reference: 'inv-2041',
  });
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
