import type { Logger } from 'pino';
import type { Clock, Reporter } from '../instructions/ports.ts';
import { systemClock } from './clock.ts';
import { environment, type LogLevel } from './environment.ts';
import { asInvocation, currentMetrics } from './invocation.ts';
import { makeLog, toStandardOutput, type WriteLine } from './log.ts';
import { MetricBuffer } from './metrics.ts';
import { loggable } from './redact.ts';

/** Log lines and metrics of a function, and the frame they are collected in. */
export interface FunctionReporter extends Reporter {
  /** Something failed that nobody expected. */
  error(message: string, facts?: Record<string, unknown>): void;
  /** Runs a body as one invocation: its lines carry `facts`, its metrics are written when it ends, also when it throws. */
  invocation<T>(facts: Readonly<Record<string, unknown>>, body: () => Promise<T>): Promise<T>;
}

/** A reporter that writes to `write`. Outside of an invocation metrics are written at once. */
export function makeReporter(options: { level: LogLevel; clock?: Clock; write?: WriteLine }): FunctionReporter {
  const { clock = systemClock } = options;
  // Metrics are log lines in CloudWatch's format, so a silent function writes none of them either.
  const write = options.level === 'silent' ? () => {} : (options.write ?? toStandardOutput);
  const log = makeLog(options.level, write);

  /** Reporting never changes what a use case does: a fact that cannot be written costs the line, not the transfer. */
  const quietly = (report: () => void): void => {
    try {
      report();
    } catch {
      // Nothing is left to report with.
    }
  };
  const line = (level: 'info' | 'warn' | 'error', message: string, facts: Record<string, unknown> = {}) =>
    quietly(() => writeLine(log, level, message, facts));

  const flush = (metrics: MetricBuffer, facts: Readonly<Record<string, unknown>>) =>
    quietly(() => {
      for (const each of metrics.drain(clock.nowMs(), loggable(facts) as Record<string, unknown>)) write(`${each}\n`);
    });
  const measured = (measure: (metrics: MetricBuffer) => void) =>
    quietly(() => {
      const metrics = currentMetrics();
      if (metrics) return measure(metrics);
      const alone = new MetricBuffer();
      measure(alone);
      flush(alone, {});
    });

  return {
    info: (message, facts) => line('info', message, facts),
    warn: (message, facts) => line('warn', message, facts),
    error: (message, facts) => line('error', message, facts),
    alarm(reason, facts) {
      line('error', `alarm: ${reason}`, { ...facts, alarm: reason });
      measured((metrics) => metrics.count('Alarm', 1, { reason }));
    },
    // An age or another level is one of several values; only real counts add up within an invocation.
    count: (metric, value, dimensions) =>
      measured((metrics) =>
        metric.endsWith('Seconds')
          ? metrics.measure(metric, value, dimensions)
          : metrics.count(metric, value, dimensions),
      ),
    duration: (metric, ms, dimensions) => measured((metrics) => metrics.measure(metric, ms, dimensions)),
    invocation: (facts, body) => asInvocation(facts, flush, body),
  };
}

function writeLine(
  log: Logger,
  level: 'info' | 'warn' | 'error',
  message: string,
  facts: Record<string, unknown>,
): void {
  log[level](facts, String(loggable(message)));
}

let own: FunctionReporter | undefined;

/** The reporter of this process, at the level of `LOG_LEVEL`. */
export function reporter(): FunctionReporter {
  own ??= makeReporter({ level: environment.logLevel });
  return own;
}
