import type { Clock, ItemStore } from '../instructions/ports.ts';
import { type ListQuery, listInstructions } from '../instructions/read.ts';
import type { Instruction } from '../instructions/record.ts';
import type { Subject } from '../instructions/subject.ts';
import { instructionOfTransaction } from '../instructions/transactions.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { type Wait, waitsOf } from './waiting.ts';

/**
 * The subject with this id, or the instruction whose transaction has it. Strongly consistent.
 * @throws InvalidRequest 404 when there is neither
 */
export async function findSubject(store: ItemStore, idOrTxId: string): Promise<Subject> {
  const item = await store.get<Subject>(idOrTxId);
  if (item?.history !== undefined) return item;
  const instruction = await instructionOfTransaction(store, idOrTxId);
  if (instruction === undefined) throw new InvalidRequest(404, 'no subject and no transaction has this id', 'id');
  return instruction;
}

/** A subject for which something is overdue. */
export interface Overdue {
  readonly subject: Subject;
  readonly overdueMs: number;
  readonly waits: readonly Wait[];
}

/** Subjects read side by side. */
const readsAtOnce = 10;

/**
 * Subjects for which something has been due for longer than `olderThanMs`, the oldest first, at most `limit`. The index
 * that finds them may be a moment old, so each is read again, and left out when it has moved on.
 */
export async function overdueSubjects(
  { store, clock }: { readonly store: ItemStore; readonly clock: Clock },
  { olderThanMs, limit }: { readonly olderThanMs: number; readonly limit: number },
): Promise<Overdue[]> {
  const nowMs = clock.nowMs();
  const due = await store.due(nowMs - olderThanMs, limit);
  const found: Overdue[] = [];
  for (let start = 0; start < due.length; start += readsAtOnce) {
    const some = due.slice(start, start + readsAtOnce);
    const subjects = await Promise.all(some.map(({ id }) => store.get<Subject>(id)));
    for (const subject of subjects) {
      const dueAtMs = subject?.index.dueAtMs;
      if (subject === undefined || dueAtMs === undefined || nowMs - dueAtMs < olderThanMs) continue;
      found.push({
        subject,
        overdueMs: nowMs - dueAtMs,
        waits: waitsOf(subject).filter((wait) => wait.dueAtMs <= nowMs),
      });
    }
  }
  return found;
}

/** A filtered list reads at most this many pages of each client; what is left is behind the cursor. */
const maxPages = 50;

/** Instructions of some clients. */
export interface Found {
  readonly instructions: Instruction[];
  /** Where a list of one client goes on. */
  readonly cursor?: string;
  /** There is more than was asked for. */
  readonly more: boolean;
}

/**
 * Instructions of these clients, newest first.
 * @param query as `GET /instructions` takes it; `cursor` for one client only
 * @throws InvalidRequest 400 naming the parameter
 */
export async function findInstructions(
  store: ItemStore,
  clients: readonly string[],
  { limit, ...query }: Omit<ListQuery, 'limit'> & { readonly limit: number },
): Promise<Found> {
  const lists = await Promise.all(clients.map((client) => ofOneClient(store, client, { ...query, limit })));
  const [only] = lists;
  if (lists.length === 1 && only !== undefined) return only;
  const all = lists.flatMap(({ instructions }) => instructions);
  const newestFirst = all.sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? 1 : -1));
  return {
    instructions: newestFirst.slice(0, limit),
    more: newestFirst.length > limit || lists.some(({ more }) => more),
  };
}

async function ofOneClient(
  store: ItemStore,
  client: string,
  { limit, ...query }: Omit<ListQuery, 'limit'> & { readonly limit: number },
): Promise<Found> {
  const instructions: Instruction[] = [];
  let { cursor } = query;
  for (let pages = 0; pages < maxPages; pages++) {
    const page = await listInstructions({ store }, client, {
      ...query,
      limit: String(Math.min(200, limit - instructions.length)),
      ...(cursor === undefined ? {} : { cursor }),
    });
    instructions.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined || instructions.length >= limit) break;
  }
  return { instructions, more: cursor !== undefined, ...(cursor === undefined ? {} : { cursor }) };
}
