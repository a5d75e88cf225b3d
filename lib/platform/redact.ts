/** What stands in a log where a secret was. */
export const redacted = '[redacted]';

/** Members whose value is a secret, by their name in lower case without separators, wherever they stand. */
const secretNames =
  /^(authorization|proxyauthorization|cookie|setcookie|xsign|xapikey|apikey|pem|jwt|password|passphrase|credentials?|secretstring)$|(secrets?|signatures?|tokens?|privatekey|privatekeypem|secretkey|accesskey)$/;

/** Secrets that give themselves away inside any text: PEM blocks, webhook secrets, bearer tokens, JWTs. */
const secretTexts = [
  /-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g,
  /whsec_[A-Za-z0-9+/=]+/g,
  /\b(bearer)\s+[\w.~+/=-]+/gi,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
];

const deepest = 8;
const mostMembers = 100;
const longestText = 4_000;

/**
 * A copy of a value that is fit for a log line: without secrets, of bounded size, and with nothing JSON cannot say
 * (errors with their causes become objects, bigints become text, a cycle is cut).
 */
export function loggable(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
      return withoutSecrets(value);
    case 'bigint':
      return value.toString();
    case 'function':
    case 'symbol':
      return `[${typeof value}]`;
    case 'object':
      return value === null ? null : loggableObject(value, depth);
    default:
      return value;
  }
}

function loggableObject(value: object, depth: number): unknown {
  if (depth >= deepest) return '[too deep]';
  if (value instanceof Error) return loggableError(value, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Map || value instanceof Set) return loggable([...value], depth);
  if (Array.isArray(value)) return value.slice(0, mostMembers).map((member) => loggable(member, depth + 1));
  return loggableMembers(Object.entries(value), depth);
}

/** An error's own members (a status, a reason) tell more than its stack; the SDK's `$response` would tell far too much. */
function loggableError(error: Error, depth: number): Record<string, unknown> {
  const members = Object.entries(error).filter(([name]) => !name.startsWith('$') && name !== 'cause');
  return {
    name: error.name,
    message: withoutSecrets(error.message),
    ...loggableMembers(members, depth),
    ...(error.stack === undefined ? {} : { stack: withoutSecrets(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: loggable(error.cause, depth + 1) }),
  };
}

function loggableMembers(members: [string, unknown][], depth: number): Record<string, unknown> {
  return Object.fromEntries(
    members
      .filter(([, member]) => member !== undefined)
      .slice(0, mostMembers)
      .map(([name, member]) => [name, isSecretName(name) ? redacted : loggable(member, depth + 1)]),
  );
}

function isSecretName(name: string): boolean {
  return secretNames.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''));
}

function withoutSecrets(text: string): string {
  const short = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return secretTexts.reduce((cleaned, pattern) => cleaned.replace(pattern, redacted), short);
}
