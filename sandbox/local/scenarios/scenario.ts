import type { InstructionSeen, Partner } from '../partner.ts';
import type { LocalSystem } from '../system.ts';

/** What a scenario is played on. */
export interface Stage {
  readonly system: LocalSystem;
  readonly partner: Partner;
  /** Tells people what happens. */
  say(what: string, detail?: string): void;
}

/** How it went: `ok` when all ended as it should; the other members are facts for whoever reads the line. */
export interface Ending {
  readonly ok: boolean;
  readonly state: string;
  readonly [fact: string]: unknown;
}

/** Something a partner automates, from request to end, against the running local system. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Waits for what comes by itself, where `play` is not what begins the work. */
  begun?(stage: Stage): Promise<unknown>;
  play(stage: Stage): Promise<Ending>;
}

/** A key that no earlier run with the same data has used. */
export function freshKey(scenario: string): string {
  return `${scenario}-${Date.now()}`;
}

/** The facts of an instruction that should have completed and been told. */
export function endingOf(stage: Stage, seen: InstructionSeen): Ending {
  const webhook = stage.partner.wasTold(seen) ? 'delivered' : 'missing';
  return {
    ok: seen.state === 'completed' && webhook === 'delivered',
    state: seen.state,
    instructionId: seen.id,
    txId: seen.txId ?? null,
    states: seen.history.map(({ state }) => state),
    webhook,
    ...(seen.reason === undefined ? {} : { reason: seen.reason }),
  };
}

/** Asks the control surface of the sandbox for what happens outside the API. */
export function control<T>({ system }: Stage, method: string, target: string, body: object): T {
  const outcome = system.partnerApi.sandbox.control({ method, target, body: JSON.stringify(body) });
  if (outcome.status >= 300) throw new Error(`${method} ${target} was answered ${outcome.status}: ${outcome.body}`);
  return JSON.parse(outcome.body) as T;
}
