import { acceptInstruction } from '../instructions/accept.ts';
import type { Bindings } from '../instructions/bindings.ts';
import { canonicalHash, derivedId } from '../instructions/ids.ts';
import { recurringKinds } from '../instructions/kinds/recurring.ts';
import type { Door } from '../instructions/outside.ts';
import type { Item } from '../instructions/ports.ts';
import { type Instruction, isTerminal } from '../instructions/record.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { parseCron } from './cron.ts';
import { latestDueMs, wallClock } from './due.ts';

/** A request that is made again and again, from configuration. */
export interface StandingInstruction {
  readonly name: string;
  readonly client: string;
  readonly kind: string;
  /** The body of the request, without `expiresAt`. */
  readonly body: Readonly<Record<string, unknown>>;
  /** EventBridge's `cron(…)`. */
  readonly schedule: string;
  /** IANA name. */
  readonly timeZone: string;
  /** How long after its due time each one expires. */
  readonly lifetimeSeconds: number;
}

/** What running them touches. */
export interface StandingOffice extends Door {
  readonly standing: readonly StandingInstruction[];
  clientOf(id: string): ({ readonly id: string } & Bindings) | undefined;
}

/** A due time that was missed is made up for only when it is less than this long ago. */
const missedWithinMs = 3_600_000;
/**
 * The schedule runs every minute, so we may first know of a standing instruction that long after it was deployed. A due time
 * that was over before that was nobody's promise.
 */
const firstSightMs = 150_000;

/** Nothing is begun that would expire before anybody could look at it. */
const leastLifetimeMs = 5_000;

/** Which of the due times was the last that was begun. One item per standing instruction. */
interface Pointer extends Item {
  /** Of name and schedule: with another schedule it is another standing instruction. */
  readonly scheduleHash: string;
  readonly lastDueAtMs: number;
  readonly instructionId: string;
}

/**
 * Makes the instruction of every due time that has come, each once however often this runs: its key is the name and the
 * due time. What goes wrong with one does not keep the others back.
 */
export async function runStanding(office: StandingOffice): Promise<void> {
  for (const one of office.standing) {
    try {
      await runOne(office, one);
    } catch (error) {
      const facts = { standing: one.name, error };
      if (error instanceof InvalidRequest) office.report.alarm('standing_instruction_refused', facts);
      else office.report.warn('a standing instruction could not be run', facts);
    }
  }
}

/**
 *     us    read pointer(09:00) ── 09:00 has ended ── write pointer(10:00) if unchanged ✓ ── accept 10:00
 *     them  read pointer(09:00) ── 09:00 has ended ── write pointer(10:00) if unchanged ✗    stop
 *
 * Whoever dies after the pointer leaves it naming an instruction that is not there: the next run of the same due time makes
 * it; a run of a later due time first stores it as cancelled, so that nobody can make it any more.
 */
async function runOne(office: StandingOffice, one: StandingInstruction): Promise<void> {
  const nowMs = office.clock.nowMs();
  const dueAtMs = latestDueMs(parseCron(one.schedule), wallClock(one.timeZone), nowMs, missedWithinMs);
  const instructionId = dueAtMs === undefined ? undefined : idOf(office, one, dueAtMs);
  const [pointer, known] = await Promise.all([
    office.store.get<Pointer>(pointerId(one)),
    instructionId === undefined ? undefined : office.store.get<Instruction>(instructionId),
  ]);
  const isNew = pointer === undefined;
  const isDueForNew = dueAtMs !== undefined && nowMs - dueAtMs <= firstSightMs;
  // With another schedule only what is due from now on counts: its last due time may be of a day that was served already.
  if (isNew ? !isDueForNew : pointer.scheduleHash !== hashOf(one)) {
    return await remember(office, one, pointer, dueAtMs ?? nowMs);
  }
  if (dueAtMs === undefined || instructionId === undefined || known !== undefined) return;
  if (!isNew && pointer.instructionId !== instructionId && pointer.lastDueAtMs >= dueAtMs) return;
  if (nowMs + leastLifetimeMs >= dueAtMs + one.lifetimeSeconds * 1000) {
    await make(office, one, dueAtMs, 'missed');
    return;
  }
  if (pointer !== undefined && pointer.instructionId !== '' && pointer.instructionId !== instructionId) {
    const previous = await previousOf(office, one, pointer);
    if (previous !== undefined && !isTerminal(previous.state)) {
      await make(office, one, dueAtMs, `the previous one is ${previous.state}`);
      return;
    }
  }
  const next = { id: pointerId(one), index: {}, scheduleHash: hashOf(one), lastDueAtMs: dueAtMs, instructionId };
  const isOurs = pointer?.instructionId === instructionId || (await point(office, pointer, next));
  if (isOurs) await make(office, one, dueAtMs);
}

