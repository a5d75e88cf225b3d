import { isTerminal, type State } from '../../lib/instructions/record.ts';
import type { SimulatedApi } from './sandbox.ts';
import type { SimulatedWorld } from './world.ts';

/** Which of the service's words each terminal state may stand for. `none`: there is no transaction. */
const wordsOf: Readonly<Record<string, readonly string[]>> = {
  completed: ['approved'],
  rejected: ['custody_rejected', 'initiate_rejected'],
  expired: ['expired', 'none'],
  failed: ['chain_rejected', 'none'],
  // A quote that was called off at the Partner API (reference 6.4).
  cancelled: ['none', 'initiate_rejected'],
};

/** What must never be seen to happen, whatever breaks: nobody but a person could mend it. */
const fatalAlarms: ReadonlySet<string> = new Set([
  'two_transactions',
  'transaction_after_the_end',
  'transaction_of_another',
  'transaction_differs',
  'unknown_status',
]);

/**
 * The promise of docs/architecture.md, checked after a run: one transaction at most, one terminal state, the transaction's
 * own; the client told of every state under one id with a sequence that grows by one; the books balanced.
 * @returns what is broken, in words; empty when the promise was kept
 */
export function brokenPromises(world: SimulatedWorld, api: SimulatedApi): string[] {
  const broken: string[] = [];
  const instructions = world.instructions();
  const transactions = api.transactions();
  if (!world.isAnswered) broken.push('the partner was never answered');
  for (const { instruction: answered } of world.answers) {
    if (answered === undefined) continue;
    const kept = instructions.find(({ id }) => id === answered.id);
    if (kept === undefined) broken.push(`${answered.id} was lost`);
    else if (isTerminal(answered.state) && answered.state !== kept.state) {
      broken.push(`the partner was answered ${answered.state}, but it is ${kept.state}`);
    }
  }
  for (const instruction of instructions) {
    const ours = transactions.filter(({ partnerTxId }) => partnerTxId === instruction.id);
    if (ours.length > 1) broken.push(`has ${ours.length} transactions`);
    const word = ours[0]?.status ?? 'none';
    const states = instruction.history.map(({ state }) => state as State);
    if (!isTerminal(instruction.state)) broken.push(`did not end: ${states.join(' ')}`);
    else if (!wordsOf[instruction.state]?.includes(word))
      broken.push(`is ${instruction.state} but the transaction ${word}`);
    if (states.filter((state) => isTerminal(state)).length > 1) broken.push(`ended twice: ${states.join(' ')}`);
    if (ours[0] !== undefined && instruction.txId !== ours[0].id) broken.push('names another transaction');
    broken.push(...untold(world, instruction.id, states));
  }
  // Whatever carries no known id was made by us all the same: nobody else is in this world.
  if (transactions.length > instructions.length)
    broken.push(`${transactions.length} transactions for ${instructions.length} instructions`);
  broken.push(...world.alarms.filter((reason) => fatalAlarms.has(reason)).map((reason) => `alarm: ${reason}`));
  if (!api.isBalanced()) broken.push('the books do not balance');
  return broken;
}

function untold(world: SimulatedWorld, id: string, states: readonly string[]): string[] {
  const broken: string[] = [];
  const events = world.received.filter(({ event }) => event.data.id === id);
  const first = new Map<number, string>();
  let highest = -1;
  for (const { webhookId, event, body } of events) {
    const { sequence, state } = event.data;
    if (state !== states[sequence]) broken.push(`event ${sequence} says ${state}, the history ${states[sequence]}`);
    if (webhookId !== `${id}_${sequence}`) broken.push(`event ${sequence} came as ${webhookId}`);
    const seen = first.get(sequence);
    if (seen !== undefined && seen !== body) broken.push(`event ${sequence} was told in two versions`);
    if (seen === undefined) {
      if (sequence !== highest + 1) broken.push(`event ${sequence} came after ${highest}`);
      highest = Math.max(highest, sequence);
      first.set(sequence, body);
    }
  }
  if (first.size !== states.length) broken.push(`told of ${first.size} of ${states.length} states`);
  return broken;
}
