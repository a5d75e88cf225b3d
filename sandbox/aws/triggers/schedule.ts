import { randomUUID } from 'node:crypto';
import { localAccountId, localArn } from '../account.ts';
import type { Invocation, Invoker, LoadedFunction, OnLog } from '../invoke.ts';
import type { ScheduleTrigger } from '../template/events.ts';

/** The running schedules. */
export interface Schedules {
  stop(): void;
}

/** A schedule and the function it starts. */
export interface ScheduledFunction {
  trigger: ScheduleTrigger;
  target: LoadedFunction;
}

/** What schedules need from outside. */
export interface ScheduleOptions {
  scheduled: readonly ScheduledFunction[];
  invoker: Invoker;
  region: string;
  onLog: OnLog;
  now?: (() => number) | undefined;
}

/** Timers hold at most 2^31 ms, and a long one would not notice that the machine slept; so look at least this often. */
const longestSleepMs = 60_000;

/** Runs of one schedule may overlap, as in Lambda, but a function that hangs must not pile up without end. */
const maxOverlap = 10;

/**
 * Runs functions at their times. A rate counts from the start; a time that passes while the process is asleep is made up
 * once, not as often as it was missed. A run that fails is not repeated, other than Lambda's two retries: the next time
 * does it. A run that outlasts its period overlaps with the next one, up to the reserved concurrency or ten.
 */
export function startSchedules(options: ScheduleOptions): Schedules {
  const stops = options.scheduled
    .filter(({ trigger }) => trigger.enabled)
    .map((scheduled) => startSchedule(scheduled, options));
  return { stop: () => stops.forEach((stop) => void stop()) };
}

function startSchedule(scheduled: ScheduledFunction, options: ScheduleOptions): () => void {
  const now = options.now ?? Date.now;
  const startMs = now();
  const { trigger, target } = scheduled;
  let timer: NodeJS.Timeout;
  let running = 0;
  let dueMs = trigger.schedule.nextMs(startMs, startMs);

  const run = async (scheduledMs: number) => {
    if (running >= maxOverlap) {
      const message = `${target.definition.key}: ${running} runs are still going, this one is left out`;
      return options.onLog({ level: 'warn', message });
    }
    running += 1;
    await options.invoker.invoke(target, 'schedule', scheduleEvent(scheduled, options.region, scheduledMs));
    running -= 1;
  };
  const wait = () => {
    if (dueMs === undefined) return;
    timer = setTimeout(tick, Math.max(0, Math.min(dueMs - now(), longestSleepMs)));
  };
  const tick = () => {
    if (dueMs !== undefined && now() >= dueMs) {
      void run(dueMs);
      dueMs = trigger.schedule.nextMs(now(), startMs);
    }
    wait();
  };
  wait();
  return () => {
    dueMs = undefined;
    clearTimeout(timer);
  };
}

/** Runs the function now, with the event its first schedule would send. */
export function fireSchedule(
  scheduled: ScheduledFunction,
  options: Omit<ScheduleOptions, 'scheduled'>,
): Promise<Invocation> {
  const nowMs = (options.now ?? Date.now)();
  return options.invoker.invoke(scheduled.target, 'schedule', scheduleEvent(scheduled, options.region, nowMs));
}

/** What EventBridge sends: the given input, or its own event, whose source and detail depend on which of the two sends. */
export function scheduleEvent({ trigger, target }: ScheduledFunction, region: string, scheduledMs: number): unknown {
  const time = new Date(scheduledMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const id = randomUUID();
  const byScheduler = trigger.method === 'scheduler';
  const arn = byScheduler
    ? localArn('scheduler', region, `schedule/default/${target.definition.name}`)
    : localArn('events', region, `rule/${target.definition.name}`);
  if (trigger.inputJson !== undefined) {
    return JSON.parse(byScheduler ? withKeywords(trigger.inputJson, { time, arn, id }) : trigger.inputJson);
  }
  return {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: byScheduler ? 'aws.scheduler' : 'aws.events',
    account: localAccountId,
    time,
    region,
    resources: [arn],
    detail: byScheduler ? '{}' : {},
  };
}

/** EventBridge Scheduler puts the facts of a run in place of these words. */
function withKeywords(inputJson: string, { time, arn, id }: { time: string; arn: string; id: string }): string {
  return inputJson
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.schedule-arn>', arn)
    .replaceAll('<aws.scheduler.execution-id>', id)
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}
