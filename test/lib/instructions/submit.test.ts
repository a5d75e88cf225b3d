import { describe, expect, it } from 'vitest';
import { cancelInstruction } from '../../../lib/instructions/cancel.ts';
import { setControl } from '../../../lib/instructions/control.ts';
import { submitInstruction } from '../../../lib/instructions/submit.ts';
import {
  AuthenticationError,
  BadRequestError,
  CredentialsError,
  InvalidRequestError,
  NotConnectedError,
  RateLimitedError,
  TimedOutError,
} from '../../../lib/partner-api/index.ts';
import { type Answers, desk, statesOf } from './desk.ts';

const created = async () => ({ txId: 'tx-1', status: 'new' });
const failing = (error: Error) => async () => {
  throw error;
};
const timedOut = failing(new TimedOutError('no answer'));
const refused = failing(new BadRequestError('no', { status: 400, reason: 'insufficient balance' }));

/** An accepted transfer, with answers that can be changed as time goes by. */
async function accepted(answers: Answers) {
  const one = desk(answers);
  const { instruction } = await one.ask({ expiresAt: Math.floor(one.clock.nowMs() / 1000) + 86_400 });
  const { id } = instruction;
  return { one, id, submit: () => submitInstruction(one, id), now: () => one.stored(id) };
}

