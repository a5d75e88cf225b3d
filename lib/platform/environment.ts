import { ConfigurationError } from './errors.ts';

/** What each variable holds; the words appear in the message when it is missing. */
const variables = {
  STAGE: 'the name of the stage, such as dev or prod',
  TABLE_NAME: 'the name of the DynamoDB table',
  SUBMIT_QUEUE_URL: 'the URL of the queue of submit-instruction',
  POLL_QUEUE_URL: 'the URL of the queue of poll-statuses',
  TELL_QUEUE_URL: 'the URL of the queue of deliver-webhook',
  QUOTE_QUEUE_URL: 'the URL of the queue of manage-quote',
  INBOUND_DEAD_LETTER_QUEUE_URL: 'the URL of the dead letter queue of accept-instruction',
  APPROVE_QUEUE_URL: 'the URL of the queue of approve-actions',
  PARTNER_API_BASE_URL: 'the base URL of the Partner API, with its path',
  SIGNING_SECRET_ID: 'the name or ARN of the secret with the API key and its private key',
  APPROVER_SECRET_ID: "the name or ARN of the secret with the approver's API key and its private key",
  WEBHOOK_SECRET_ID: 'the name or ARN of the secret with the webhook secrets',
  AUTH_ISSUER: 'the issuer of the access tokens, exactly as in their iss',
  AUTH_AUDIENCE: 'the audience the access tokens are for, as in their aud',
  AUTH_JWKS_URL: "the URL of the issuer's key set",
} as const;

type Variable = keyof typeof variables;

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** How much is logged; `silent` logs nothing. */
export type LogLevel = (typeof logLevels)[number];

/**
 * The settings of a function. Each is read when it is first asked for, so a function needs only its own: asking for a
 * missing or malformed one throws a {@link ConfigurationError} that names the variable and the function it is set on.
 */
export interface Environment {
  readonly stage: string;
  readonly tableName: string;
  readonly submitQueueUrl: string;
  readonly pollQueueUrl: string;
  readonly tellQueueUrl: string;
  readonly quoteQueueUrl: string;
  readonly inboundDeadLetterQueueUrl: string;
  readonly approveQueueUrl: string;
  readonly partnerApiBaseUrl: string;
  readonly signingSecretId: string;
  readonly approverSecretId: string;
  readonly webhookSecretId: string;
  readonly authIssuer: string;
  readonly authAudience: string;
  readonly authJwksUrl: string;
  /** Only `true` when the variable is the word `true`, which only local runs set. */
  readonly webhookAllowLoopback: boolean;
  /** Where the assembled configuration lies, when it is not beside the bundle. */
  readonly configFile: string | undefined;
  readonly logLevel: LogLevel;
  /** The function's own name, for messages and logs. */
  readonly functionName: string;
}

/**
 * The settings in `source`.
 *
 * @example
 * const table = environment.tableName;
 */
export function readEnvironment(source: Readonly<Record<string, string | undefined>>): Environment {
  const text = (name: Variable): string => {
    const value = source[name]?.trim();
    if (value) return value;
    throw new ConfigurationError(`${name} is not set: it is ${variables[name]}. ${whereToSet(source)}`);
  };
  const url = (name: Variable): string => checkedUrl(name, text(name), source);
  return {
    get stage() {
      return text('STAGE');
    },
    get tableName() {
      return text('TABLE_NAME');
    },
    get submitQueueUrl() {
      return url('SUBMIT_QUEUE_URL');
    },
    get pollQueueUrl() {
      return url('POLL_QUEUE_URL');
    },
    get tellQueueUrl() {
      return url('TELL_QUEUE_URL');
    },
    get quoteQueueUrl() {
      return url('QUOTE_QUEUE_URL');
    },
    get inboundDeadLetterQueueUrl() {
      return url('INBOUND_DEAD_LETTER_QUEUE_URL');
    },
    get approveQueueUrl() {
      return url('APPROVE_QUEUE_URL');
    },
    get partnerApiBaseUrl() {
      return url('PARTNER_API_BASE_URL');
    },
    get signingSecretId() {
      return text('SIGNING_SECRET_ID');
    },
    get approverSecretId() {
      return text('APPROVER_SECRET_ID');
    },
    get webhookSecretId() {
      return text('WEBHOOK_SECRET_ID');
    },
    get authIssuer() {
      return text('AUTH_ISSUER');
    },
    get authAudience() {
      return text('AUTH_AUDIENCE');
    },
    get authJwksUrl() {
      return url('AUTH_JWKS_URL');
    },
    get webhookAllowLoopback() {
      return source['WEBHOOK_ALLOW_LOOPBACK'] === 'true';
    },
    get configFile() {
      return source['CONFIG_FILE'] || undefined;
    },
    get logLevel() {
      return checkedLogLevel(source);
    },
    get functionName() {
      return functionNameOf(source);
    },
  };
}

/** The settings of this process. */
export const environment: Environment = readEnvironment(process.env);

function functionNameOf(source: Readonly<Record<string, string | undefined>>): string {
  return source['AWS_LAMBDA_FUNCTION_NAME'] || 'local';
}

function whereToSet(source: Readonly<Record<string, string | undefined>>): string {
  return `Set it under "environment" of the function "${functionNameOf(source)}" in serverless.yml.`;
}

function checkedUrl(name: Variable, value: string, source: Readonly<Record<string, string | undefined>>): string {
  const parsed = URL.parse(value);
  if (parsed && (parsed.protocol === 'https:' || parsed.protocol === 'http:') && !parsed.username && !parsed.password) {
    return value;
  }
  // The value is left out of the message: a URL with a password in it is one of the things that are refused here.
  throw new ConfigurationError(
    `${name} is not an http or https URL without credentials: it is ${variables[name]}. ${whereToSet(source)}`,
  );
}

function checkedLogLevel(source: Readonly<Record<string, string | undefined>>): LogLevel {
  const value = source['LOG_LEVEL'] || 'info';
  const level = logLevels.find((known) => known === value.toLowerCase());
  if (level) return level;
  throw new ConfigurationError(`LOG_LEVEL is "${value}", not one of ${logLevels.join(', ')}. ${whereToSet(source)}`);
}
