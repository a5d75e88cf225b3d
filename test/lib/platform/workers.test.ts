import { setTimeout as wait } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { queueWorker, type Work, type WorkerOutside } from '../../../lib/platform/queue.ts';
import { makeReporter } from '../../../lib/platform/reporter.ts';
import { scheduled } from '../../../lib/platform/schedule.ts';

let lines: string[];
let nowMs: number;
let outside: WorkerOutside;
beforeEach(() => {
  lines = [];
  nowMs = 1_800_000_000_000;
  const clock = { nowMs: () => nowMs };
  const reporter = makeReporter({ level: 'info', clock, write: (line) => lines.push(line) });
  outside = { reporter: () => reporter, clock };
});

const context = { awsRequestId: 'r', functionName: 'submit-instruction', getRemainingTimeInMillis: () => 20_000 };
const batchOf = (...bodies: string[]) => ({ Records: bodies.map((body, place) => ({ messageId: `m${place}`, body })) });
const hintsOf = (...ids: string[]) => batchOf(...ids.map((id) => JSON.stringify({ id })));
const failures = (...messages: string[]) => ({
  batchItemFailures: messages.map((itemIdentifier) => ({ itemIdentifier })),
});

describe('a queue worker', () => {
  it('works on each id of a batch once, however often it is named', async () => {
    const seen: string[] = [];
    const worker = queueWorker(async (id) => void seen.push(id), outside);
    expect(await worker(hintsOf('a', 'b', 'a', 'c', 'a'), context)).toEqual(failures());
    expect(seen.sort()).toEqual(['a', 'b', 'c']);
  });

  it('reports the messages whose flow failed, all of them and only them', async () => {
    const worker = queueWorker(async (id) => {
      if (id === 'b') throw new Error('the table is away');
    }, outside);
    expect(await worker(hintsOf('a', 'b', 'c', 'b'), context)).toEqual(failures('m1', 'm3'));
    const [line] = lines.map((text) => JSON.parse(text));
    expect(line).toMatchObject({ requestId: 'r', function: 'submit-instruction', instructionId: 'b', level: 'error' });
    expect(line.error.message).toBe('the table is away');
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '"a"',
    '{}',
    '{"id":""}',
    '{"id":5}',
    '{"id":"a","x":1}',
    `{"id":"${'x'.repeat(601)}"}`,
  ])('reports a message that is no hint, and works on the rest: %#', async (body) => {
    const seen: string[] = [];
    const worker = queueWorker(async (id) => void seen.push(id), outside);
    expect(await worker(batchOf(body, '{"id":"a"}'), context)).toEqual(failures('m0'));
    expect(seen).toEqual(['a']);
  });

  it('works on at most four ids at the same time', async () => {
    let running = 0;
    let most = 0;
    const worker = queueWorker(async () => {
      running += 1;
      most = Math.max(most, running);
      await wait(5);
      running -= 1;
    }, outside);
    await worker(hintsOf(...Array.from({ length: 10 }, (_, place) => `id ${place}`)), context);
    expect(most).toBe(4);
  });

  it('tells the flow its deadline, and begins nothing when there is no time left', async () => {
    const works: [string, Work][] = [];
    const worker = queueWorker(async (id, work) => {
      works.push([id, work]);
      nowMs += 19_500;
    }, outside);
    const answer = await worker(hintsOf('a', 'b', 'c', 'd', 'e', 'f'), context);
    expect(works[0]?.[1]).toEqual({ requestId: 'r', deadlineMs: 1_800_000_020_000 });
    // All four of the first round were begun before the clock moved, or none after it.
    const begun = works.map(([id]) => id);
    const left = ['a', 'b', 'c', 'd', 'e', 'f'].filter((id) => !begun.includes(id));
    expect(left).toContain('e');
    expect(answer.batchItemFailures).toHaveLength(left.length);
  });

  it('writes its metrics once for the batch', async () => {
    const worker = queueWorker(async () => outside.reporter().count('InstructionsSubmitted', 1), outside);
    await worker(hintsOf('a', 'b', 'c'), context);
    expect(lines.map((line) => JSON.parse(line).InstructionsSubmitted)).toEqual([3]);
  });
});

describe('a scheduled function', () => {
  it('runs its flow as an invocation', async () => {
    const run = scheduled(async ({ deadlineMs, requestId }) => {
      outside.reporter().info('ran', { deadlineMs, seen: requestId });
      outside.reporter().count('HintsNotSent', 2);
    }, outside);
    await run({}, context);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'ran', requestId: 'r', function: 'submit-instruction', deadlineMs: 1_800_000_020_000, seen: 'r' },
      { HintsNotSent: 2 },
    ]);
  });

  it('logs what its flow throws and fails', async () => {
    const run = scheduled(async () => {
      throw new Error('the table is away');
    }, outside);
    await expect(run({}, context)).rejects.toThrow('the table is away');
    expect(JSON.parse(lines[0] as string)).toMatchObject({ level: 'error', error: { message: 'the table is away' } });
  });
});
