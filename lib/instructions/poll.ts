import { type LedgerEntry, largestLedgerPage, PartnerApiError } from '../partner-api/index.ts';
import { longestReadMs } from '../platform/patience.ts';
import { change } from './change.ts';
import { lookAt, recordLook } from './look.ts';
import type { Worker } from './outside.ts';
import { ageMs, lookAgainMs, reportAge } from './pace.ts';
import type { Item } from './ports.ts';
import { fundOfGroup, type Instruction, isTerminal } from './record.ts';
import { rotated } from './rotated.ts';
import { type Look, readLook, toldAgainOf } from './told.ts';
import { alarmWhenTurnedAway } from './turned-away.ts';

/** Older pages are not read: what is not on the first two is asked for by id. */
const maxLedgerPages = 2;
/** At most this many open instructions of a fund are looked at in one go. More than that is an alarm. */
const maxOpen = 10_000;
const openPerPage = 500;
/** At most this many are asked for by id in one go, any of them as likely as the next; the rest wait. */
const maxLooksById = 10;
/** How soon a ledger that could not be read is asked for again. */
const ledgerAgainMs = 15_000;
/** A fund that something has happened in is looked at no more often than this. */
const toldPaceMs = 1_000;
/** Where the caller has no deadline. */
const assumedRemainingMs = 30_000;

/** Looks at what a hint names: all open transactions of a fund, or one. Nothing long is begun near `deadlineMs`. */
export async function poll(worker: Worker, hint: string, deadlineMs?: number): Promise<void> {
  const look = readLook(hint);
  const fund = fundOfGroup(look.id);
  const untilMs = deadlineMs ?? worker.clock.nowMs() + assumedRemainingMs;
  await (fund === undefined
    ? pollOne(worker, look)
    : pollFund(worker, { group: look.id, told: look.told, ...fund }, untilMs));
}

interface Fund extends Pick<Look, 'told'> {
  readonly group: string;
  readonly companyId: string;
  readonly fundId: string;
}

/**
 * One request for a whole fund: its ledger carries the statuses. Which instructions are open, and how long their
 * histories are, is read before the ledger, so that a page older than somebody else's write changes nothing. All that the
 * ledger tells is recorded before anything is asked for by id: one slow answer must not hold back a whole fund.
 */
async function pollFund(worker: Worker, fund: Fund, deadlineMs: number): Promise<void> {
  const open = await readOpen(worker, fund.group);
  if (open.length === 0) return;
  const nowMs = worker.clock.nowMs();
  const againMs = Math.min(...open.map((instruction) => lookAgainMs(ageMs(instruction, nowMs))));
  if (!(await takeTurn(worker, fund, againMs))) return;

  const { rows, waitMs } = await readLedger(worker, fund, open);
  const untold: Instruction[] = [];
  let stillOpen = 0;
  for (const instruction of open) {
    const row = rows.get(instruction.txId ?? '');
    // Found under our key rather than made by us: the ledger does not tell all that must be compared.
    if (row === undefined || instruction.toVerify === true) untold.push(instruction);
    else if (!(await recordLook(worker, instruction, seenInLedger(row)))) stillOpen++;
  }
  stillOpen += await lookAtSome(worker, untold, deadlineMs);
  if (stillOpen > 0) await worker.hints.send('poll', [{ id: fund.group }], { delayMs: Math.max(againMs, waitMs) });
}

/** Asks for some of what the ledger did not tell, beginning anywhere, so that none of many is left out for ever. */
async function lookAtSome(worker: Worker, untold: readonly Instruction[], deadlineMs: number): Promise<number> {
  let stillOpen = 0;
  for (const [place, instruction] of rotated(worker.random, untold).entries()) {
    const hasTime = deadlineMs - worker.clock.nowMs() >= longestReadMs;
    const ended =
      place < maxLooksById && hasTime
        ? await lookAt(worker, instruction)
        : await recordLook(worker, instruction, undefined);
    if (!ended) stillOpen++;
  }
  return stillOpen;
}

