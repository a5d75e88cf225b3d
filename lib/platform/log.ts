import type { Logger, LoggerOptions } from 'pino';
import pino from 'pino/browser.js';
import type { LogLevel } from './environment.ts';
import { currentFacts } from './invocation.ts';
import { loggable } from './redact.ts';

/** Where lines go: standard output, which Lambda hands to CloudWatch. It is synchronous there, so none is lost at a freeze. */
export type WriteLine = (line: string) => void;

/** Writes to standard output. */
export const toStandardOutput: WriteLine = (line) => {
  process.stdout.write(line);
};

/**
 * A logger of one JSON object per line: `level`, `time`, `msg`, then the facts of the invocation it happens in (request,
 * function, client and instruction), then its own. Secrets are taken out of all of them, wherever they stand.
 *
 * It is pino without its worker threads and streams: a line is one write to standard output here, and loading them costs
 * 10 ms of every cold start. The build that has neither is the one named after browsers.
 */
export function makeLog(level: LogLevel, write: WriteLine = toStandardOutput): Logger {
  const options: LoggerOptions = {
    level,
    timestamp: pino.stdTimeFunctions.isoTime,
    browser: {
      formatters: {
        level: (label) => ({ level: label }),
        log: ({ level: label, time, msg, ...facts }: Record<string, unknown>) => ({
          level: label,
          time,
          msg,
          ...(loggable({ ...currentFacts(), ...facts }) as object),
        }),
      },
      write: (line: object) => write(`${JSON.stringify(line)}\n`),
    },
  };
  return pino(options);
}
