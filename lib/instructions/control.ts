import * as z from 'zod/mini';
import { InvalidRequest } from '../platform/http/errors.ts';
import { parseWith } from '../platform/http/parse.ts';
import { id, text } from './fields.ts';
import type { Door } from './outside.ts';
import type { Item, ItemStore } from './ports.ts';

/** The stop button: one item that is read before every claim, publication and vote. */
export interface Control extends Item {
  readonly stopAll: boolean;
  readonly stoppedClients: readonly string[];
  readonly stoppedStrategies: readonly string[];
  /** Why, in the operator's words. */
  readonly reason: string;
  /** The subject of the token that changed it last. */
  readonly changedBy: string;
  readonly changedAtMs: number;
}

/** The body of `PUT /control`: the whole of what shall be stopped; a member left out is not stopped. */
export const controlSchema = z.strictObject({
  stopAll: z.optional(z.boolean()),
  stoppedClients: z.optional(z.array(id).check(z.maxLength(200))),
  stoppedStrategies: z.optional(z.array(id).check(z.maxLength(200))),
  reason: z.optional(text),
});

const controlId = 'control';

/** Nothing is stopped until somebody says so. */
const untouched: Control = {
  id: controlId,
  version: 0,
  writeId: '',
  index: {},
  stopAll: false,
  stoppedClients: [],
  stoppedStrategies: [],
  reason: '',
  changedBy: '',
  changedAtMs: 0,
};

/** The control item as it stands. Strongly consistent: a stop that was answered holds for every claim after it. */
export async function readControl(store: ItemStore): Promise<Control> {
  return (await store.get<Control>(controlId)) ?? untouched;
}

/**
 * Sets what is stopped, from the body of `PUT /control`.
 * @throws InvalidRequest 400 naming the field, 409 when somebody else changed it at the same moment
 */
export async function setControl(door: ControlDoor, body: unknown, by: string): Promise<Control> {
  return await changeControl(door, () => body, by);
}

/** What the stop button touches. */
export type ControlDoor = Pick<Door, 'store' | 'clock' | 'report'>;

/**
 * Changes what is stopped, from what is stopped now. Of two changes at once one is refused, so that none is lost.
 *
 *     us    read (nothing stopped) ── stop A too ── write {A} if unchanged ✓
 *     them       read (nothing stopped) ── stop B too ── write {B} if unchanged ✗    409
 *
 * @param bodyFrom the body of a `PUT /control` that follows from the item as it stands
 * @throws InvalidRequest as {@link setControl}
 */
export async function changeControl(
  door: ControlDoor,
  bodyFrom: (current: Control) => unknown,
  by: string,
): Promise<Control> {
  const current = await readControl(door.store);
  const body = parseWith(controlSchema, bodyFrom(current));
  const { stopAll = false, stoppedClients = [], stoppedStrategies = [], reason = '' } = body;
  const changedAtMs = door.clock.nowMs();
  const next = { ...untouched, stopAll, stoppedClients, stoppedStrategies, reason, changedBy: by, changedAtMs };
  const changed =
    current.version === 0 ? await door.store.create<Control>(next) : await door.store.replace<Control>(current, next);
  if (changed === undefined) throw new InvalidRequest(409, 'changed by somebody else: read it again');
  door.report.info('control changed', { stopAll, stoppedClients, stoppedStrategies, reason, by });
  return changed;
}

/** The names of the configuration. Where a list is missing nothing is known. */
export interface KnownNames {
  readonly clients?: readonly string[];
  readonly strategies?: readonly string[];
}

/**
 * The control item as `GET /control` shows it. `unknown` are the stopped names that the configuration does not have: a
 * misspelt stop stops nothing.
 */
export function viewOfControl(control: Control, known: KnownNames): Record<string, unknown> {
  const { stopAll, stoppedClients, stoppedStrategies, reason, changedBy, changedAtMs } = control;
  const changed = control.version === 0 ? {} : { changedBy, changedAt: new Date(changedAtMs).toISOString() };
  const unknown = [
    ...stoppedClients.filter((name) => known.clients?.includes(name) === false),
    ...stoppedStrategies.filter((name) => known.strategies?.includes(name) === false),
  ];
  return { stopAll, stoppedClients, stoppedStrategies, reason, ...changed, unknown };
}

/** Whose something is, as the stop button knows them: an instruction, a strategy, an approver. */
export interface Owner {
  readonly client: string;
  /** The strategy that asked for it, if one did. */
  readonly strategy?: string | undefined;
}

/** Whether what is this client's, and this strategy's, may be claimed, published and voted on. */
export function mayAct(control: Control, { client, strategy }: Owner): boolean {
  if (control.stopAll || control.stoppedClients.includes(client)) return false;
  return strategy === undefined || !control.stoppedStrategies.includes(strategy);
}
