import * as z from 'zod/mini';
import { kinds } from '../instructions/kinds/index.ts';
import { states } from '../instructions/record.ts';
import { eventTypesOf, type ToldSubject } from '../webhooks/event-types.ts';
import { amountText, instant, name } from './names.ts';
import { reconciliationEvent } from './reconciliation.ts';

/** What our webhooks carry, by the subject whose history they tell. */

const text = z.string();
const sequence = z.int().check(z.nonnegative());

/** Both sides of a swap, from the maker's side. */
const twoLegs = {
  companyId: text,
  sendAsset: text,
  sendAmount: amountText,
  receiveAsset: text,
  receiveAmount: amountText,
  expiresAtSeconds: z.int(),
};

/** One sort of webhook. */
export interface WebhookEvent {
  /** The subject whose history it tells, as its renderer is called. */
  readonly subject: ToldSubject;
  /** Its name in the description. */
  readonly name: string;
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
    type: z.enum(eventTypesOf.instruction),
    timestamp: instant,
    data: z.looseObject(instructionEventData.shape),
  }),
  'InstructionEvent',
  'An instruction has entered a state. `data` also holds what the request said, amounts as decimal text.',
);

/** `deposit.received`. */
export const depositEvent = name(
  z.object({
    type: z.literal(eventTypesOf.deposit),
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

/** `quote.published`, `quote.taken`, `quote.withdrawn`. */
export const quoteEvent = name(
  z.object({
    type: z.enum(eventTypesOf.offer),
    timestamp: instant,
    data: z.object({
      id: text,
      sequence,
      state: z.enum(['published', 'taken', 'withdrawn']),
      txId: z.optional(text),
      status: z.optional(text),
      reason: z.optional(text),
      strategy: text,
      generation: z.int().check(z.positive()),
      instructionId: text,
      sendWalletId: text,
      receiveWalletId: text,
      ...twoLegs,
      price: text,
    }),
  }),
  'QuoteEvent',
  'A quote of a strategy is on the hub, was taken, or is off the hub.',
);

/** `hub.quote_available`. */
export const hubQuoteEvent = name(
  z.object({
    type: z.literal(eventTypesOf['hub-quote']),
    timestamp: instant,
    data: z.object({ id: text, sequence, state: z.literal('available'), txId: text, ...twoLegs }),
  }),
  'HubQuoteEvent',
  'Somebody else offers a quote of a pair that the client follows. Who takes it receives what it sends.',
);

/** Every sort of event there is. */
export const webhookEvents: readonly WebhookEvent[] = [
  {
    subject: 'instruction',
    name: 'instruction',
    summary: 'An instruction has entered a state',
    schema: instructionEvent,
  },
  { subject: 'deposit', name: 'deposit', summary: 'A deposit has arrived', schema: depositEvent },
  { subject: 'offer', name: 'quote', summary: 'What became of a quote of a strategy', schema: quoteEvent },
  {
    subject: 'hub-quote',
    name: 'hubQuote',
    summary: 'A quote of a followed pair is on the hub',
    schema: hubQuoteEvent,
  },
  {
    subject: 'reconciliation',
    name: 'reconciliation',
    summary: 'The daily comparison is complete',
    schema: reconciliationEvent,
  },
];
