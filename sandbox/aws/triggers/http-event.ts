import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { localAccountId } from '../account.ts';

/** What an event is made of: the request as it came over the wire, and the route that matched. */
export interface HttpRequest {
  method: string;
  /** The request target: path and query, still encoded. */
  target: string;
  /** Names and values in turn, as `node:http` gives them. */
  rawHeaders: readonly string[];
  body: Buffer | undefined;
  sourceIp: string;
  protocol: string;
  port: number;
  /** Such as `GET /instructions/{id}`, or `$default`. */
  routeKey: string;
  pathParameters: Readonly<Record<string, string>>;
  nowMs: number;
}

/** API Gateway hands these on as text and everything else in Base64. */
const textTypes = /^\s*(text\/|application\/(json|xml|javascript)|[^;]*\+(json|xml))/i;

/** The event of an API Gateway HTTP API in payload format 2.0, which is what a handler behind `httpApi` gets. */
export function httpEvent(request: HttpRequest): APIGatewayProxyEventV2 {
  const [rawPath = '/', rawQueryString = ''] = request.target.split(/\?(.*)/s);
  const { headers, cookies } = readHeaders(request);
  const query = readQuery(rawQueryString);
  const requestId = randomUUID();
  const domainName = headers['host'] ?? 'localhost';
  return {
    version: '2.0',
    routeKey: request.routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(Object.keys(query).length > 0 ? { queryStringParameters: query } : {}),
    ...(Object.keys(request.pathParameters).length > 0 ? { pathParameters: request.pathParameters } : {}),
    requestContext: {
      accountId: localAccountId,
      apiId: 'local',
      domainName,
      domainPrefix: domainName.split('.')[0] as string,
      http: {
        method: request.method,
        path: rawPath,
        protocol: request.protocol,
        sourceIp: request.sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId,
      routeKey: request.routeKey,
      stage: '$default',
      time: commonLogTime(request.nowMs),
      timeEpoch: request.nowMs,
    },
    ...bodyOf(request.body, headers['content-type']),
  };
}

/** Lower-case names, several values of one name joined by a comma, and cookies apart. */
function readHeaders({ rawHeaders, sourceIp, port }: HttpRequest) {
  const headers: Record<string, string> = {};
  const cookies: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const value = rawHeaders[index + 1] as string;
    if (name === 'cookie') cookies.push(...value.split(/;\s*/).filter(Boolean));
    else headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  // API Gateway adds the caller's address at the end of what the caller claims.
  headers['x-forwarded-for'] = headers['x-forwarded-for'] ? `${headers['x-forwarded-for']}, ${sourceIp}` : sourceIp;
  headers['x-forwarded-port'] = String(port);
  headers['x-forwarded-proto'] = 'http';
  return { headers, cookies };
}

function readQuery(rawQueryString: string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    query[name] = query[name] === undefined ? value : `${query[name]},${value}`;
  }
  return query;
}

function bodyOf(body: Buffer | undefined, contentType: string | undefined) {
  if (!body || body.length === 0) return { isBase64Encoded: false };
  const text = body.toString('utf8');
  // Bytes that are no UTF-8 would be changed by the detour over text.
  const isText = (contentType === undefined || textTypes.test(contentType)) && Buffer.from(text, 'utf8').equals(body);
  return isText ? { body: text, isBase64Encoded: false } : { body: body.toString('base64'), isBase64Encoded: true };
}

/** Such as `12/Mar/2020:19:03:58 +0000`. */
function commonLogTime(nowMs: number): string {
  const [, day, month, year, time] = new Date(nowMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
