import * as z from 'zod/mini';
import { kinds } from '../instructions/kinds/index.ts';
import { states } from '../instructions/record.ts';
import { amountText, instant, name } from './names.ts';

/** What our doors answer. Clients must bear members that are not described here: more may come. */

const text = z.string();
const kind = z.enum([...kinds.keys()]);
const state = z.enum(states);

/** One change of state. */
export const historyEntry = name(
  z.object({
    sequence: z.int().check(z.nonnegative()),
    state,
    at: instant,
    reason: z.optional(text),
    status: z.optional(text),
    txId: z.optional(text),
  }),
  'HistoryEntry',
  'One change of state. The webhook that tells of it has the same `sequence`.',
);

/** The members every instruction has, whatever its kind. */
export const instructionMembers = z.object({
  id: text,
  kind,
  state,
  companyId: z.optional(text),
  fundId: z.optional(text),
  coreClientId: z.optional(text),
  walletId: text,
  asset: text,
  expiresAt: z.optional(instant),
  createdAt: instant,
  updatedAt: instant,
  txId: z.optional(text),
  status: z.optional(text),
  reason: z.optional(text),
  cancelAskedAt: z.optional(instant),
  attempts: z.int().check(z.nonnegative()),
  history: z.array(historyEntry),
});

/** An instruction as `viewOf` shows it. */
export const instruction = name(
  z.looseObject(instructionMembers.shape),
  'Instruction',
  'What was asked for, where it stands, and how it came there. Beside the members below it holds what its request said, amounts as decimal text.',
);

/** A page of `GET /instructions`. */
export const instructionPage = name(
  z.object({ instructions: z.array(instruction), cursor: z.optional(text) }),
  'InstructionPage',
  'A page of instructions, newest first.',
);

/** The stop button as `viewOfControl` shows it. */
export const control = name(
  z.object({
    stopAll: z.boolean(),
    stoppedClients: z.array(text),
    stoppedStrategies: z.array(text),
    reason: text,
    changedBy: z.optional(text),
    changedAt: z.optional(instant),
    unknown: z.array(text),
  }),
  'Control',
  'What is stopped, and who stopped it. `changedBy` and `changedAt` are absent while nobody has ever touched it; `unknown` are the names that the configuration does not have: they stop nothing.',
);

/** What an action said of itself. */
export const facts = z.object({
  actionType: text,
  askedAtSeconds: z.optional(z.int()),
  expiresAtSeconds: z.optional(z.int()),
  txType: z.optional(text),
  txId: z.optional(text),
  companyId: z.optional(text),
  fundId: z.optional(text),
  walletId: z.optional(text),
  asset: z.optional(text),
  netAmount: z.optional(text),
  fees: z.optional(text),
  amount: z.optional(text),
  recipients: z.array(text),
  reference: z.optional(text),
  receiveAsset: z.optional(text),
  receiveAmount: z.optional(text),
  customer: z.optional(z.record(text, text)),
  customerCut: z.optional(z.literal(true)),
});
name(facts, 'Facts', 'What the action said of itself when it was decided. What it did not say is absent.');

/** A decision as `viewOfDecision` shows it. */
export const decision = name(
  z.object({
    coreClientId: text,
    actionId: text,
    decision: z.enum(['approve', 'reject']),
    rule: text,
    decidedAt: instant,
    facts,
    instructionId: z.optional(text),
    approvedBefore: z.optional(amountText),
    status: z.optional(text),
    readBackAt: z.optional(instant),
  }),
  'Decision',
  'How an approval was decided, by which rule, on which facts, and what became of the vote.',
);

/** A page of `GET /decisions`. */
export const decisionPage = name(
  z.object({ decisions: z.array(decision), cursor: z.optional(text) }),
  'DecisionPage',
  'A page of decisions, newest first.',
);

/** A price that stands, as `POST /prices` answers it. */
export const price = name(
  z.object({ name: text, price: text, at: instant }),
  'Price',
  'The price that stands under this name: a newer one if there was one before.',
);

/** The frame of every error we answer ourselves. */
export const errorFrame = name(
  z.object({
    code: z.int(),
    msg: text,
    detail: z.object({ reason: text, field: z.optional(text), scope: z.optional(text) }),
  }),
  'Error',
  "The Partner API's own error frame. `detail.reason` is a few stable words for programs.",
);

/** What API Gateway answers before a function runs. */
export const gatewayError = name(
  z.object({ message: text }),
  'GatewayError',
  'An answer of API Gateway itself: no function saw the request.',
);
