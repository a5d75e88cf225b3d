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
      matched: { instructionId: 'instruction', client: 'desk' },
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
    const untouched = viewOfControl(await readControl(store));
    expect(untouched).not.toHaveProperty('changedAt');
    expectDescribed('Control', answers.control, untouched);
    const report = { info() {}, warn() {}, alarm() {}, count() {}, duration() {} };
    const touched = await setControl({ store, report, clock: { nowMs: () => nowMs } }, { stopAll: true }, 'operator');
    expectDescribed('Control', answers.control, viewOfControl(touched));
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
});