describe('submitting', () => {
  it('makes the transaction, records it, and has it looked at with its fund', async () => {
    const { one, submit, now } = await accepted({ create: created });
    await submit();
    expect(await now()).toMatchObject({ state: 'pending', txId: 'tx-1', index: { openIn: 'fund:company-1/fund-1' } });
    expect(one.hints.waiting('poll').map(({ id }) => id)).toEqual(['fund:company-1/fund-1']);
    await submit();
    expect(one.calls).toEqual(['create']);
  });

  it('lets one of two workers send', async () => {
    const { one, submit } = await accepted({ create: created });
    await Promise.all([submit(), submit(), submit()]);
    expect(one.calls).toEqual(['create']);
  });

  it('ends failed with the reason when the Partner API refuses', async () => {
    const { submit, now } = await accepted({ create: refused });
    await submit();
    expect(await now()).toMatchObject({ state: 'failed', reason: 'insufficient balance' });
  });

  it('ends failed for what the client itself finds wrong: no repetition mends it', async () => {
    const { submit, now } = await accepted({ create: failing(new InvalidRequestError('walletId: is empty')) });
    await submit();
    expect(await now()).toMatchObject({ state: 'failed' });
  });

  it('goes back to accepted when nothing was sent, and tries again with longer and longer waits', async () => {
    const answers: Answers = { create: failing(new NotConnectedError('refused')) };
    const { one, submit, now } = await accepted(answers);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 14; attempt++) {
      await submit();
      const { workAtMs = 0 } = await now();
      waits.push(workAtMs - one.clock.nowMs());
      one.pass(workAtMs - one.clock.nowMs());
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(waits.at(-1)).toBe(300_000);
    const waiting = await now();
    expect(one.alarms).toEqual(['not_sent']);
    expect(waiting.history.length).toBeLessThan(32);
    expect(waiting.attempts).toMatchObject({ count: 14, last: { length: 5 } });
    answers.create = created;
    await submit();
    expect(await now()).toMatchObject({ state: 'pending', toVerify: true });
  });

  it('can be cancelled, or expires, after attempts that were never sent', async () => {
    const answers: Answers = { create: failing(new NotConnectedError('refused')) };
    const first = await accepted(answers);
    await first.submit();
    expect(statesOf(await cancelInstruction(first.one, 'desk', first.id)).at(-1)).toBe('cancelled');

    const second = await accepted(answers);
    await second.submit();
    second.one.pass(86_400_000);
    await second.submit();
    expect(await second.now()).toMatchObject({ state: 'expired' });
    expect(second.one.calls).toEqual(['create']);
  });

  it('waits as long as the Partner API asks', async () => {
    const { one, submit, now } = await accepted({
      create: failing(new RateLimitedError('later', { retryAfterMs: 77_000 })),
    });
    await submit();
    expect((await now()).workAtMs).toBe(one.clock.nowMs() + 77_000);
  });

  it('raises an alarm when the Partner API does not know our key, and when we have none', async () => {
    const noKey = new CredentialsError('the secret is malformed');
    for (const error of [new AuthenticationError('no', { status: 401 }), noKey]) {
      const { one, submit } = await accepted({ create: failing(error) });
      await submit();
      expect(one.alarms).toEqual(['partner_api_refuses_us']);
    }
  });

  it('raises no alarm for what the stop button holds, however long', async () => {
    const { one, submit, now } = await accepted({ create: created });
    await setControl(one, { stopAll: true }, 'ops');
    for (let attempt = 0; attempt < 30; attempt++) {
      await submit();
      one.pass(60_000);
    }
    expect([one.alarms, (await now()).state]).toEqual([[], 'accepted']);
  });

  it('cannot be cancelled and does not expire while an attempt may have acted', async () => {
    const { one, id, submit, now } = await accepted({ create: timedOut });
    await submit();
    await expect(cancelInstruction(one, 'desk', id)).rejects.toMatchObject({
      status: 409,
      reason: 'not cancellable: submitting',
    });
    one.pass(2 * 86_400_000);
    await submit();
    expect(await now()).toMatchObject({ state: 'submitting', attempts: { count: 2 } });
  });

  it('believes a refusal after an unknown attempt only once that attempt can no longer act', async () => {
    const answers: Answers = { create: timedOut };
    const { one, submit, now } = await accepted(answers);
    await submit();
    answers.create = refused;
    one.pass(2_000);
    await submit();
    const waiting = await now();
    expect(waiting).toMatchObject({ state: 'submitting', reason: 'insufficient balance' });
    // Signed 30 s after the claim at the latest, acted on within 300 s of that, and a minute for differing clocks.
    expect(waiting.workAtMs).toBeGreaterThanOrEqual(one.clock.nowMs() + 330_000);
    one.pass((waiting.workAtMs ?? 0) - one.clock.nowMs());
    await submit();
    expect(await now()).toMatchObject({ state: 'failed', reason: 'insufficient balance' });
    expect(one.calls).toEqual(['create', 'create', 'create']);
  });

  it('takes an attempt whose worker died for unknown', async () => {
    const { one, submit, now, id } = await accepted({ create: () => new Promise(() => {}) });
    void submit();
    await new Promise((resolve) => setImmediate(resolve));
    expect((await now()).attempts.last).toMatchObject([{ number: 1 }]);
    await submitInstruction(one, id);
    expect(one.calls).toEqual(['create']);
    one.pass(46_000);
    void submit();
    await new Promise((resolve) => setImmediate(resolve));
    expect((await now()).attempts).toMatchObject({ count: 2, last: [{ effect: 'unknown' }, { number: 2 }] });
    expect((await now()).attempts.mayActUntilMs).toBeGreaterThan(one.clock.nowMs());
  });

  it('holds what is stopped, and goes on when it no longer is', async () => {
    const { one, submit, now } = await accepted({ create: created });
    await setControl(one, { stoppedClients: ['desk'], reason: 'drill' }, 'operator');
    await submit();
    expect(await now()).toMatchObject({ state: 'accepted', reason: 'stopped' });
    expect(one.calls).toEqual([]);
    await setControl(one, {}, 'operator');
    one.pass(60_000);
    await submit();
    expect((await now()).state).toBe('pending');
  });

  it('does not send when everything was stopped between the claim and the sending', async () => {
    const { one, submit, now } = await accepted({ create: created });
    const { replace } = one.store;
    one.store.replace = async (current, draft) => {
      const written = await replace(current, draft);
      if (current.id !== 'control') await setControl(one, { stopAll: true }, 'operator').catch(() => {});
      return written;
    };
    await submit();
    expect(one.calls).toEqual([]);
    expect(await now()).toMatchObject({ state: 'accepted', reason: 'stopped' });
  });

  it('expires on time what was never sent, however long the Partner API asks to wait', async () => {
    const answers = { create: failing(new RateLimitedError('later', { retryAfterMs: 86_400_000 })) };
    const one = desk(answers);
    const { instruction } = await one.ask({ expiresAt: Math.floor(one.clock.nowMs() / 1000) + 600 });
    await submitInstruction(one, instruction.id);
    const { workAtMs = 0 } = await one.stored(instruction.id);
    expect(workAtMs - one.clock.nowMs()).toBeLessThanOrEqual(600_000);
    one.pass(workAtMs - one.clock.nowMs());
    await submitInstruction(one, instruction.id);
    expect(await one.stored(instruction.id)).toMatchObject({ state: 'expired' });
  });

  it('follows a wish to wait for a quarter of an hour at most', async () => {
    const { one, submit, now } = await accepted({
      create: failing(new RateLimitedError('later', { retryAfterMs: 86_400_000 })),
    });
    await submit();
    expect((await now()).workAtMs).toBe(one.clock.nowMs() + 900_000);
  });

  it('never takes the transaction of another instruction for its own', async () => {
    const { one, submit } = await accepted({ create: created });
    await submit();
    const other = (await one.ask({}, 'order-2')).instruction;
    await submitInstruction(one, other.id);
    expect((await one.stored(other.id)).txId).toBeUndefined();
    expect(one.alarms).toContain('transaction_of_another');
  });

  it('asks for a person when the outcome stays unknown', async () => {
    const { one, submit, now } = await accepted({ create: timedOut });
    for (let attempt = 0; attempt < 10; attempt++) {
      await submit();
      one.pass(((await now()).workAtMs ?? 0) - one.clock.nowMs());
    }
    expect(one.alarms).toEqual(['outcome_unknown']);
  });

  it('asks for a person when a transaction comes after the end', async () => {
    let answer: (created: { txId: string; status: string }) => void = () => {};
    const answers: Answers = { create: () => new Promise((resolve) => (answer = resolve)) };
    const { one, id, submit, now } = await accepted(answers);
    const first = submit();
    await new Promise((resolve) => setImmediate(resolve));
    answers.create = refused;
    for (let round = 0; round < 3; round++) {
      one.pass(Math.max(0, ((await now()).workAtMs ?? 0) - one.clock.nowMs()));
      await submitInstruction(one, id);
    }
    expect((await now()).state).toBe('failed');
    answer({ txId: 'tx-late', status: 'new' });
    await first;
    expect(one.alarms).toEqual(['transaction_after_the_end']);
    expect((await now()).state).toBe('failed');
  });

  it('lets a refusal that was asked for before the unknown attempt was over end nothing', async () => {
    const answers: Answers = { create: timedOut };
    const { one, submit, now } = await accepted(answers);
    await submit();
    const { mayActUntilMs = 0 } = (await now()).attempts;
    // Claimed a moment before the unknown attempt can no longer act, answered after.
    one.pass(mayActUntilMs - one.clock.nowMs() - 1_000);
    answers.create = async () => {
      one.pass(5_000);
      throw new BadRequestError('no', { status: 400, reason: 'insufficient balance' });
    };
    await submit();
    expect(await now()).toMatchObject({ state: 'submitting' });
    answers.create = refused;
    await submit();
    expect(await now()).toMatchObject({ state: 'failed' });
  });

  it('lets the late word about an earlier attempt neither end the instruction nor shorten the lease of the next', async () => {
    const late: ((error: Error) => void)[] = [];
    const { one, id, submit, now } = await accepted({ create: () => new Promise((_, reject) => late.push(reject)) });
    const first = submit();
    await new Promise((resolve) => setImmediate(resolve));
    one.pass(46_000);
    void submitInstruction(one, id);
    await new Promise((resolve) => setImmediate(resolve));
    const { workAtMs } = await now();
    late[0]?.(new BadRequestError('no', { status: 400, reason: 'insufficient balance' }));
    await first;
    expect(await now()).toMatchObject({ state: 'submitting', workAtMs, attempts: { count: 2 } });
  });
});
