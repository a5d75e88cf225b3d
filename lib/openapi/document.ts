import { componentSchemas, type JsonSchema, refTo } from './components.ts';
import { type WebhookEvent, webhookEvents } from './events.ts';
import { nameOf } from './names.ts';
import { answerHeaders, operationOf, refusalResponses } from './operation.ts';
import { routes } from './routes.ts';

const introduction = `Everything that moves assets is an *instruction*: ask for it under an \`Idempotency-Key\`, get it back at once, and be told by signed webhooks what becomes of it.

Ask again under the same key whenever you are not sure: there is never a second instruction. Amounts are decimal text in base units, moments ISO 8601. Errors come in one frame, \`{code, msg, detail: {reason, field?}}\`. Bodies are at most 16 KB of JSON; a member that is not described is refused.`;

/**
 * Our own HTTP API as OpenAPI 3.1, made of the schemas that validate it. The same sources always give the same document.
 * @param version the version of this package
 */
export function openApiDocument(version: string): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'qredo-functions',
      version,
      summary: 'Moves assets through the Qredo Partner API: every instruction at most once, none lost',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Wherever this description was read' }],
    tags: [
      { name: 'instructions', description: 'Ask for movements of assets, follow them, call them off' },
      { name: 'market making', description: 'Push prices to the strategies' },
      { name: 'approvals', description: 'What the approver decided, and why' },
      { name: 'reconciliation', description: 'What the ledgers say, compared with what we say' },
      { name: 'operation', description: 'For those who run it' },
      { name: 'webhooks', description: 'What clients are told' },
    ],
    paths: paths(),
    webhooks: Object.fromEntries(webhookEvents.map((event) => [event.name, { post: webhookOf(event) }])),
    components: {
      schemas: componentSchemas(),
      responses: refusalResponses(),
      parameters,
      headers: answerHeaders,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'An access token whose subject is the client. The word in `security` of each operation is the scope it needs.',
        },
      },
    },
  };
}

/** The document as it is kept in `docs/openapi.json`. */
export function openApiText(version: string): string {
  return `${JSON.stringify(openApiDocument(version), undefined, 2)}\n`;
}

function paths(): JsonSchema {
  const byPath: Record<string, JsonSchema> = {};
  for (const route of routes) byPath[route.path] = { ...byPath[route.path], [route.method]: operationOf(route) };
  return byPath;
}

const parameters: Readonly<Record<string, JsonSchema>> = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description:
      'Names this request for ever, among all requests of the client. The same key with the same body answers the instruction that is there; with another body it is refused.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
    example: 'invoice-2026-000123',
  },
};

const webhookHeaders: readonly JsonSchema[] = [
  ['webhook-id', 'The same for every attempt to tell this event: what came before under it is no news.', 'string'],
  ['webhook-timestamp', 'Unix seconds of this attempt. Refuse what is more than five minutes from now.', 'string'],
  [
    'webhook-signature',
    'One or more of `v1,<base64>`, with a space between: HMAC-SHA256 of `<id>.<timestamp>.<body>` by a secret of the endpoint (Standard Webhooks 1.0.0).',
    'string',
  ],
].map(([header, description, type]) => ({ name: header, in: 'header', required: true, description, schema: { type } }));

function webhookOf({ name, summary, schema }: WebhookEvent): JsonSchema {
  return {
    operationId: `${name}Webhook`,
    tags: ['webhooks'],
    summary,
    description: 'Sent to each endpoint of the client until it answers 2xx, in order, for at most a day.',
    security: [],
    parameters: webhookHeaders,
    requestBody: { required: true, content: { 'application/json': { schema: refTo(nameOf(schema)) } } },
    responses: {
      '2XX': { description: 'It is taken. Answer within five seconds and do the work afterwards.' },
      410: { description: 'This endpoint is gone for good: this event is given up, with an alarm.' },
      default: { description: 'It is told again later; `Retry-After` is honoured up to a day.' },
    },
  };
}
