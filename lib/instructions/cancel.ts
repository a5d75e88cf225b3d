import { InvalidRequest } from '../platform/http/errors.ts';
import { change } from './change.ts';
import { enter, isCancellable } from './machine.ts';
import type { Door } from './outside.ts';
import type { Instruction } from './record.ts';

/**
 * Calls an instruction off, if that is still certain to mean that nothing happens. A claim and a cancellation race on one
 * conditional write:
 *
 *     client   read v3 (accepted) ── write cancelled if still v3 ✗ ── read v4 (submitting) ── 409
 *     worker   read v3 (accepted) ── write submitting if still v3 ✓ ── POST
 *
 * @returns the cancelled instruction; asking again answers the same
 * @throws InvalidRequest 404 for what is not this client's, 409 with the state once it may have been sent
 */
export async function cancelInstruction(door: Door, client: string, id: string): Promise<Instruction> {
  const nowMs = door.clock.nowMs();
  const changed = await change(door.store, id, (current) =>
    current.client === client && isCancellable(current)
      ? enter(current, 'cancelled', nowMs, { reason: 'cancelled by the client' })
      : current,
  );
  if (changed === undefined || changed.instruction.client !== client)
    throw new InvalidRequest(404, 'instruction', 'id');
  const { instruction, written } = changed;
  if (instruction.state !== 'cancelled')
    throw new InvalidRequest(409, `not cancellable: ${instruction.state}`, 'state');
  if (written) {
    door.report.count('InstructionsSettled', 1, { state: 'cancelled' });
    await door.hints.send('tell', [{ id }]);
  }
  return instruction;
}
