import { type LedgerEntry, largestLedgerPage, PartnerApiError } from '../partner-api/index.ts';
import { change } from './change.ts';
import { kindOf } from './kinds/index.ts';
import type { Seen } from './kinds/kind.ts';
import { afterLook } from './machine.ts';
import type { Worker } from './outside.ts';
import { lookAgainMs } from './pace.ts';
import type { Item } from './ports.ts';
import { fundOfGroup, type Instruction, isTerminal, type State } from './record.ts';

/** Older pages are not read: what is not on the first two is asked for by id. */
const maxLedgerPages = 2;
/** At most this many open instructions of a fund are looked at in one go. */
const maxOpen = 2000;
/** At most this many are asked for by id in one go; the rest wait for the next. */
const maxLooksById = 10;
/**
 * Hints keep the pace; the due index only catches a lost one, once a minute. Moving every open instruction forward at
 * each look would cost a write per instruction every two seconds.
 */
const shortestPostponementMs = 60_000;
/** How soon a ledger that could not be read is asked for again. */
const ledgerAgainMs = 15_000;
/** A difference or an unknown word waits for a person. */
const strangeAgainMs = 900_000;

/** Looks at what a hint names: all open transactions of a fund, or one. */
export async function poll(worker: Worker, id: string): Promise<void> {
  const fund = fundOfGroup(id);
  await (fund === undefined ? pollOne(worker, id) : pollFund(worker, id, fund));
}

/**
 * One request for a whole fund: its ledger carries the statuses. Which instructions are open, and how long their
 * histories are, is read before the ledger, so that a page older than somebody else's write changes nothing.
 */
async function pollFund(worker: Worker, group: string, fund: { companyId: string; fundId: string }): Promise<void> {
  const open = await readOpen(worker, group);
  if (open.length === 0) return;
  const againMs = Math.min(...open.map((instruction) => lookAgainMs(ageMs(worker, instruction))));
  if (!(await takeTurn(worker, group, againMs))) return;

  const rows = await readLedger(worker, fund, open).catch((error) => notRead(worker, group, error));
  if (rows === undefined) return;
  let looks = 0;
  let stillOpen = 0;
  for (const instruction of open) {
    const row = instruction.toVerify === true ? undefined : rows.get(instruction.txId ?? '');
    const seen =
      row !== undefined ? seenInLedger(row) : looks++ < maxLooksById ? await lookById(worker, instruction) : undefined;
    if (!(await recordLook(worker, instruction, seen))) stillOpen++;
  }
  if (stillOpen > 0) await worker.hints.send('poll', [{ id: group }], { delayMs: againMs });
}

/**
 * Looks at one transaction by its id, for kinds the fund ledger says nothing about.
 *
 *     us    read v7 (due) ── write v8, due later, if still v7 ✓ ── ask
 *     them  read v7 (due) ── write v8, due later, if still v7 ✗    stop
 */
async function pollOne(worker: Worker, id: string): Promise<void> {
  const nowMs = worker.clock.nowMs();
  let ours = false;
  const changed = await change(worker.store, id, (current) => {
    ours = !isTerminal(current.state) && current.work === 'poll' && nowMs >= (current.workAtMs ?? 0);
    return ours ? { ...current, workAtMs: nowMs + lookAgainMs(nowMs - current.createdAtMs) } : current;
  });
  if (changed === undefined || !ours) return;
  const { instruction } = changed;
  const over = await lookAt(worker, instruction);
  if (!over) await worker.hints.send('poll', [{ id }], { delayMs: lookAgainMs(ageMs(worker, instruction)) });
}

/**
 * Looks at one transaction and records what is seen, if the history has not grown since `asked` was read.
 * @returns whether the instruction has ended
 */
export async function lookAt(worker: Worker, asked: Instruction): Promise<boolean> {
  return await recordLook(worker, asked, await lookById(worker, asked));
}

async function readOpen(worker: Worker, group: string): Promise<Instruction[]> {
  const open: Instruction[] = [];
  let cursor: string | undefined;
  do {
    const page = await worker.store.open<Instruction>(group, {
      limit: 500,
      ...(cursor === undefined ? {} : { cursor }),
    });
    open.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && open.length < maxOpen);
  const oldestAgeMs = Math.max(0, ...open.map((instruction) => ageMs(worker, instruction)));
  worker.report.count('OldestOpenInstructionAgeSeconds', Math.round(oldestAgeMs / 1000));
  return open;
}

function ageMs(worker: Worker, instruction: Instruction): number {
  return Math.max(0, worker.clock.nowMs() - instruction.createdAtMs);
}

interface Turn extends Item {
  readonly takenAtMs: number;
}

/**
 * Many hints name one fund; only one of them may ask the Partner API within the pace.
 *
 *     us    read turn (over) ── write next turn if unchanged ✓ ── ask
 *     them  read turn (over) ── write next turn if unchanged ✗    stop
 */
async function takeTurn(worker: Worker, group: string, paceMs: number): Promise<boolean> {
  const id = `turn/${group}`;
  const takenAtMs = worker.clock.nowMs();
  const current = await worker.store.get<Turn>(id);
  const next = { id, index: {}, takenAtMs };
  if (current === undefined) return (await worker.store.create<Turn>(next)) !== undefined;
  // A hint sent for the next turn must find this one over although clocks and queues are not exact.
  if (takenAtMs - current.takenAtMs < paceMs * 0.8) return false;
  return (await worker.store.replace<Turn>(current, next)) !== undefined;
}

