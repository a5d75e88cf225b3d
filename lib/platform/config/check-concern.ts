import type * as z from 'zod/mini';
import { ConfigurationError } from '../errors.ts';
import { isMissing, pathText } from '../paths.ts';
import { type Concern, isError, type Problem, problemText } from './concern.ts';

/** The error for a configuration with these problems. */
export function invalidConfig(problems: readonly Problem[]): ConfigurationError {
  const errors = problems.filter(isError);
  return new ConfigurationError(['the configuration is not valid', ...errors.map(problemText)].join('\n'));
}

/** `config/clients.json` */
export function fileOf(name: string): string {
  return `config/${name}.json`;
}

/** Checks one concern alone: what its schema makes of the value, and what is wrong with it; of a value it refuses, only that. */
export function checkOneConcern(name: string, concern: Concern, given: unknown): { value: unknown; found: Problem[] } {
  if (given === undefined) return { value: concern.whenAbsent, found: [] };
  const parsed = concern.schema.safeParse(given);
  if (parsed.success) {
    return {
      value: parsed.data,
      found: concern.check(parsed.data).map((problem) => ({ file: fileOf(name), ...problem })),
    };
  }
  const found = parsed.error.issues.flatMap((issue) => {
    const unknownKeys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const paths = unknownKeys.length > 0 ? unknownKeys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => ({
      file: fileOf(name),
      path: pathText([name, ...path]),
      message: unknownKeys.length > 0 ? 'unknown key' : issueText(issue, given),
      severity: 'error' as const,
    }));
  });
  return { value: undefined, found };
}

/** The issue in words. zod/mini brings no messages of its own, to stay small. */
function issueText(issue: z.core.$ZodIssue, given: unknown): string {
  if (isMissing(issue.path, given)) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${article(issue.expected)}`;
    case 'too_small':
      return Number(issue.minimum) === 1 && ['string', 'array'].includes(issue.origin)
        ? 'must not be empty'
        : `must not be below ${issue.minimum}`;
    case 'too_big':
      return `must not be longer or larger than ${issue.maximum}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    default:
      return issue.message;
  }
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
