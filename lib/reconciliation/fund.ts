import { kindOf } from '../instructions/kinds/index.ts';
import type { Seen } from '../instructions/kinds/kind.ts';
import { type Instruction, isTerminal } from '../instructions/record.ts';
import { instructionOfTransaction } from '../instructions/transactions.ts';
import type { LedgerEntry } from '../partner-api/index.ts';
import { NotFoundError } from '../partner-api/index.ts';
import { differenceOf, graceMs, isOnItsWay, ledgerSide, membersThatDiffer, ourSide } from './compare.ts';
import { openInstructions } from './ours.ts';
import type { Difference, FundResult } from './report.ts';
import type { Reconciler } from './run.ts';

/** A page of the ledger, and how many of them one report reads of a fund. */
const pageRows = 1000;
const maxPages = 30;
/** Transactions asked for by id, and looked up in our table, in one fund. */
const maxLooks = 200;
const maxLookups = 2000;

/** What one fund is compared within. */
export interface Scope {
  readonly client: string;
  readonly companyId: string;
  readonly fundId: string;
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** The client's instructions of the window, of all its funds. */
  readonly instructions: readonly Instruction[];
  /** Whether one more request would end in time. */
  hasTime(): boolean;
}

/** What came of comparing a fund. */
export interface Compared {
  readonly result: Omit<FundResult, 'differences'>;
  readonly differences: readonly Difference[];
  /** The time was over before all was compared. The result is truncated then. */
  readonly ranOut: boolean;
}

/**
 * Compares the outgoing rows of a fund's ledger with our instructions, both ways. Our side is read first: what the ledger
 * then lacks was there before it was read. A row that settles while pages are read moves to the top and may be missed, so
 * what the ledger seems to lack is asked for by its id.
 */
export async function compareFund(reconciler: Reconciler, scope: Scope): Promise<Compared> {
  const { client, companyId, fundId } = scope;
  const fund = { companyId, fundId };
  const ours = await ofFund(reconciler, scope);
  const { rows, truncated } = await readLedger(reconciler, scope);
  const seen = new Set<string>();
  const differences: Difference[] = [];
  let lookups = 0;
  let cutShort = truncated;
  let ranOut = truncated && !scope.hasTime();
  for (const row of rows) {
    seen.add(row.txId);
    const known = ours.get(row.txId);
    if (known === undefined ? !isWithin(scope, row.timestampSeconds) : agrees(known, row)) continue;
    if (!scope.hasTime()) {
      ranOut = true;
      continue;
    }
    if (known === undefined && lookups++ >= maxLookups) {
      cutShort = true;
      continue;
    }
    const instruction = known ?? (await instructionOfTransaction(reconciler.store, row.txId));
    if (instruction === undefined) differences.push(...(isFresh(reconciler, row) ? [] : [ledgerOnly(fund, row)]));
    else if (instruction.client === client) differences.push(...(await compareRow(reconciler, fund, instruction, row)));
  }
  const missing = [...ours.values()].filter(({ txId }) => !seen.has(txId as string));
  for (const instruction of missing.slice(0, maxLooks)) {
    if (!scope.hasTime()) {
      ranOut = true;
      break;
    }
    differences.push(...(await compareById(reconciler, fund, instruction)));
  }
  return {
    result: {
      ...fund,
      rows: rows.filter(({ timestampSeconds }) => isWithin(scope, timestampSeconds)).length,
      instructions: ours.size,
      truncated: cutShort || ranOut || missing.length > maxLooks,
    },
    differences,
    ranOut,
  };
}

/** Instructions with a transaction, by it: those of the window, and those still open. */
async function ofFund(reconciler: Reconciler, scope: Scope): Promise<Map<string, Instruction>> {
  const { client, companyId, fundId, toSeconds } = scope;
  const ofWindow = scope.instructions.filter(
    ({ place, createdAtMs }) =>
      place.companyId === companyId && place.fundId === fundId && createdAtMs < toSeconds * 1000,
  );
  const open = await openInstructions(reconciler.store, client, { companyId, fundId });
  const all = [...open, ...ofWindow].filter(
    ({ txId, createdAtMs }) => txId !== undefined && createdAtMs < toSeconds * 1000,
  );
  return new Map(all.map((instruction) => [instruction.txId as string, instruction]));
}

