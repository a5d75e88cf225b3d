import { mayAct, readControl } from '../instructions/control.ts';
import { rotated } from '../instructions/rotated.ts';
import type { ApproverConfig } from '../platform/config/approvals.ts';
import { approveAction } from './action.ts';
import type { Approver } from './approver.ts';
import { type Decision, openDecisionsOf } from './decision.ts';
import { alarmWhenNotOurs } from './vote.ts';

/** At most this many actions of a core client are looked at in one run; the others come in the next ones. */
const maxActions = 200;
/** Actions looked at at the same time. They may meet at the totals of one asset; whoever loses judges again. */
const actionsAtOnce = 4;
/** At most this many votes that nobody read back are taken up in one run. */
const maxOpenDecisions = 100;

/**
 * Decides what waits for a core client's vote, by its rules, and votes; goes on with votes that nobody has read back. Two
 * runs at once vote once; a run that dies anywhere is continued by the next one. One action that cannot be handled does not
 * hold up the others.
 *
 * @param untilMs nothing more is begun from this moment on
 * @returns the actions that it did not get to
 */
export async function approveActions(
  approver: Approver,
  config: ApproverConfig,
  untilMs: number,
): Promise<readonly string[]> {
  if (!mayAct(await readControl(approver.store), config)) return [];
  const { coreClientId } = config;
  const { items: open } = await approver.store.open<Decision>(openDecisionsOf(coreClientId), {
    limit: maxOpenDecisions,
  });
  const waiting = await waitingActions(approver, coreClientId);
  // What is left stays in its list for hours.
  const actionIds = rotated(approver.random, [...new Set([...open.map(({ actionId }) => actionId), ...waiting])]);
  const looked = actionIds.slice(0, maxActions);
  let next = 0;
  for (; next < looked.length && approver.clock.nowMs() < untilMs; next += actionsAtOnce) {
    const some = looked.slice(next, next + actionsAtOnce);
    await Promise.all(
      some.map((actionId) => guarded(approver, actionId, () => approveAction(approver, config, actionId))),
    );
  }
  return actionIds.slice(next);
}

async function waitingActions(approver: Approver, coreClientId: string): Promise<string[]> {
  try {
    const waiting = await approver.api.coreClients.actions(coreClientId);
    approver.report.count('ActionsWaiting', waiting.length);
    return waiting.map(({ actionId }) => actionId);
  } catch (error) {
    approver.report.warn('actions not listed', { coreClientId, error });
    alarmWhenNotOurs(approver, coreClientId, error);
    return [];
  }
}

async function guarded(approver: Approver, actionId: string, flow: () => Promise<unknown>): Promise<void> {
  try {
    await flow();
  } catch (error) {
    reportNotHandled(approver, actionId, error);
  }
}

/** Says that an action could not be handled. It still waits, and the next run looks at it again. */
export function reportNotHandled({ report }: Approver, actionId: string, error: unknown): void {
  report.warn('action not handled', { actionId, error });
  report.count('ActionsNotHandled', 1);
}
