import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Handler, Invoker, type LoadedFunction } from '../../../sandbox/aws/invoke.ts';
import type { ScheduleTrigger } from '../../../sandbox/aws/template/events.ts';
import { fireSchedule, startSchedules } from '../../../sandbox/aws/triggers/schedule.ts';
import { parseScheduleExpression } from '../../../sandbox/aws/triggers/schedule-expression.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-03-28T22:00:30Z') }));
afterEach(() => void vi.useRealTimers());

function trigger(expression: string, more: Partial<ScheduleTrigger> & { timezone?: string } = {}): ScheduleTrigger {
  const { timezone, ...rest } = more;
  const schedule = parseScheduleExpression(expression, timezone);
  return { expression, schedule, enabled: true, method: 'eventBus', inputJson: undefined, ...rest };
}

function start(trigger: ScheduleTrigger, handler: Handler, reservedConcurrency?: number) {
  const lines: string[] = [];
  const outcomes: string[] = [];
  const definition = {
    key: 'tick',
    name: 'service-dev-tick',
    handler: 'tick.handler',
    timeoutMs: 900_000,
    memoryMb: 128,
    reservedConcurrency,
    environment: {},
    http: [],
    schedules: [],
    queues: [],
  };
  const onLog = ({ message }: { message: string }) => void lines.push(message);
  const invoker = new Invoker({ region: 'eu-west-1', onLog, onInvoke: ({ outcome }) => outcomes.push(outcome) });
  const target: LoadedFunction = { definition, handler };
  const options = { invoker, region: 'eu-west-1', onLog };
  const schedules = startSchedules({ ...options, scheduled: [{ trigger, target }] });
  return { schedules, lines, outcomes, fire: () => fireSchedule({ trigger, target }, options) };
}

it('runs at its rate, with the event of an EventBridge rule', async () => {
  const events: unknown[] = [];
  start(trigger('rate(1 minute)'), async (event) => void events.push(event));
  await vi.advanceTimersByTimeAsync(59_999);
  expect(events).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(120_001);
  expect(events).toHaveLength(3);
  expect(events[0]).toEqual({
    version: '0',
    id: expect.any(String),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '000000000000',
    time: '2026-03-28T22:01:30Z',
    region: 'eu-west-1',
    resources: ['arn:aws:events:eu-west-1:000000000000:rule/service-dev-tick'],
    detail: {},
  });
});

it('runs at the times of a cron expression in its zone, over a change of the clocks', async () => {
  const times: string[] = [];
  start(
    trigger('cron(0 8 ? * * *)', { timezone: 'Europe/Berlin', method: 'scheduler' }),
    async (event) => void times.push((event as { time: string }).time),
  );
  await vi.advanceTimersByTimeAsync(36 * 3_600_000);
  expect(times).toEqual(['2026-03-29T06:00:00Z', '2026-03-30T06:00:00Z']);
});

it('sends the given input, and EventBridge Scheduler fills in its keywords', async () => {
  const events: unknown[] = [];
  const inputJson = '{"at":"<aws.scheduler.scheduled-time>","n":1}';
  const { fire } = start(
    trigger('rate(1 hour)', { inputJson, method: 'scheduler' }),
    async (event) => void events.push(event),
  );
  await fire();
  expect(events).toEqual([{ at: '2026-03-28T22:00:30Z', n: 1 }]);
});

it('runs a disabled schedule only by hand', async () => {
  const handler = vi.fn(async () => undefined);
  const { fire } = start(trigger('rate(1 minute)', { enabled: false }), handler);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(handler).not.toHaveBeenCalled();
  expect(await fire()).toMatchObject({ outcome: 'ok', trigger: 'schedule' });
  expect(handler).toHaveBeenCalledTimes(1);
});

it('overlaps runs that outlast the period, up to the reserved concurrency', async () => {
  const unlimited = start(trigger('rate(1 minute)'), () => new Promise((resolve) => setTimeout(resolve, 150_000)));
  const single = start(trigger('rate(1 minute)'), () => new Promise((resolve) => setTimeout(resolve, 150_000)), 1);
  await vi.advanceTimersByTimeAsync(300_000);
  expect(unlimited.outcomes).not.toContain('throttled');
  expect(single.outcomes.filter((outcome) => outcome === 'throttled')).toHaveLength(3);
  expect(single.outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(1);
});

it('does not pile up runs of a function that never ends', async () => {
  const handler = vi.fn(() => new Promise(() => {}));
  const { lines } = start(trigger('rate(1 minute)'), handler);
  await vi.advanceTimersByTimeAsync(840_000);
  expect(handler).toHaveBeenCalledTimes(10);
  expect(lines.at(-1)).toMatch(/left out/);
});

it('goes on after a run that failed', async () => {
  const { outcomes } = start(trigger('rate(1 minute)'), async () => {
    throw new Error('no');
  });
  await vi.advanceTimersByTimeAsync(180_000);
  expect(outcomes).toEqual(['error', 'error', 'error']);
});

it('stops', async () => {
  const handler = vi.fn(async () => undefined);
  const { schedules } = start(trigger('rate(1 minute)'), handler);
  await vi.advanceTimersByTimeAsync(60_000);
  schedules.stop();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(handler).toHaveBeenCalledTimes(1);
});