/**
 * Looks at one transaction by its id, for kinds the fund ledger says nothing about.
 *
 *     us    read v7 (due) ── write v8, due later, if still v7 ✓ ── ask
 *     them  read v7 (due) ── write v8, due later, if still v7 ✗    stop
 */
async function pollOne(worker: Worker, { id, told }: Look): Promise<void> {
  const nowMs = worker.clock.nowMs();
  let ours = false;
  const changed = await change(worker.store, id, (current) => {
    ours = !isTerminal(current.state) && current.work === 'poll';
    ours &&= told !== 'no' || nowMs >= (current.workAtMs ?? 0);
    return ours ? { ...current, workAtMs: nowMs + lookAgainMs(nowMs - current.createdAtMs) } : current;
  });
  if (changed === undefined || !ours) return;
  const { instruction } = changed;
  reportAge(worker, [instruction]);
  const over = await lookAt(worker, instruction);
  if (!over) await worker.hints.send('poll', [{ id }], { delayMs: lookAgainMs(ageMs(instruction, nowMs)) });
}

async function readOpen(worker: Worker, group: string): Promise<Instruction[]> {
  const open: Instruction[] = [];
  let cursor: string | undefined;
  do {
    const options = { limit: openPerPage, ...(cursor === undefined ? {} : { cursor }) };
    const page = await worker.store.open<Instruction>(group, options);
    open.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && open.length < maxOpen);
  if (cursor !== undefined) worker.report.alarm('too_many_open', { group, maxOpen });
  reportAge(worker, open);
  return open;
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
async function takeTurn(worker: Worker, { group, told }: Fund, againMs: number): Promise<boolean> {
  const id = `turn/${group}`;
  const paceMs = told === 'no' ? againMs : toldPaceMs;
  const takenAtMs = worker.clock.nowMs();
  const current = await worker.store.get<Turn>(id);
  const next = { id, index: {}, takenAtMs };
  if (current === undefined) return (await worker.store.create<Turn>(next)) !== undefined;
  // A hint sent for the next turn must find this one over although clocks and queues are not exact.
  if (takenAtMs - current.takenAtMs < paceMs * 0.8) {
    if (told === 'first') await worker.hints.send('poll', [{ id: toldAgainOf(group) }], { delayMs: 2 * toldPaceMs });
    return false;
  }
  return (await worker.store.replace<Turn>(current, next)) !== undefined;
}

/**
 * The rows of the open transactions, by transaction id. A row that is not there proves nothing. A ledger that cannot be
 * read is no fault of the hint: it tells nothing now, and is asked again after `waitMs`.
 */
async function readLedger(
  worker: Worker,
  fund: Fund,
  open: readonly Instruction[],
): Promise<{ rows: ReadonlyMap<string, LedgerEntry>; waitMs: number }> {
  const wanted = new Set(open.map((instruction) => instruction.txId));
  const rows = new Map<string, LedgerEntry>();
  try {
    let offset = 0;
    for (let page = 0; page < maxLedgerPages && wanted.size > 0; page++) {
      const query = { direction: 'out', offset, limit: largestLedgerPage } as const;
      const { total, entries, unreadable } = await worker.api.ledger.page(fund.companyId, fund.fundId, query);
      if (unreadable > 0) worker.report.warn('ledger rows not read', { group: fund.group, unreadable });
      for (const row of entries) if (wanted.delete(row.txId)) rows.set(row.txId, row);
      const count = entries.length + unreadable;
      offset += count;
      if (count === 0 || (total !== undefined && offset >= total)) break;
    }
    return { rows, waitMs: 0 };
  } catch (error) {
    if (!(error instanceof PartnerApiError)) throw error;
    const reason = error.reason ?? error.code;
    worker.report.warn('ledger not read', { group: fund.group, effect: error.effect, reason, error });
    alarmWhenTurnedAway(worker.report, error, { group: fund.group });
    return { rows, waitMs: Math.max(ledgerAgainMs, error.retryAfterMs ?? 0) };
  }
}

function seenInLedger(row: LedgerEntry) {
  return { status: row.status, asset: row.asset, netAmountBaseUnits: row.netAmountBaseUnits };
}
