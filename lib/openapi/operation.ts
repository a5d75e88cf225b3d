import { type JsonSchema, membersOf, refTo, wordsOf } from './components.ts';
import { nameOf } from './names.ts';
import { type Refusal, refusals, refusalsOfAll, refusalsOfTokens } from './refusals.ts';
import type { HttpRoute, RouteAnswer } from './route.ts';

/** The operation object of a door (OpenAPI 3.1, 4.8.10). */
export function operationOf(route: HttpRoute): JsonSchema {
  const { operationId, tag, summary, description, scope, body } = route;
  return {
    operationId,
    tags: [tag],
    summary,
    description,
    security: scope === undefined ? [] : [{ bearer: [scope] }],
    parameters: [...pathParameters(route), ...keyParameter(route), ...queryParameters(route)],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: refTo(nameOf(body)) } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, responseOf(answer)])),
      ...Object.fromEntries(refusalsOfRoute(route).map((status) => [status, refusalRef(status)])),
    },
  };
}

/** Every status a door may refuse with. */
export function refusalsOfRoute({ scope, refusals: own }: HttpRoute): Refusal[] {
  const all = [...own, ...refusalsOfAll, ...(scope === undefined ? [] : refusalsOfTokens)];
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The refusals as they stand among the responses of the description, by name. */
export function refusalResponses(): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.values(refusals).map(({ name, description, schema, example, headers = [] }) => [
      name,
      {
        description,
        headers: headersNamed(['x-request-id', ...headers]),
        content: { 'application/json': { schema: refTo(nameOf(schema)), example } },
      },
    ]),
  );
}

/** The headers of answers, by name. */
export const answerHeaders: Readonly<Record<string, JsonSchema>> = {
  'x-request-id': {
    description: 'Names this request in our logs. Absent where API Gateway itself answers.',
    schema: { type: 'string' },
  },
  location: { description: 'Where the instruction is to be found: `/instructions/{id}`.', schema: { type: 'string' } },
  'www-authenticate': { description: 'What the token must have (RFC 6750).', schema: { type: 'string' } },
  'retry-after': {
    description: 'Try again after so many seconds. Not on every answer of this status.',
    schema: { type: 'string' },
  },
};

function headersNamed(headerNames: readonly string[]): JsonSchema {
  return Object.fromEntries(headerNames.map((header) => [header, { $ref: `#/components/headers/${header}` }]));
}

function refusalRef(status: Refusal): JsonSchema {
  return { $ref: `#/components/responses/${refusals[status].name}` };
}

function responseOf({ description, schema, hasLocation = false }: RouteAnswer): JsonSchema {
  return {
    description,
    headers: headersNamed(['x-request-id', ...(hasLocation ? ['location'] : [])]),
    content: { 'application/json': { schema: schema === undefined ? { type: 'object' } : refTo(nameOf(schema)) } },
  };
}

function pathParameters({ path }: HttpRoute): JsonSchema[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => ({
    name: parameter,
    in: 'path',
    required: true,
    description: wordsOf('path', parameter as string),
    schema: refTo('Id'),
  }));
}

function keyParameter({ needsKey = false }: HttpRoute): JsonSchema[] {
  return needsKey ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : [];
}

function queryParameters({ query }: HttpRoute): JsonSchema[] {
  if (query === undefined) return [];
  return membersOf(query).map(({ member, schema, required }) => ({
    name: member,
    in: 'query',
    required,
    description: wordsOf('query', member),
    schema,
  }));
}
