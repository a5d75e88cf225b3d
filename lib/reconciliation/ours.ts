import type { ItemStore } from '../instructions/ports.ts';
import { fundGroup, type Instruction, listOf } from '../instructions/record.ts';

const pageSize = 500;
/** At most this many instructions of a client are compared in one report. */
const maxInstructions = 20_000;
const maxOpen = 2000;

/** A client's instructions that its report is about. */
export interface Ours {
  readonly instructions: readonly Instruction[];
  readonly truncated: boolean;
}

/** The instructions a client made since a moment, and those of a fund that are still open however old they are. */
export async function instructionsSince(store: ItemStore, client: string, fromSeconds: number): Promise<Ours> {
  const afterKey = new Date(fromSeconds * 1000).toISOString();
  const read: Instruction[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list<Instruction>(listOf(client), {
      limit: pageSize,
      afterKey,
      ...(cursor === undefined ? {} : { cursor }),
    });
    read.push(...page.items.filter(({ subject }) => subject === 'instruction'));
    cursor = page.cursor;
  } while (cursor !== undefined && read.length < maxInstructions);
  return { instructions: read, truncated: cursor !== undefined };
}

/** The instructions of a fund whose transactions have not ended, of one client. The newest two thousand at most. */
export async function openInstructions(
  store: ItemStore,
  client: string,
  fund: { companyId: string; fundId: string },
): Promise<Instruction[]> {
  const open: Instruction[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.open<Instruction>(fundGroup(fund), {
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    });
    open.push(...page.items.filter((instruction) => instruction.client === client));
    cursor = page.cursor;
  } while (cursor !== undefined && open.length < maxOpen);
  return open;
}
