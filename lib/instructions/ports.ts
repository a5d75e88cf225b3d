/**
 * Everything outside that the use cases touch, as arguments. A use case that needs something new from outside adds it
 * here, and the simulation then puts faults on it without being told.
 */

/** What every stored item has. `version` grows by one with each write; `writeId` names the write that made this version. */
export interface Item {
  readonly id: string;
  readonly version: number;
  readonly writeId: string;
  readonly index: ItemIndex;
}

/** Where an item can be found besides by its id. All three indexes are sparse and eventually consistent. */
export interface ItemIndex {
  /** Present while something is left to do: the earliest moment, epoch milliseconds, at which somebody should look. */
  readonly dueAtMs?: number;
  /** A list the item stands in, with its place there (sorted as text, newest last). */
  readonly listIn?: string;
  readonly listKey?: string;
  /** The group the item is looked at with, while it is open: `<companyId>/<fundId>` for instructions the fund ledger can tell about. */
  readonly openIn?: string;
}

/** An item before it is written: the store adds `version` and `writeId`. */
export type Draft<T extends Item> = Omit<T, 'version' | 'writeId'>;

/** A page of items, with the cursor of the next one. */
export interface Page<T> {
  readonly items: T[];
  readonly cursor?: string;
}

/**
 * The table. Each method is one request to DynamoDB.
 *
 * `create` and `replace` give every write a random `writeId`. When the condition fails although the very write had been
 * applied (the SDK sent it twice), a consistent read finds that `writeId` and the write counts as done.
 */
export interface ItemStore {
  /** Strongly consistent. */
  get<T extends Item>(id: string): Promise<T | undefined>;
  /** Writes an item that must not exist. `undefined` when one exists already. */
  create<T extends Item>(draft: Draft<T>): Promise<T | undefined>;
  /** Writes the next version of `current`. `undefined` when somebody else wrote since `current` was read. */
  replace<T extends Item>(current: T, draft: Draft<T>): Promise<T | undefined>;
  /** Items that were due before `beforeMs`, the earliest first, of all shards, at most `limit`. */
  due(beforeMs: number, limit: number): Promise<DueItem[]>;
  /** A page of a list, newest first. `where` keeps items whose top-level attributes have just these values. */
  list<T extends Item>(
    listIn: string,
    options: { limit: number; cursor?: string; where?: Record<string, string>; afterKey?: string },
  ): Promise<Page<T>>;
  /** A page of the items of one open group, in no order. */
  open<T extends Item>(openIn: string, options: { limit: number; cursor?: string }): Promise<Page<T>>;
}

/** What the due index tells of an item: enough to send the right hints. */
export interface DueItem {
  readonly id: string;
  readonly dueAtMs: number;
  readonly openIn?: string;
  /** When its worker should act next, and which worker that is. */
  readonly workAtMs?: number;
  readonly work?: string;
  /** When its client should be told next. */
  readonly tellAtMs?: number;
}

/** The queues a hint can go to. One worker function stands behind each. */
export type Route = 'submit' | 'poll' | 'tell' | 'quote' | 'approve';

/** A hint: look at this subject now. Losing one loses nothing, since the due index holds the truth. */
export interface Hint {
  /**
   * The id of a subject; of an open group for the `poll` route (`<companyId>/<fundId>`); of an action for the `approve`
   * route (`<coreClientId>/<actionId>`, and how often it was looked at, if it was).
   */
  readonly id: string;
}

/** The queues. Never throws for a hint that could not be sent: it reports it and leaves the rest to `dispatch-due`. */
export interface Hints {
  send(route: Route, hints: readonly Hint[], options?: { delayMs?: number }): Promise<void>;
}

/** Epoch milliseconds of the machine, or of a test. */
export interface Clock {
  nowMs(): number;
}

/** Unpredictable text. */
export interface Random {
  /** A fresh id of at least 128 bits. */
  id(): string;
  /** Uniform in [0, 1), for jitter only. */
  fraction(): number;
}

/** Sends one HTTP POST to a partner's endpoint and says only what became of it. */
export type WebhookPost = (request: {
  url: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
}) => Promise<{ status: number; retryAfterMs?: number }>;

/** Log lines and metrics. Reporting never throws and never changes what a use case does. */
export interface Reporter {
  info(message: string, facts?: Record<string, unknown>): void;
  warn(message: string, facts?: Record<string, unknown>): void;
  /** Somebody must look: counted by an alarm under `Alarm` with `reason` as its dimension. */
  alarm(reason: string, facts?: Record<string, unknown>): void;
  count(metric: string, value: number, dimensions?: Record<string, string>): void;
  duration(metric: string, ms: number, dimensions?: Record<string, string>): void;
}
