import { InvalidRequest } from '../platform/http/errors.ts';
import { change } from './change.ts';
import { isDerivedId } from './ids.ts';
import { kindOf } from './kinds/index.ts';
import { askToCancel, enter, isCancellable } from './machine.ts';
import type { Door } from './outside.ts';
import { type Instruction, isTerminal } from './record.ts';

/**
 * Calls an instruction off. While nothing was sent that could act, it is cancelled for certain; a claim and a cancellation
 * race on one conditional write:
 *
 *     client   read v3 (accepted) ── write cancelled if still v3 ✗ ── read v4 (submitting) ── 409, or the wish
 *     worker   read v3 (accepted) ── write submitting if still v3 ✓ ── POST
 *
 * After that only some kinds can be called off, at the Partner API: the wish is stored, and a worker sees to it.
 *
 * @returns the cancelled instruction, or the one that now carries the wish; asking again answers the same
 * @throws InvalidRequest 404 for what is not this client's, 409 with the state when it is too late
 */
export async function cancelInstruction(
  door: Door,
  client: string,
  id: string,
  reason = 'cancelled by the client',
): Promise<Instruction> {
  const nowMs = door.clock.nowMs();
  if (!isDerivedId(id)) throw new InvalidRequest(404, 'instruction', 'id');
  const changed = await change(door.store, id, (current) => {
    if (current.client !== client) return current;
    if (isCancellable(current)) return enter(current, 'cancelled', nowMs, { reason });
    const canBeAsked = kindOf(current).cancel !== undefined && !isTerminal(current.state);
    return canBeAsked ? askToCancel(current, nowMs, reason) : current;
  });
  if (changed === undefined || changed.instruction.client !== client)
    throw new InvalidRequest(404, 'instruction', 'id');
  const { instruction, written } = changed;
  if (instruction.state === 'cancelled') {
    if (written) {
      door.report.count('InstructionsSettled', 1, { state: 'cancelled' });
      await door.hints.send('tell', [{ id }]);
    }
    return instruction;
  }
  if (instruction.cancelAskedAtMs === undefined || isTerminal(instruction.state))
    throw new InvalidRequest(409, `not cancellable: ${instruction.state}`, 'state');
  if (written) await door.hints.send('submit', [{ id }]);
  return instruction;
}
