import { InvalidRequest } from '../platform/http/errors.ts';
import { parseWith } from '../platform/http/parse.ts';
import type { Bindings } from './bindings.ts';
import { defaultLifetimeSeconds, maxLifetimeSeconds, secondsOf } from './fields.ts';
import { canonicalHash, derivedId } from './ids.ts';
import type { Kind } from './kinds/kind.ts';
import { confirmRoom, takeRoom } from './limits.ts';
import type { Door } from './outside.ts';
import type { Draft } from './ports.ts';
import { type Instruction, indexed } from './record.ts';
import type { Counted } from './window-totals.ts';

/** A client's idempotency key: 1 to 255 visible ASCII characters. */
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** Who asks, and for what. */
export interface Request {
  readonly kind: Kind;
  readonly source: Instruction['source'];
  /** The id of the client and its bindings, from configuration. */
  readonly client: { readonly id: string } & Bindings;
  readonly idempotencyKey: string | undefined;
  readonly body: unknown;
  /** The strategy that asks, if one does. */
  readonly strategy?: string;
  /** Why it is never to be carried out: it is stored as `cancelled`, so that nobody can ask for it any more. */
  readonly calledOff?: string;
}

/**
 * Takes a request in: from here on it is never lost and never carried out twice.
 *
 * The id follows from who asks under which key, so that asking again meets the first record, whatever the clock, the
 * bindings or the schema say by then. Only what is new is checked.
 *
 * @returns the instruction, and whether this request created it
 * @throws InvalidRequest 400 naming the field, 404 for what the client may not see, 422 for a key used for another body and
 *   for what is above a limit
 */
export async function acceptInstruction(
  door: Door,
  request: Request,
): Promise<{ instruction: Instruction; created: boolean }> {
  const keyField = request.source === 'http' ? 'Idempotency-Key' : 'idempotencyKey';
  const key = checkedKey(request.idempotencyKey, keyField);
  const id = derivedId(door.stage, request.source, request.client.id, key);
  const bodyHash = canonicalHash([request.kind.name, request.body]);

  const created = await createUnlessKnown(door, request, { id, key, bodyHash });
  if (created === undefined) {
    const known = await door.store.get<Instruction>(id);
    if (known === undefined) throw new Error(`${id}: refused by the table as existing, yet not in it`);
    return { instruction: sameBody(known, bodyHash, keyField), created: false };
  }
  const { kind, state } = created;
  if (state === 'accepted') door.report.count('InstructionsAccepted', 1, { kind });
  else door.report.count('InstructionsSettled', 1, { state });
  door.report.info(state, { instructionId: id, kind });
  await Promise.all([
    created.work === undefined ? undefined : door.hints.send('submit', [{ id }]),
    door.hints.send('tell', [{ id }]),
  ]);
  return { instruction: created, created: true };
}

type Identity = Pick<Instruction, 'id' | 'key' | 'bodyHash'>;

/** @returns `undefined` for what is in the table already: asked for before, or by somebody else at the same moment */
async function createUnlessKnown(door: Door, request: Request, identity: Identity): Promise<Instruction | undefined> {
  let draft: Draft<Instruction>;
  let room: Counted | undefined;
  try {
    draft = newInstruction(door, request, identity);
    room = await roomFor(door, request, draft);
  } catch (error) {
    // What is refused by now may have been right when it was first asked for.
    if ((await door.store.get<Instruction>(identity.id)) !== undefined) return undefined;
    throw error;
  }
  const created = await door.store.create<Instruction>(draft);
  if (room !== undefined) await confirmRoom(door, room);
  return created;
}

/**
 * Room in the limits of its client. What is never carried out needs none; and of a strategy one quote at a time is live,
 * whatever the number of those that were made and called off before it.
 */
async function roomFor(
  door: Door,
  { kind, client, strategy, calledOff }: Request,
  draft: Draft<Instruction>,
): Promise<Counted | undefined> {
  const { limits = [] } = client;
  if (limits.length === 0 || strategy !== undefined || calledOff !== undefined) return undefined;
  // Asked for before, hence counted before.
  if ((await door.store.get<Instruction>(draft.id)) !== undefined) return undefined;
  return await takeRoom(door, limits, draft, kind.paysField);
}

function checkedKey(key: string | undefined, field: string): string {
  if (key === undefined || key === '') throw new InvalidRequest(400, `missing field: ${field}`, field);
  if (!keyPattern.test(key)) throw new InvalidRequest(400, `invalid field: ${field}`, field);
  return key;
}

function sameBody(instruction: Instruction, bodyHash: string, keyField: string): Instruction {
  if (instruction.bodyHash === bodyHash) return instruction;
  throw new InvalidRequest(422, 'this key was used for another request', keyField);
}

function newInstruction(
  door: Door,
  { kind, source, client, body, strategy, calledOff }: Request,
  identity: Identity,
): Draft<Instruction> {
  const nowMs = door.clock.nowMs();
  const asked = parseWith(kind.schema, body) as Record<string, unknown>;
  const { origin, request } = kind.resolve(asked, client, identity.id);
  return indexed(
    {
      ...identity,
      version: 0,
      writeId: '',
      subject: 'instruction',
      kind: kind.name,
      source,
      ...(strategy === undefined ? {} : { strategy }),
      client: client.id,
      place: origin,
      request,
      ...(kind.expires ? { expiresAtSeconds: expiry(asked['expiresAt'], calledOff === undefined, nowMs) } : {}),
      ...(calledOff === undefined ? begun(nowMs) : neverBegun(calledOff, nowMs)),
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      telling: {},
      tellAtMs: nowMs,
      attempts: { count: 0, last: [] },
    },
    kind.lookedAtWithFund,
  );
}

function begun(nowMs: number): Pick<Instruction, 'state' | 'history' | 'work' | 'workAtMs'> {
  return { state: 'accepted', history: [{ state: 'accepted', atMs: nowMs }], work: 'submit', workAtMs: nowMs };
}

function neverBegun(reason: string, nowMs: number): Pick<Instruction, 'state' | 'history' | 'reason'> {
  return { state: 'cancelled', history: [{ state: 'cancelled', atMs: nowMs, reason }], reason };
}

function expiry(asked: unknown, mustBeAhead: boolean, nowMs: number): number {
  const nowSeconds = Math.floor(nowMs / 1000);
  if (asked === undefined) return nowSeconds + defaultLifetimeSeconds;
  const seconds = secondsOf(asked as string | number);
  if (!mustBeAhead) return seconds;
  if (seconds <= nowSeconds) throw new InvalidRequest(400, 'invalid field: expiresAt (not in the future)', 'expiresAt');
  if (seconds > nowSeconds + maxLifetimeSeconds) {
    throw new InvalidRequest(400, 'invalid field: expiresAt (more than a year away)', 'expiresAt');
  }
  return seconds;
}
