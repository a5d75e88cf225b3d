import { PartnerApiError } from '../partner-api/errors.ts';
import { change } from './change.ts';
import { kindOf } from './kinds/index.ts';
import { lookAt } from './look.ts';
import type { Worker } from './outside.ts';
import { lookAgainMs } from './pace.ts';
import { type Instruction, isTerminal } from './record.ts';
import { signWithinMs } from './take-on.ts';
import { alarmWhenTurnedAway } from './turned-away.ts';

/**
 * Calls a transaction off at the Partner API, because its client asked for that. What the request came to is never
 * believed: a refusal may mean that a take is open or that it is over, and an answer may be lost. A look at the status says
 * what became of it; while it is still open, the same is tried again later, so that a quote with an open take waits.
 *
 *     claim (lease) ──▶ DELETE … ──▶ GET … ──▶ settled, or due again later
 *
 * @param claimed the instruction as it was claimed: what is seen counts only if its history has not grown since
 */
export async function callOff(worker: Worker, claimed: Instruction): Promise<void> {
  const { id } = claimed;
  const startedAtMs = worker.clock.nowMs();
  try {
    await kindOf(claimed).cancel?.(worker.api, claimed, startedAtMs + signWithinMs);
    worker.report.info('called off', { instructionId: id, txId: claimed.txId });
  } catch (error) {
    if (!(error instanceof PartnerApiError)) throw error;
    const reason = error.reason ?? error.code;
    worker.report.warn('not called off', { instructionId: id, effect: error.effect, reason, error });
    alarmWhenTurnedAway(worker.report, error, { instructionId: id });
  }
  if (await lookAt(worker, claimed)) return;
  const nowMs = worker.clock.nowMs();
  const waitMs = lookAgainMs(nowMs - (claimed.cancelAskedAtMs ?? nowMs));
  const changed = await change(worker.store, id, (current) =>
    isTerminal(current.state) ? current : { ...current, work: 'submit', workAtMs: nowMs + waitMs },
  );
  if (changed !== undefined && !isTerminal(changed.instruction.state)) {
    await worker.hints.send('submit', [{ id }], { delayMs: waitMs });
  }
}
