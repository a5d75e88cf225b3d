import { type Logger, pino } from 'pino';
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
 */
export function makeLog(level: LogLevel, write: WriteLine = toStandardOutput): Logger {
  const options = {
    level,
    base: null,
    // pino's own serializers would run after the redaction and on members we have made plain already.
    serializers: {},
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (facts: object) => loggable({ ...currentFacts(), ...facts }) as Record<string, unknown>,
    },
  };
  return pino(options, { write });
}
