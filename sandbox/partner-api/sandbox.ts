import { type Admitted, admitAgent, isAgent } from './agent-admission.ts';
import { type AuthenticationSettings, authenticate, type SignedRequest } from './authentication.ts';
import { type CallRequest, route, textOf } from './call-request.ts';
import { type ClockChange, type ClockState, SandboxClock } from './clock.ts';
import { controlOperations } from './control/operations.ts';
import { ApiError, BrokenSandboxError, errorFrame, notFound } from './errors.ts';
import { type FaultEffect, Faults } from './faults.ts';
import type { Feed } from './feeds/feed.ts';
import { IdMaker, RandomStream, streamKey } from './ids.ts';
import { Journal, JournalError, type JournalHeader, type JournalStep } from './journal.ts';
import { parseObjectBody } from './json.ts';
import type { Account } from './model.ts';
import type { Answer, Operation } from './operation.ts';
import { operations } from './operations.ts';
import { delayOf, droppedOutcome, faultBeforeEffect, type Outcome, outcomeOf, told } from './outcome.ts';
import { RateLimiter } from './rate-limit.ts';
import { RequestCounter } from './request-counter.ts';
import { Router } from './router.ts';
import type { SandboxOptions } from './sandbox-options.ts';
import { World, type WorldEvent, type WorldSettings } from './world.ts';

/** Who lets a request in: HTTP verifies signatures, direct entry names the account. */
type Admission = (admits: Operation['admits']) => Admitted;

/** A request that found its operation, and the faults that strike it. */
interface Entered {
  readonly operation: Operation;
  readonly params: Record<string, string>;
  readonly query: URLSearchParams;
  readonly label: string;
  readonly effects: readonly FaultEffect[];
}

const router = new Router(operations);
const controlRouter = new Router(controlOperations);

/**
 * The Partner API without a network: world, clock, journal, faults. Everything is synchronous: when a call returns,
 * its effect is there and in the journal, and no other call came between.
 */
export class Sandbox {
  readonly clock: SandboxClock;
  readonly faults: Faults;
  readonly requests = new RequestCounter();
  /** Who is told of world events (feeds); survives a reset. */
  readonly listeners = new Set<(event: WorldEvent) => void>();
  /** Called after every step, so that a server can set its timer to `nextDueAtMs`. */
  afterStep: () => void = () => {};
  world: World;
  readonly #settings: WorldSettings;
  readonly #authentication: AuthenticationSettings;
  readonly #limiter: RateLimiter | undefined;
  readonly #log: (message: string, error?: unknown) => void;
  readonly #seed: number | string | undefined;
  readonly #journal: Journal | undefined;
  #header: JournalHeader;
  #broken: BrokenSandboxError | undefined;

