import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LogLevel } from '../../../lib/platform/environment.ts';
import { addFacts, withFacts } from '../../../lib/platform/invocation.ts';
import { makeReporter } from '../../../lib/platform/reporter.ts';

function fixture(level: LogLevel = 'info') {
  const lines: string[] = [];
  const reporter = makeReporter({
    level,
    clock: { nowMs: () => 1_800_000_000_000 },
    write: (line) => lines.push(line),
  });
  return {
    reporter,
    raw: lines,
    logs: () => lines.map((line) => JSON.parse(line)).filter((line) => !('_aws' in line)),
    metrics: () => lines.map((line) => JSON.parse(line)).filter((line) => '_aws' in line),
  };
}

describe('log lines', () => {
  it('are one JSON object each, with level, time, message and facts', () => {
    const { reporter, raw, logs } = fixture();
    reporter.info('instruction accepted', { instructionId: 'i', note: 'two\nlines' });
    expect(raw).toHaveLength(1);
    expect(raw[0]?.match(/\n/g)).toHaveLength(1);
    expect(logs()[0]).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      msg: 'instruction accepted',
      instructionId: 'i',
      note: 'two\nlines',
    });
  });

  it('keep to the level, which metrics do not', async () => {
    const { reporter, logs, metrics } = fixture('warn');
    reporter.info('a');
    reporter.warn('b');
    reporter.error('c');
    reporter.count('InstructionsAccepted', 1);
    expect(logs().map((line) => [line.level, line.msg])).toEqual([
      ['warn', 'b'],
      ['error', 'c'],
    ]);
    expect(metrics()).toHaveLength(1);
  });

  it('carry the facts of the invocation they happen in, and of no other', async () => {
    const { reporter, logs } = fixture();
    const invocation = (requestId: string, ms: number) =>
      reporter.invocation({ requestId, function: 'f' }, async () => {
        await wait(ms);
        addFacts({ clientId: `client of ${requestId}` });
        await Promise.all(
          ['a', 'b'].map((instructionId) =>
            withFacts({ instructionId }, async () => {
              await wait(ms);
              reporter.info('here');
            }),
          ),
        );
        reporter.info('end');
      });
    await Promise.all([invocation('1', 5), invocation('2', 2)]);
    reporter.info('outside');
    for (const requestId of ['1', '2']) {
      const own = logs().filter((line) => line.requestId === requestId);
      expect(own.map((line) => [line.function, line.clientId, line.instructionId]).sort()).toEqual(
        [
          ['f', `client of ${requestId}`, 'a'],
          ['f', `client of ${requestId}`, 'b'],
          ['f', `client of ${requestId}`, undefined],
        ].sort(),
      );
    }
    expect(logs().at(-1)).not.toHaveProperty('requestId');
  });

  it('hold no secret, in the message, the facts or the facts of the invocation', async () => {
    const { reporter, raw } = fixture();
    await reporter.invocation({ requestId: 'r', token: 'hunter2' }, async () => {
      reporter.warn('it said Bearer hunter2', { headers: { 'x-sign': 'hunter2' }, error: new Error('whsec_hunter2') });
      reporter.alarm('signing_secret', { privateKeyPem: 'hunter2' });
    });
    expect(raw).toHaveLength(3);
    expect(raw.join('')).not.toContain('hunter2');
  });

  it('never throw, whatever the facts', () => {
    const { reporter } = fixture();
    const hostile = Object.defineProperty({}, 'amount', {
      enumerable: true,
      get() {
        throw new Error('no');
      },
    });
    expect(() => reporter.info('a', hostile as Record<string, unknown>)).not.toThrow();
    expect(() => reporter.count('A', Number.NaN)).not.toThrow();
  });
});

describe('metrics', () => {
  it('are written once at the end of an invocation, in the embedded format', async () => {
    const { reporter, metrics } = fixture();
    await reporter.invocation({ requestId: 'r', function: 'poll-statuses' }, async () => {
      reporter.count('InstructionsSubmitted', 1);
      reporter.count('InstructionsSubmitted', 2);
      reporter.count('OldestOpenInstructionAgeSeconds', 90);
      reporter.duration('PartnerApiLatencyMs', 12.5, { operation: 'ledger' });
      reporter.duration('PartnerApiLatencyMs', 80, { operation: 'ledger' });
      reporter.count('InstructionsSettled', 1, { state: 'completed' });
      expect(metrics()).toEqual([]);
    });
    const directive = (names: string[], ...list: [string, string][]) => ({
      Timestamp: 1_800_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: 'qredo-functions',
          Dimensions: names.length > 0 ? [names, []] : [[]],
          Metrics: list.map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
    });
    const facts = { requestId: 'r', function: 'poll-statuses' };
    expect(metrics()).toEqual([
      {
        _aws: directive([], ['InstructionsSubmitted', 'Count'], ['OldestOpenInstructionAgeSeconds', 'Seconds']),
        ...facts,
        InstructionsSubmitted: 3,
        OldestOpenInstructionAgeSeconds: 90,
      },
      {
        _aws: directive(['operation'], ['PartnerApiLatencyMs', 'Milliseconds']),
        ...facts,
        operation: 'ledger',
        PartnerApiLatencyMs: [12.5, 80],
      },
      {
        _aws: directive(['state'], ['InstructionsSettled', 'Count']),
        ...facts,
        state: 'completed',
        InstructionsSettled: 1,
      },
    ]);
  });

  it('are written when the invocation fails, and at once outside of one', async () => {
    const { reporter, metrics } = fixture();
    const failing = reporter.invocation({ requestId: 'r' }, async () => {
      reporter.count('WebhookFailures', 1);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(metrics()).toHaveLength(1);
    reporter.count('WebhookFailures', 1);
    expect(metrics()).toHaveLength(2);
  });

  it('count an alarm under its reason, and say it in the log', async () => {
    const { reporter, metrics, logs } = fixture();
    reporter.alarm('transaction_differs', { instructionId: 'i' });
    expect(metrics()[0]).toMatchObject({ reason: 'transaction_differs', Alarm: 1 });
    expect(metrics()[0]._aws.CloudWatchMetrics[0].Dimensions).toEqual([['reason'], []]);
    expect(logs()[0]).toMatchObject({ level: 'error', msg: 'alarm: transaction_differs', instructionId: 'i' });
  });

  it('split what is more than a line can hold, and lose none of it', async () => {
    const { reporter, metrics } = fixture();
    await reporter.invocation({}, async () => {
      for (let ms = 0; ms < 250; ms += 1) reporter.duration('PartnerApiLatencyMs', ms, { operation: 'ledger' });
    });
    const values = metrics().map((line) => line.PartnerApiLatencyMs);
    expect(values.map((list) => list.length)).toEqual([100, 100, 50]);
    expect(values.flat()).toEqual(Array.from({ length: 250 }, (_, ms) => ms));
  });

  it('have dimension values that CloudWatch takes', () => {
    const { reporter, metrics } = fixture();
    reporter.count('A', 1, { reason: '' });
    reporter.count('A', 1, { reason: `ä\n${'x'.repeat(500)}` });
    expect(metrics()[0].reason).toBe('none');
    expect(metrics()[1].reason).toMatch(/^\?\?x{198}$/);
  });
});