/** The rows of the window, and whether any may be missing: there was no time, there are too many, one cannot be read. */
async function readLedger(
  reconciler: Reconciler,
  { companyId, fundId, fromSeconds, hasTime }: Scope,
): Promise<{ rows: LedgerEntry[]; truncated: boolean }> {
  const rows = new Map<string, LedgerEntry>();
  let offset = 0;
  let unreadableRows = 0;
  for (let page = 0; page < maxPages && hasTime(); page++) {
    const asked = { direction: 'out', offset, limit: pageRows } as const;
    const { total, entries, unreadable } = await reconciler.api.ledger.page(companyId, fundId, asked);
    // Rows that came in meanwhile push others onto the next page: the newer reading of one stands.
    for (const entry of entries) if (entry.txId !== '') rows.set(entry.txId, entry);
    const read = entries.length + unreadable;
    offset += read;
    unreadableRows += unreadable;
    // Newest first: nothing after an older one can be of the window. A server may give fewer rows than were asked for, so
    // only an empty page, or the total, tells the end.
    const isPast = (entries.at(-1)?.timestampSeconds ?? Number.POSITIVE_INFINITY) < fromSeconds;
    if (isPast || read === 0 || (total !== undefined && offset >= total)) {
      return { rows: [...rows.values()], truncated: unreadableRows > 0 };
    }
  }
  return { rows: [...rows.values()], truncated: true };
}

function isWithin({ fromSeconds, toSeconds }: Scope, timestampSeconds: number): boolean {
  return timestampSeconds >= fromSeconds && timestampSeconds < toSeconds;
}

/** Our own record of it may be on its way. */
function isFresh({ clock }: Reconciler, { timestampSeconds }: LedgerEntry): boolean {
  return clock.nowMs() - timestampSeconds * 1000 < graceMs;
}

function seenIn({ status, asset, netAmountBaseUnits }: LedgerEntry): Seen {
  return { status, asset: asset || undefined, netAmountBaseUnits };
}

function ledgerOnly(fund: { companyId: string; fundId: string }, row: LedgerEntry): Difference {
  return { what: 'ledgerOnly', ...fund, txId: row.txId, ledger: ledgerSide(seenIn(row)) };
}

function agrees(instruction: Instruction, row: LedgerEntry): boolean {
  return membersThatDiffer(instruction, seenIn(row)).length === 0;
}

/**
 * The list of our instructions and the page of the ledger are of different moments. What seems to differ is read again on
 * our side, and stands only if it still does.
 */
async function compareRow(
  reconciler: Reconciler,
  fund: { companyId: string; fundId: string },
  listed: Instruction,
  row: LedgerEntry,
): Promise<Difference[]> {
  const seen = seenIn(row);
  if (membersThatDiffer(listed, seen).length === 0) return [];
  const instruction = await reconciler.store.get<Instruction>(listed.id);
  if (instruction === undefined) return [];
  const members = membersThatDiffer(instruction, seen);
  // We are ahead of the page: it ended after the page was read. The transaction itself tells.
  if (members.includes('status') && isTerminal(instruction.state))
    return await compareById(reconciler, fund, instruction);
  if (members.length === 0 || isOnItsWay(instruction, members, row.timestampSeconds, reconciler.clock.nowMs()))
    return [];
  return [differenceOf(fund, instruction, members, seen)];
}

/** Compares with the transaction itself. One that we still wait for is left to the poller, unless the API does not know it. */
async function compareById(
  reconciler: Reconciler,
  fund: { companyId: string; fundId: string },
  instruction: Instruction,
): Promise<Difference[]> {
  const seen = await look(reconciler, instruction);
  if (seen === undefined) {
    const { id: instructionId, txId = '' } = instruction;
    return [{ what: 'instructionOnly', ...fund, txId, instructionId, ours: ourSide(instruction) }];
  }
  const members = membersThatDiffer(instruction, seen);
  const waits = !isTerminal(instruction.state) && members.length === 1 && members[0] === 'status';
  return members.length === 0 || waits ? [] : [differenceOf(fund, instruction, members, seen)];
}

async function look(reconciler: Reconciler, instruction: Instruction): Promise<Seen | undefined> {
  try {
    return await kindOf(instruction).look(reconciler.api, instruction);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}