  constructor(options: SandboxOptions = {}) {
    this.clock = new SandboxClock(options.clock);
    this.#seed = options.seed;
    this.#log = options.log ?? (() => {});
    this.faults = new Faults(new RandomStream(streamKey(options.seed, 'faults')));
    this.#limiter = options.rateLimit === undefined ? undefined : new RateLimiter(options.rateLimit);
    this.#authentication = {
      signaturePolicy: options.signaturePolicy ?? 'byKeyKind',
      windowSeconds: options.windowSeconds ?? 300,
    };
    this.#settings = {
      feesBps: options.feesBps ?? {},
      feedBaseUrl: options.feedBaseUrl ?? 'wss://api.qredo.network/api/v1/p',
      autoAcceptInvitations: options.autoAcceptInvitations ?? false,
      strictAgents: options.strictAgents ?? false,
      feedsTellMultiCounterparty: options.feedsTellMultiCounterparty ?? false,
    };
    const opened = options.journal === undefined ? undefined : Journal.open(options.journal, () => this.#freshHeader());
    this.#header = opened?.header ?? this.#freshHeader();
    this.#settings.feesBps = this.#header.feesBps;
    this.#settings.autoAcceptInvitations = this.#header.autoAcceptInvitations;
    this.#settings.strictAgents = this.#header.strictAgents ?? false;
    this.#journal = opened?.journal;
    this.world = this.#emptyWorld();
    if (opened !== undefined) this.#replay(opened.steps);
    this.world.listeners = this.listeners;
    this.listeners.add((event) => {
      if (event.kind === 'warning') this.#log(event.message);
    });
    this.tick();
  }

  /** Lets everything happen that has become due. Every call does so first; a server also does it by timer. */
  tick(): void {
    if (this.#broken === undefined) this.world.advance(this.clock.nowMs());
  }

  /** When something will happen by itself next, in Unix milliseconds of the sandbox clock. */
  get nextDueAtMs(): number | undefined {
    return this.#broken === undefined ? this.world.timers.nextDueAtMs : undefined;
  }

  /**
   * Direct entry below HTTP and signatures, as the account with this key id, or as this agent in the operations of
   * agents. Faults are reported in the outcome.
   */
  call(request: CallRequest & { readonly apiKeyId: string; readonly agentId?: string }): Outcome {
    return this.exchange(request, (admits) => {
      if (admits === 'agent') return this.#agentById(request.agentId);
      const account = this.world.accounts.get(request.apiKeyId);
      if (account === undefined) throw new ApiError(401, 'api key', { msg: 'errPartnerAuth' });
      if (!account.enabled) throw new ApiError(403, 'api key');
      return { account, agent: undefined, nonce: undefined };
    });
  }

  /** Entry for a signed request (2.6), or one with an agent's proof (10.5). */
  callSigned(request: CallRequest, signed: SignedRequest): Outcome {
    return this.exchange(request, (admits) => this.admit(signed, admits));
  }

  /** The checks of 2.6 or 10.5 alone: throws ApiError. A nonce must be stored by `useNonce`. */
  admit(signed: SignedRequest, admits: Operation['admits'] = 'partner'): Admitted {
    this.tick();
    return admits === 'agent' || (admits === 'either' && isAgent(signed))
      ? admitAgent(this.world, signed, this.#authentication.windowSeconds)
      : authenticate(this.world, signed, this.#authentication);
  }

  #agentById(agentId: string | undefined): Admitted {
    const agent = this.world.agents.get(agentId ?? '');
    if (agent === undefined) throw new ApiError(401, 'zkp', { msg: 'errPartnerAuth' });
    return { account: agent.account, agent, nonce: undefined };
  }

  /** Stores a nonce that let a request in (2.6 step 9), in the journal too. */
  useNonce(account: Account, nonce: bigint): void {
    account.lastNonce = nonce;
    this.#orBreak(() => this.#journal?.append({ t: this.world.nowMs, a: account.keyId, n: String(nonce) }));
  }

  /** Routes, counts, strikes with faults, admits, carries out. Never throws: an outcome for every request. */
  exchange(request: CallRequest, admission: Admission): Outcome {
    try {
      const found = this.#enter(request);
      const early = faultBeforeEffect(found.effects);
      if (early !== undefined) return early;
      const outcome = this.#carryOut(found, this.#letIn(found, admission), request);
      return found.effects.some((effect) => effect.kind === 'dropAfter') ? droppedOutcome : outcome;
    } catch (error) {
      return this.#refusal(error);
    } finally {
      this.afterStep();
    }
  }

  /** Opens a web socket's feed, or says with what the handshake is refused. Never throws. */
  openFeed(request: CallRequest, signed: SignedRequest): { feed: Feed; delayMs: number } | { refusal: Outcome } {
    try {
      const found = this.#enter(request);
      const { operation, params, query, effects } = found;
      const early = faultBeforeEffect(effects);
      if (early !== undefined) return { refusal: early };
      const { account, agent } = this.#letIn(found, (admits) => this.admit(signed, admits));
      if (operation.openFeed === undefined) throw notFound('url');
      const feed = operation.openFeed({ world: this.world, account, agent, params, query, body: {} });
      return { feed, delayMs: delayOf(effects) };
    } catch (error) {
      return { refusal: this.#refusal(error) };
    } finally {
      this.afterStep();
    }
  }

  /** Whether a request, if it asks for an upgrade, is for a web socket. */
  isFeed(method: string, path: string): boolean {
    const match = router.match(method, path);
    return match !== null && 'target' in match && match.target.openFeed !== undefined;
  }

  /** Finds the operation, counts the request and lets faults strike it. */
  #enter(request: CallRequest): Entered {
    this.#begin();
    const { operation, params, path, query } = route(router, request);
    const label = `${operation.method} ${operation.path}`;
    this.requests.countOperation({ operation: label, query });
    const effects = this.faults.strike({ operation: operation.number, method: operation.method, path });
    return { operation, params, query, label, effects };
  }

  /** Lets the caller in or throws; uses up a nonce and a token of the rate limit. */
  #letIn({ operation, label }: Entered, admission: Admission): Admitted {
    const admitted = admission(operation.admits);
    const { account, nonce } = admitted;
    this.requests.countAccount(account.keyId, label);
    if (nonce !== undefined) this.useNonce(account, nonce);
    this.#limiter?.take(account.keyId, this.clock.sourceMs());
    return admitted;
  }

  /** The control surface: `target` is the path below `/_sandbox`. Never throws. */
  control(request: CallRequest): Outcome {
    try {
      this.#begin();
      const { operation, params, query } = route(controlRouter, request);
      const body = operation.takesBody && request.body?.length ? parseObjectBody(request.body) : {};
      const run = () => operation.handle({ sandbox: this, world: this.world, params, query, body });
      if (!operation.changesWorld) return told(run());
      const { method, target } = request;
      return this.#step(run, () => ({ t: this.world.nowMs, c: 1, m: method, p: target, b: textOf(request.body) }));
    } catch (error) {
      return this.#refusal(error);
    } finally {
      this.afterStep();
    }
  }

  /** Moves or freezes the clock, and lets happen what that makes due. */
  changeClock(change: ClockChange): void {
    const at = this.world.nowMs;
    const clock = this.clock.change(change);
    this.#orBreak(() => this.#journal?.append({ t: at, clock }));
    this.tick();
  }

  /** Starts again with an empty world. API keys stay known, with nothing in them; clock and faults stay. */
  reset(): void {
    const keys = [...this.world.accounts.values()];
    this.#header = this.#freshHeader();
    this.#orBreak(() => this.#journal?.restart(this.#header));
    this.world = this.#emptyWorld();
    this.changeClock({});
    for (const { apiKey, enabled, publicKey } of keys.filter((account) => account.enabled)) {
      const publicKeyPem = publicKey?.export({ type: 'spki', format: 'pem' });
      if (enabled) this.control({ method: 'POST', target: '/keys', body: JSON.stringify({ apiKey, publicKeyPem }) });
    }
    this.world.listeners = this.listeners;
    this.world.emit({ kind: 'reset' });
  }

  /** Where feed URLs in answers point, once the server knows its address. */
  setFeedBaseUrl(url: string): void {
    this.#settings.feedBaseUrl = url;
  }

  /** Closes the journal, and lets others have it. */
  close(): void {
    this.#journal?.close();
  }

  /** Begins a call: what is due happens. Once memory and journal may differ, none begins. */
  #begin(): void {
    if (this.#broken !== undefined) throw this.#broken;
    this.#orBreak(() => this.#journal?.requireUntouched());
    this.tick();
  }

  /** What must not fail, because the step has happened: if it does, this sandbox has ended, and its feeds with it. */
  #orBreak<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (cause) {
      this.#broken = new BrokenSandboxError({ cause });
      this.world.emit({ kind: 'reset' });
      throw this.#broken;
    }
  }

  #carryOut(found: Entered, { account, agent }: Admitted, request: CallRequest): Outcome {
    const { operation, params, query, effects } = found;
    const body = operation.takesBody ? parseObjectBody(request.body ?? '') : {};
    const run = () => operation.handle({ world: this.world, account, agent, params, query, body });
    if (!operation.changesWorld) return told(run(), effects);
    const { method, target } = request;
    const who = agent === undefined ? { a: account.keyId } : { a: account.keyId, g: agent.id };
    const step = () => ({ t: this.world.nowMs, ...who, m: method, p: target, b: textOf(request.body) });
    return this.#step(run, step, effects);
  }

  /** Runs a change and writes it down. A refused one leaves nothing behind, not even in the stream of ids. */
  #step(run: () => Answer, step: () => JournalStep, effects?: readonly FaultEffect[]): Outcome {
    const { stream } = this.world.ids;
    const position = stream.position;
    let result: Answer;
    try {
      result = run();
    } catch (error) {
      stream.position = position;
      throw error;
    }
    return this.#orBreak(() => {
      // In this order: what cannot be told must not come back after a restart either.
      const outcome = told(result, effects);
      this.#journal?.append(step());
      return outcome;
    });
  }

  #replay(steps: readonly JournalStep[]): void {
    let clock: ClockState = this.clock.state();
    let floorMs = Number.NEGATIVE_INFINITY;
    for (const [index, step] of steps.entries()) {
      this.clock.pin(step.t);
      this.world.advance(step.t);
      floorMs = step.t;
      if ('clock' in step) {
        clock = step.clock;
        floorMs = Number.NEGATIVE_INFINITY;
        continue;
      }
      try {
        this.#repeat(step);
      } catch (cause) {
        this.close();
        const reason = `step ${index + 1}: ${(cause as Error).message}`;
        throw new JournalError(`the journal does not replay: ${reason}`, { cause });
      }
    }
    this.clock.resume(clock, floorMs);
  }

  #repeat(step: Exclude<JournalStep, { clock: ClockState }>): void {
    if ('n' in step) {
      (this.world.accounts.get(step.a) as Account).lastNonce = BigInt(step.n);
      return;
    }
    const request = { method: step.m, target: step.p, body: step.b };
    if ('c' in step) {
      const { operation, params, query } = route(controlRouter, request);
      const body = step.b === '' ? {} : parseObjectBody(step.b);
      operation.handle({ sandbox: this, world: this.world, params, query, body });
      return;
    }
    const { operation, params, query } = route(router, request);
    const body = operation.takesBody ? parseObjectBody(step.b) : {};
    const account = this.world.accounts.get(step.a) as Account;
    const agent = step.g === undefined ? undefined : this.world.agents.get(step.g);
    operation.handle({ world: this.world, account, agent, params, query, body });
  }

  #refusal(error: unknown): Outcome {
    if (error instanceof ApiError) return outcomeOf(error.status, error.body, error.headers);
    this.#log('a request failed inside the sandbox', error);
    return outcomeOf(500, errorFrame(500, 'internal'));
  }

  #freshHeader(): JournalHeader {
    const streamKeyHex = streamKey(this.#seed, 'ids').toString('hex');
    const { feesBps, autoAcceptInvitations, strictAgents } = this.#settings;
    const fixedTime = this.#seed !== undefined;
    return { version: 1, feesBps, autoAcceptInvitations, strictAgents, streamKeyHex, fixedTime };
  }

  #emptyWorld(): World {
    const stream = new RandomStream(Buffer.from(this.#header.streamKeyHex, 'hex'));
    const world = new World(new IdMaker(stream, this.#header.fixedTime), this.#settings);
    world.nowMs = this.clock.nowMs();
    return world;
  }
}