/** The rows of the open transactions, by transaction id. A row that is not there proves nothing. */
async function readLedger(
  worker: Worker,
  fund: { companyId: string; fundId: string },
  open: readonly Instruction[],
): Promise<Map<string, LedgerEntry>> {
  const wanted = new Set(open.map((instruction) => instruction.txId));
  const rows = new Map<string, LedgerEntry>();
  let offset = 0;
  for (let page = 0; page < maxLedgerPages && wanted.size > 0; page++) {
    const { total, entries } = await worker.api.ledger.page(fund.companyId, fund.fundId, {
      direction: 'out',
      offset,
      limit: largestLedgerPage,
    });
    for (const row of entries) if (wanted.delete(row.txId)) rows.set(row.txId, row);
    offset += entries.length;
    if (entries.length === 0 || (total !== undefined && offset >= total)) break;
  }
  return rows;
}

/** The ledger could not be had. That is no fault of the hint: another is sent, for when it may go better. */
async function notRead(worker: Worker, group: string, error: unknown): Promise<undefined> {
  if (!(error instanceof PartnerApiError)) throw error;
  worker.report.warn('ledger not read', { group, effect: error.effect, reason: error.reason ?? error.code, error });
  await worker.hints.send('poll', [{ id: group }], { delayMs: Math.max(ledgerAgainMs, error.retryAfterMs ?? 0) });
}

function seenInLedger(row: LedgerEntry): Seen {
  return { status: row.status, asset: row.asset, netAmountBaseUnits: row.netAmountBaseUnits };
}

async function lookById(worker: Worker, instruction: Instruction): Promise<Seen | undefined> {
  try {
    return await kindOf(instruction).look(worker.api, instruction);
  } catch (error) {
    worker.report.warn('look failed', { instructionId: instruction.id, txId: instruction.txId, error });
    return undefined;
  }
}

/** Records what was seen, if anything. @returns whether the instruction has ended */
async function recordLook(worker: Worker, asked: Instruction, seen: Seen | undefined): Promise<boolean> {
  const nowMs = worker.clock.nowMs();
  const nextLookAtMs = nowMs + Math.max(shortestPostponementMs, lookAgainMs(ageMs(worker, asked)));
  if (seen === undefined) return await postpone(worker, asked, nextLookAtMs);
  const state = judge(worker, asked, seen);
  if (state === undefined) return await postpone(worker, asked, nowMs + strangeAgainMs);
  if (state === asked.state && asked.toVerify !== true) return await postpone(worker, asked, nextLookAtMs);
  return await settle(worker, asked, { status: seen.status, state, reason: seen.status }, nextLookAtMs);
}

/** The state that follows from what was seen; `undefined`, with an alarm, when a person must look. */
function judge(worker: Worker, instruction: Instruction, seen: Seen): State | undefined {
  const kind = kindOf(instruction);
  const differences = kind.differences(instruction, seen);
  if (differences.length > 0) {
    worker.report.alarm('transaction_differs', { instructionId: instruction.id, txId: instruction.txId, differences });
    return undefined;
  }
  const state = kind.stateOf(seen.status);
  if (state === undefined)
    worker.report.alarm('unknown_status', { instructionId: instruction.id, status: seen.status });
  return state;
}

/**
 * Writes the new state, but only if the history has not grown since before the question was asked: what was seen may be
 * older than what somebody else has recorded in the meantime.
 *
 *     us    read history(2) ── ask: pending ─────────────────────────────── history is 3 by now: nothing to say
 *     them       read history(2) ── ask: approved ── write completed ✓
 */
async function settle(
  worker: Worker,
  asked: Instruction,
  seen: { status: string; state: State; reason: string },
  nextLookAtMs: number,
): Promise<boolean> {
  const nowMs = worker.clock.nowMs();
  const changed = await change(worker.store, asked.id, (current) =>
    current.history.length === asked.history.length && !isTerminal(current.state)
      ? afterLook(current, seen, nowMs, nextLookAtMs)
      : current,
  );
  if (changed === undefined) return true;
  const { instruction, written } = changed;
  if (written && instruction.history.length > asked.history.length) {
    if (isTerminal(instruction.state)) worker.report.count('InstructionsSettled', 1, { state: instruction.state });
    worker.report.info('status changed', { instructionId: asked.id, state: instruction.state, status: seen.status });
    await worker.hints.send('tell', [{ id: asked.id }]);
    if (instruction.work === 'submit') await worker.hints.send('submit', [{ id: asked.id }]);
  }
  return isTerminal(instruction.state);
}

/** Moves the next look forward if it is due, so that the due index does not fill with what was just looked at. */
async function postpone(worker: Worker, asked: Instruction, nextLookAtMs: number): Promise<boolean> {
  const nowMs = worker.clock.nowMs();
  if ((asked.workAtMs ?? 0) > nowMs) return false;
  const changed = await change(worker.store, asked.id, (current) =>
    current.work === 'poll' && (current.workAtMs ?? 0) <= nowMs ? { ...current, workAtMs: nextLookAtMs } : current,
  );
  return changed === undefined || isTerminal(changed.instruction.state);
}
