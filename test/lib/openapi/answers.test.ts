import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../lib/approvals/decision.ts';
import type { Facts } from '../../../lib/approvals/facts.ts';
import { viewOfDecision } from '../../../lib/approvals/list.ts';
import { arrivalsIn, depositOf } from '../../../lib/deposits/deposit.ts';
import { readControl, setControl, viewOfControl } from '../../../lib/instructions/control.ts';
import { enter } from '../../../lib/instructions/machine.ts';
import type { Instruction } from '../../../lib/instructions/record.ts';
import type { Subject } from '../../../lib/instructions/subject.ts';
import { viewOf } from '../../../lib/instructions/view.ts';
import * as answers from '../../../lib/openapi/answers.ts';
import * as events from '../../../lib/openapi/events.ts';
import * as reconciliation from '../../../lib/openapi/reconciliation.ts';
import type { HubQuoteSubject } from '../../../lib/quotes/followed.ts';
import type { Terms } from '../../../lib/quotes/strategy.ts';
import {
  completed,
  type Difference,
  newReport,
  type Reconciliation,
  type Side,
  viewOfReport,
  withFund,
} from '../../../lib/reconciliation/report.ts';
import { eventTypesOf } from '../../../lib/webhooks/event-types.ts';
import { render } from '../../../lib/webhooks/events.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { type OpenApi, readerOf } from './contract.ts';

const root = new URL('../../..', import.meta.url).pathname;
const document = JSON.parse(readFileSync(`${root}docs/openapi.json`, 'utf8')) as OpenApi;
const nowMs = Date.UTC(2026, 0, 7, 10);

/**
 * That a view is as described, and holds nothing that is not: an object schema drops what it does not know. The document
 * itself is asked too, since that is what partners read.
 */
function expectDescribed(component: string, schema: { parse(value: unknown): unknown }, view: unknown): void {
  const asSent = JSON.parse(JSON.stringify(view));
  expect(schema.parse(asSent)).toEqual(asSent);
  expect(readerOf(document, { $ref: `#/components/schemas/${component}` }).safeParse(asSent).error).toBeUndefined();
}

/** An instruction on which everything is set that may be. */
function fullInstruction(changes: Partial<Instruction> = {}): Instruction {
  const accepted: Instruction = {
    id: 'instruction',
    version: 1,
    writeId: 'w1',
    index: {},
    subject: 'instruction',
    kind: 'sweep',
    source: 'http',
    client: 'desk',
    key: 'key',
    bodyHash: '',
    place: { companyId: 'c', fundId: 'f', coreClientId: 'core', walletId: 'w', asset: 'BTC-TESTNET' },
    request: {},
    state: 'accepted',
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    expiresAtSeconds: nowMs / 1000 + 60,
    cancelAskedAtMs: nowMs,
    history: [{ state: 'accepted', atMs: nowMs }],
    telling: {},
    attempts: { count: 1, last: [] },
    ...changes,
  };
  const pending = enter(enter(accepted, 'submitting', nowMs), 'pending', nowMs, { txId: 'tx', status: 'pending' });
  return enter(pending, 'failed', nowMs, { txId: 'tx', status: 'chain_rejected', reason: 'chain_rejected' });
}

describe('what the doors answer is what the description says', () => {
  it('of an instruction, apart from what its request said', () => {
    expectDescribed('Instruction', answers.instructionMembers, viewOf(fullInstruction()));
    const withRequest = viewOf(fullInstruction({ request: { amount: '1', counterpartyWalletId: 'x' } }));
    expectDescribed('Instruction', answers.instruction, withRequest);
  });

  it('of a decision', () => {
    const facts: Required<Facts> = {
      actionType: 'ApproveTransfer',
      askedAtSeconds: nowMs / 1000,
      expiresAtSeconds: nowMs / 1000 + 60,
      txType: 'transferOut',
      txId: 'tx',
      companyId: 'c',
      fundId: 'f',
      walletId: 'w',
      asset: 'BTC-TESTNET',
      netAmount: '800',
      fees: '1',
      amount: '801',
      recipients: ['to'],
      reference: '',
      receiveAsset: 'ETH-TESTNET',
      receiveAmount: '15',
      customer: { name: 'Ada' },
      customerCut: true,
    };
    const decision: Required<Decision> = {
      id: 'decision/core/action',
      version: 1,
      writeId: 'w1',
      index: {},
      coreClientId: 'core',
      actionId: 'action',
      client: 'desk',
      decision: 'approve',
      rule: 'ours',
      facts,
      matched: { instructionId: 'instruction' },
      approvedBefore: '0',
      decidedAtMs: nowMs,
      votes: 1,
      votingUntilMs: nowMs,
      status: 'approved',
      readBackAtMs: nowMs,
    };
    expectDescribed('Decision', answers.decision, viewOfDecision(decision));
  });

  it('of the stop button, before and after somebody touched it', async () => {
    const store = memoryStore({ id: () => String(Math.random()) });
    const untouched = viewOfControl(await readControl(store), {});
    expect(untouched).not.toHaveProperty('changedAt');
    expectDescribed('Control', answers.control, untouched);
    const report = { info() {}, warn() {}, alarm() {}, count() {}, duration() {} };
    const touched = await setControl({ store, report, clock: { nowMs: () => nowMs } }, { stopAll: true }, 'operator');
    expectDescribed('Control', answers.control, viewOfControl(touched, { clients: ['desk'] }));
  });
});

