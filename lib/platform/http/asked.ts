import { acceptInstruction } from '../../instructions/accept.ts';
import type { Kind } from '../../instructions/kinds/kind.ts';
import type { Door } from '../../instructions/outside.ts';
import { viewOf } from '../../instructions/view.ts';
import { type Answer, answer } from './answer.ts';
import type { ClientCall } from './door.ts';

/**
 * Takes an instruction in that a client asks for by HTTP, under its `Idempotency-Key`.
 * @returns 202 with the instruction and where to find it, or 200 with the very same one when it was asked for before
 * @throws InvalidRequest as `acceptInstruction` does
 */
export async function askedByHttp(
  door: Door,
  kind: Kind,
  { client, headers, body }: Pick<ClientCall, 'client' | 'headers' | 'body'>,
): Promise<Answer> {
  const idempotencyKey = headers['idempotency-key'];
  const { instruction, created } = await acceptInstruction(door, {
    kind,
    source: 'http',
    client,
    idempotencyKey,
    body,
  });
  return answer(created ? 202 : 200, viewOf(instruction), { location: `/instructions/${instruction.id}` });
}
