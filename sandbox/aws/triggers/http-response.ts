/** An answer ready to be sent. */
export interface HttpAnswer {
  statusCode: number;
  headers: Record<string, string>;
  cookies: string[];
  body: Buffer;
}

/** Lambda hands back at most 6 MB. */
const maxResultBytes = 6 * 1024 * 1024;

/** API Gateway's own answers are a message and nothing else. */
export function gatewayAnswer(statusCode: number, message: string): HttpAnswer {
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    cookies: [],
    body: Buffer.from(JSON.stringify({ message })),
  };
}

/**
 * What API Gateway makes of a handler's result in payload format 2.0: with a `statusCode` it is a response, without one
 * it is the JSON of a 200. A result that is malformed, or too large, is the gateway's 500.
 */
export function httpAnswer(result: unknown): HttpAnswer {
  const json = JSON.stringify(result ?? null);
  if (Buffer.byteLength(json) > maxResultBytes) return gatewayAnswer(500, 'Internal Server Error');
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    const body = typeof result === 'string' ? result : json;
    return { statusCode: 200, headers: { 'content-type': 'application/json' }, cookies: [], body: Buffer.from(body) };
  }
  return readResponse(result as Record<string, unknown>) ?? gatewayAnswer(500, 'Internal Server Error');
}

function readResponse(result: Record<string, unknown>): HttpAnswer | undefined {
  const { statusCode, body = '', headers = {}, cookies = [], isBase64Encoded = false } = result;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined;
  if (body !== null && typeof body !== 'string') return undefined;
  if (typeof headers !== 'object' || !Array.isArray(cookies) || cookies.some((one) => typeof one !== 'string')) {
    return undefined;
  }
  const written: Record<string, string> = { 'content-type': 'text/plain;charset=UTF-8' };
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
    written[name.toLowerCase()] = String(value);
  }
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  return { statusCode: status, headers: written, cookies: cookies as string[], body: bytes };
}
