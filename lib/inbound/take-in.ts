import * as z from 'zod/mini';
import { acceptInstruction } from '../instructions/accept.ts';
import type { Bindings } from '../instructions/bindings.ts';
import { kinds } from '../instructions/kinds/index.ts';
import type { Door } from '../instructions/outside.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { parseSent, parseWith } from '../platform/http/parse.ts';

/** A message as the queue hands it on. */
export interface InboundMessage {
  readonly body: string;
  /** Who sent it, as the queue attests: the message itself is not asked. */
  readonly senderId: string | undefined;
}

/** A client as the inbound queue knows it. */
export interface InboundClient extends Bindings {
  readonly id: string;
  /** Who may ask for which kinds in its name. */
  readonly queueSenders: readonly { readonly senderId: string; readonly kinds: readonly string[] }[];
}

/** What taking a message in touches. */
export interface Inbound extends Door {
  /** A client of the configuration. */
  clientOf(id: string): InboundClient | undefined;
}

/** The longest message that is taken: a body as a door takes it, and its envelope. */
const longestMessageBytes = 20_480;

const envelope = z.strictObject({
  client: z.string().check(z.minLength(1), z.maxLength(255)),
  idempotencyKey: z.string(),
  kind: z.string().check(z.minLength(1), z.maxLength(64)),
  body: z.record(z.string(), z.unknown()),
});

/**
 * Takes a request in from the inbound queue: the same checks, the same bindings and the same record as at the HTTP door.
 * Taking the same message in again changes nothing.
 *
 * @throws InvalidRequest for a message that no repetition mends: it belongs into the dead letter queue with the reason.
 *   Anything else is a failure of ours, and the message comes again.
 */
export async function takeIn(inbound: Inbound, message: InboundMessage): Promise<void> {
  const asked = parseWith(envelope, read(message.body));
  const client = inbound.clientOf(asked.client);
  const mayAsk = client === undefined ? [] : kindsFor(client, message.senderId);
  // One answer for a client that is not there and for one the sender may not speak for.
  if (client === undefined || mayAsk.length === 0)
    throw new InvalidRequest(403, 'not a sender of this client', 'client');
  const kind = kinds.get(asked.kind);
  if (kind === undefined) throw new InvalidRequest(400, 'invalid field: kind', 'kind');
  if (!mayAsk.includes(asked.kind)) throw new InvalidRequest(403, 'this sender may not ask for this kind', 'kind');
  await acceptInstruction(inbound, {
    kind,
    source: 'queue',
    client,
    idempotencyKey: asked.idempotencyKey,
    body: asked.body,
  });
}

function read(body: string): unknown {
  if (Buffer.byteLength(body) > longestMessageBytes) throw new InvalidRequest(413, 'message too large', 'body');
  return parseSent(body);
}

/**
 * What a sender may ask for in the name of a client. The SenderId of an assumed role is `<role id>:<session name>`, and
 * whoever holds the role chooses the session's name: an entry with the role's id alone stands for all its sessions.
 */
function kindsFor({ queueSenders }: InboundClient, senderId: string | undefined): readonly string[] {
  if (senderId === undefined || senderId === '') return [];
  const [roleId] = senderId.split(':');
  return queueSenders
    .filter((entry) => entry.senderId === senderId || entry.senderId === roleId)
    .flatMap((entry) => entry.kinds);
}
