import * as z from 'zod/mini';
import { kinds } from '../instructions/kinds/index.ts';
import { states } from '../instructions/record.ts';
import { amountText, instant, name } from './names.ts';

/** What our webhooks carry, by the subject whose history they tell. */

const text = z.string();
const sequence = z.int().check(z.nonnegative());

/** One sort of webhook. */
export interface WebhookEvent {
  readonly subject: string;
  readonly summary: string;
  readonly schema: z.ZodMiniType;
}

/** The members of an instruction's event that do not depend on its kind. */
export const instructionEventData = z.object({
  id: text,
  kind: z.enum([...kinds.keys()]),
  idempotencyKey: text,
  sequence,
  state: z.enum(states),
  reason: z.optional(text),
  status: z.optional(text),
  txId: z.optional(text),
  companyId: z.optional(text),
  fundId: z.optional(text),
  coreClientId: z.optional(text),
  walletId: text,
  asset: text,
});

/** `instruction.<state>`. */
export const instructionEvent = name(
  z.object({
    type: z.enum(states.map((state) => `instruction.${state}`)),
    timestamp: instant,
    data: z.looseObject(instructionEventData.shape),
  }),
  'InstructionEvent',
  'An instruction has entered a state. `data` also holds what the request said, amounts as decimal text.',
);

/** `deposit.received`. */
export const depositEvent = name(
  z.object({
    type: z.literal('deposit.received'),
    timestamp: instant,
    data: z.object({
      id: text,
      sequence,
      walletId: text,
      companyId: z.optional(text),
      fundId: z.optional(text),
      asset: text,
      amount: amountText,
      chainTxId: text,
      txId: z.optional(text),
      arrivedAt: instant,
    }),
  }),
  'DepositEvent',
  'Something has arrived in a watched wallet, from outside or from another wallet.',
);

/** Every sort of event there is. */
export const webhookEvents: readonly WebhookEvent[] = [
  { subject: 'instruction', summary: 'An instruction has entered a state', schema: instructionEvent },
  { subject: 'deposit', summary: 'A deposit has arrived', schema: depositEvent },
];