/** The instruction the pointer names. If nobody came to making it, its due time is over: it is stored as cancelled. */
async function previousOf(
  office: StandingOffice,
  one: StandingInstruction,
  pointer: Pointer,
): Promise<Instruction | undefined> {
  const known = await office.store.get<Instruction>(pointer.instructionId);
  if (known !== undefined || idOf(office, one, pointer.lastDueAtMs) !== pointer.instructionId) return known;
  return await make(office, one, pointer.lastDueAtMs, 'missed');
}

/** Notes what is new, so that its due times count from here on. */
async function remember(
  office: StandingOffice,
  one: StandingInstruction,
  pointer: Pointer | undefined,
  lastDueAtMs: number,
): Promise<void> {
  // The instruction begun under the former schedule may still be open, and holds up the first one of the new schedule.
  const instructionId = pointer?.instructionId ?? '';
  const next = { id: pointerId(one), index: {}, scheduleHash: hashOf(one), lastDueAtMs, instructionId };
  if (await point(office, pointer, next)) {
    office.report.info('a standing instruction is new: it begins with its next due time', { standing: one.name });
  }
}

async function point(
  office: StandingOffice,
  pointer: Pointer | undefined,
  next: Omit<Pointer, 'version' | 'writeId'>,
): Promise<boolean> {
  const written = pointer === undefined ? office.store.create<Pointer>(next) : office.store.replace(pointer, next);
  return (await written) !== undefined;
}

async function make(
  office: StandingOffice,
  one: StandingInstruction,
  dueAtMs: number,
  calledOff?: string,
): Promise<Instruction> {
  const client = office.clientOf(one.client);
  const kind = recurringKinds.get(one.kind);
  if (client === undefined || kind === undefined) throw new InvalidRequest(404, 'client or kind', one.name);
  const { instruction, created } = await acceptInstruction(office, {
    kind,
    source: 'schedule',
    client,
    idempotencyKey: keyOf(one, dueAtMs),
    body: { ...one.body, expiresAt: Math.floor(dueAtMs / 1000) + one.lifetimeSeconds },
    ...(calledOff === undefined ? {} : { calledOff }),
  });
  if (created) {
    const facts = { standing: one.name, instructionId: instruction.id, state: instruction.state };
    office.report.info(calledOff === undefined ? 'standing instruction due' : 'standing instruction skipped', facts);
  }
  return instruction;
}

function keyOf(one: StandingInstruction, dueAtMs: number): string {
  return `${one.name}/${new Date(dueAtMs).toISOString()}`;
}

function idOf(office: StandingOffice, one: StandingInstruction, dueAtMs: number): string {
  return derivedId(office.stage, 'schedule', one.client, keyOf(one, dueAtMs));
}

function pointerId({ name }: StandingInstruction): string {
  return `standing/${name}`;
}

function hashOf({ schedule, timeZone, kind, client }: StandingInstruction): string {
  return canonicalHash([schedule, timeZone, kind, client]);
}
