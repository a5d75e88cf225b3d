import * as z from 'zod/mini';
import { eventTypesOf } from '../webhooks/event-types.ts';
import { instant, name } from './names.ts';

/** The daily comparison as our doors and webhooks show it. */

const text = z.string();
const count = z.int().check(z.nonnegative());

/** What one side says. */
export const side = name(
  z.object({ status: text, asset: z.optional(text), amount: z.optional(text) }),
  'Side',
  'What one side says of a transaction: the Partner API, or we.',
);

/** One disagreement. */
export const difference = name(
  z.object({
    what: z.enum(['ledgerOnly', 'instructionOnly', 'differs']),
    companyId: text,
    fundId: text,
    txId: text,
    instructionId: z.optional(text),
    members: z.optional(z.array(text)),
    ledger: z.optional(side),
    ours: z.optional(side),
  }),
  'Difference',
  'Something on which the ledger of a fund and our instructions do not agree.',
);

/** What came of one fund. */
export const fundResult = name(
  z.object({
    companyId: text,
    fundId: text,
    rows: count,
    instructions: count,
    differences: count,
    truncated: z.boolean(),
  }),
  'FundResult',
  'What came of comparing one fund.',
);

const members = {
  id: text,
  day: z.iso.date(),
  from: instant,
  to: instant,
  completedAt: z.optional(instant),
  complete: z.boolean(),
  funds: z.array(fundResult),
  differencesFound: count,
  differences: z.array(difference),
};

/** A report as `viewOfReport` shows it. */
export const reconciliation = name(
  z.object(members),
  'Reconciliation',
  "The comparison of the ledgers of a client's funds with its instructions, over two days.",
);

/** `reconciliation.completed`. */
export const reconciliationEvent = name(
  z.object({
    type: z.literal(eventTypesOf.reconciliation),
    timestamp: instant,
    data: z.object({ ...members, sequence: count }),
  }),
  'ReconciliationEvent',
  'The comparison of a day is complete. The event names the first twenty differences.',
);