/** A complete report on which everything is set that may be. */
function fullReport(): Reconciliation {
  const report = { ...newReport('test', 'desk', nowMs), version: 1, writeId: 'w1' };
  const side: Required<Side> = { status: 'approved', asset: 'BTC-TESTNET', amount: '800' };
  const difference: Required<Difference> = {
    what: 'differs',
    companyId: 'c',
    fundId: 'f',
    txId: 'tx',
    instructionId: 'instruction',
    members: ['amount'],
    ledger: side,
    ours: side,
  };
  const result = { companyId: 'c', fundId: 'f', rows: 1, instructions: 1, truncated: false };
  return completed(withFund(report, result, [difference]), nowMs);
}

describe('the report of a day', () => {
  it('is as described at the door and in the webhook', () => {
    expectDescribed('Reconciliation', reconciliation.reconciliation, viewOfReport(fullReport()));
    expectDescribed('ReconciliationEvent', reconciliation.reconciliationEvent, render(fullReport(), 0));
  });
});

describe('what the webhooks carry is what the description says', () => {
  it('of an instruction, for each of its states', () => {
    const subject = fullInstruction();
    const plain = { ...events.instructionEvent.shape, data: events.instructionEventData };
    for (const sequence of subject.history.keys()) {
      const event = render(subject, sequence);
      expectDescribed('InstructionEvent', events.instructionEvent, event);
      expect(plain.data.parse(event.data)).toEqual(event.data);
    }
  });

  it('of a deposit', () => {
    const wallet = { client: 'desk', walletId: 'w', companyId: 'c', fundId: 'f' };
    const movement = {
      chainTxId: 'chain',
      txId: 'tx',
      asset: 'BTC-TESTNET',
      netAmountBaseUnits: 5n,
      timestampSeconds: nowMs / 1000,
    } as never;
    const deposits = arrivalsIn('test', wallet, [movement]).map((arrival) => depositOf(arrival, wallet, nowMs));
    expect(deposits.length).toBe(1);
    for (const deposit of deposits) {
      expectDescribed('DepositEvent', events.depositEvent, render(deposit as unknown as Subject, 0));
    }
  });

  it('of a quote of a strategy', () => {
    const terms: Required<Terms> = {
      companyId: 'c',
      sendWalletId: 'w1',
      receiveWalletId: 'w2',
      sendAsset: 'BTC-TESTNET',
      receiveAsset: 'ETH-TESTNET',
      sendAmount: '100',
      receiveAmount: '1500',
      expiresAtSeconds: nowMs / 1000 + 3600,
      price: '15',
    };
    const history = ['published', 'taken', 'withdrawn'].map((state) => ({
      state,
      atMs: nowMs,
      txId: 'tx',
      status: 'taker_pending',
      reason: 'the price has moved',
    }));
    const offer = { id: 'offer/x/1', subject: 'offer', client: 'desk', strategy: 'x', generation: 1, history, terms };
    const subject = { ...offer, instructionId: 'instruction' } as unknown as Subject;
    for (const sequence of history.keys()) {
      expectDescribed('QuoteEvent', events.quoteEvent, render(subject, sequence));
    }
  });

  it('of a quote of somebody else', () => {
    const quote: Required<HubQuoteSubject['quote']> = {
      txId: 'tx',
      companyId: 'c',
      sendAsset: 'BTC-TESTNET',
      sendAmount: '100',
      receiveAsset: 'ETH-TESTNET',
      receiveAmount: '1500',
      expiresAtSeconds: nowMs / 1000 + 3600,
    };
    const history = [{ state: 'available', atMs: nowMs }];
    const subject = { id: 'id', subject: 'hub-quote', client: 'desk', history, quote } as unknown as Subject;
    expectDescribed('HubQuoteEvent', events.hubQuoteEvent, render(subject, 0));
  });

  it('of every subject that is told of, and of no other', () => {
    expect(events.webhookEvents.map(({ subject }) => subject).toSorted()).toEqual(Object.keys(eventTypesOf).toSorted());
  });
});
