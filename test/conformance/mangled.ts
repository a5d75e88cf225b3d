import fc from 'fast-check';
import { operations } from '../../sandbox/partner-api/operations.ts';
import {
  beyondNumbers,
  type Generated,
  generatedRequests,
  goodBodies,
  type Known,
  placesOf,
  spoil,
} from '../sandbox/partner-api/generated.ts';

/** A request as parts, so that each can be broken by itself, and as the bytes that are sent. */
interface Parts {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

function partsOf({ method, path, body }: Generated, apiKey: string): Parts {
  return { method, target: `/api/v1/p${path}`, headers: [`X-API-KEY: ${apiKey}`], body: Buffer.from(body) };
}

function bytesOf({ method, target, headers, body }: Parts, length: number | string = body.length): Buffer {
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: x',
    'Connection: close',
    `Content-Length: ${length}`,
    ...headers,
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}

/** A way to break a request. `at` chooses a place, `text` and `size` fill it. */
type Mangle = (parts: Parts, with_: { at: number; text: string; size: number }) => Buffer;

const withTarget = (parts: Parts, target: string) => bytesOf({ ...parts, target });
const withBody = (parts: Parts, body: string | Buffer) => bytesOf({ ...parts, body: Buffer.from(body) });
const withHeaders = (parts: Parts, ...headers: string[]) =>
  bytesOf({ ...parts, headers: [...parts.headers, ...headers] });

/** `text` between the halves of another text. */
function inserted(into: string, at: number, text: string): string {
  const place = at % (into.length + 1);
  return into.slice(0, place) + text + into.slice(place);
}

function nested(size: number, open: string, close: string): string {
  return `{"name":${open.repeat(size)}1${close.repeat(size)}}`;
}

const mangles: Record<string, Mangle> = {
  'a garbage method': (parts, { text }) => bytesOf({ ...parts, method: text.replace(/[\r\n]/g, '') || 'get' }),
  'a method in small letters': (parts) => bytesOf({ ...parts, method: parts.method.toLowerCase() }),
  'a bad percent escape': (parts, { at }) =>
    withTarget(
      parts,
      inserted(parts.target, 10 + at, ['%', '%z', '%zz', '%ff', '%e0%a4', '%00', '%C0%AF'][at % 7] as string),
    ),
  'a garbage target': (parts, { text }) => withTarget(parts, text),
  'bytes in the target': (parts, { at, text }) => withTarget(parts, inserted(parts.target, at, text)),
  'an over-long target': (parts, { size }) => withTarget(parts, `${parts.target}/${'a'.repeat(size)}`),
  'an over-long query': (parts, { size }) => withTarget(parts, `${parts.target}?query=${'%20'.repeat(size)}`),
  'dots and slashes': (parts, { at }) =>
    withTarget(parts, inserted(parts.target, at, ['/..', '//', '/./', '\\'][at % 4] as string)),
  'an over-long header': (parts, { size }) => withHeaders(parts, `X-Big: ${'a'.repeat(size)}`),
  'many headers': (parts, { size }) =>
    withHeaders(parts, ...Array.from({ length: size % 3000 }, (_, n) => `X-${n}: 1`)),
  'a garbage header': (parts, { text }) => withHeaders(parts, text),
  'a garbage API key': (parts, { text }) =>
    bytesOf({ ...parts, headers: [`X-API-KEY: ${text.replace(/[\r\n]/g, '')}`] }),
  'garbage beside the API key': (parts, { text }) => {
    const garbage = text.replace(/[\r\n]/g, '');
    return withHeaders(
      parts,
      `X-Sign: ${garbage}`,
      `X-Timestamp: ${garbage}`,
      `X-Nonce: ${garbage}`,
      `X-Api-Zkp: ${garbage}`,
    );
  },
  'a garbage length': (parts, { text }) => bytesOf(parts, text.replace(/[\r\n]/g, '') || '-1'),
  'a length too short': (parts, { at }) => bytesOf(parts, at % (parts.body.length + 1)),
  'a length too long': (parts, { size }) => bytesOf(parts, parts.body.length + size),
  'two lengths': (parts, { at }) => withHeaders(parts, `Content-Length: ${at}`),
  'length and chunks': (parts) => withHeaders(parts, 'Transfer-Encoding: chunked'),
  'an unknown encoding': (parts, { text }) => withHeaders(parts, `Transfer-Encoding: ${text.replace(/[\r\n]/g, '')}`),
  'an odd content type': (parts, { text }) => withHeaders(parts, `Content-Type: ${text.replace(/[\r\n]/g, '')}`),
  'no body, yet a content type': (parts) =>
    bytesOf({ ...parts, headers: [...parts.headers, 'Content-Type: application/json'], body: Buffer.alloc(0) }),
  'a body cut short': (parts, { at }) => {
    const whole = bytesOf(parts);
    return whole.subarray(0, whole.length - (at % (parts.body.length + 1)));
  },
  'a request cut short': (parts, { at }) => {
    const whole = bytesOf(parts);
    return whole.subarray(0, 1 + (at % whole.length));
  },
  'invalid UTF-8': (parts, { at }) => {
    const place = at % (parts.body.length + 1);
    const junk = Buffer.from([[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8]][at % 4] as number[]);
    return bytesOf({
      ...parts,
      body: Buffer.concat([parts.body.subarray(0, place), junk, parts.body.subarray(place)]),
    });
  },
  'deep lists': (parts, { size }) => withBody(parts, nested(size, '[', ']')),
  'deep objects': (parts, { size }) => withBody(parts, nested(size, '{"a":', '}')),
  'lists that are never closed': (parts, { size }) => withBody(parts, nested(size, '[', '')),
  'a huge text': (parts, { size }) => withBody(parts, JSON.stringify({ name: 'x'.repeat(size * 10) })),
  'a huge number': (parts, { size }) =>
    withBody(parts, `{"name":"x","amount":${'9'.repeat(size)},"threshold":1e${size}}`),
  'many members': (parts, { size }) =>
    withBody(parts, `{${Array.from({ length: size }, (_, n) => `"m${n}":0`).join(',')}}`),
  'members given twice': (parts, { text }) => {
    const body = String(parts.body);
    const again =
      body.startsWith('{') && body.length > 2
        ? body.slice(1, -1).replaceAll(/"(\w+)":/g, `"$1":${JSON.stringify(text)},"$1":`)
        : '"a":1,"a":2';
    return withBody(parts, `{${again}}`);
  },
  'no JSON after all': (parts, { at }) =>
    withBody(
      parts,
      [
        'NaN',
        '{"name":NaN}',
        "{'name':'x'}",
        '{"name":"x",}',
        '//x',
        '\ufeff{}',
        '{"name":"\ud800"}',
        '{"__proto__":1}',
      ][at % 8] as string,
    ),
  'bytes changed anywhere': (parts, { at, text }) => {
    const whole = bytesOf(parts);
    for (const [index, byte] of Buffer.from(text).entries()) whole[(at + index * 31) % whole.length] = byte;
    return whole;
  },
  'an upgrade': (parts) =>
    withHeaders(
      parts,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: x',
    ),
};

/** A request as bytes, and what was done to it. */
export interface BadRequest {
  readonly what: string;
  readonly bytes: Buffer;
}

/** Good requests to every operation, broken below the level of members: the request line, headers, JSON text, bytes. */
export function mangledRequests(known: Known, apiKey: string): fc.Arbitrary<BadRequest> {
  return fc
    .record({
      request: generatedRequests(known),
      what: fc.constantFrom(...Object.keys(mangles)),
      at: fc.nat({ max: 2000 }),
      text: fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string(),
        fc.constantFrom('0', '-1', 'identity', 'a:b', ':', ' x: y'),
      ),
      size: fc.oneof(
        { weight: 9, arbitrary: fc.nat({ max: 300 }) },
        { weight: 1, arbitrary: fc.integer({ min: 5000, max: 60_000 }) },
      ),
    })
    .map(({ request, what, ...with_ }) => ({
      what,
      bytes: (mangles[what] as Mangle)(partsOf(request, apiKey), with_),
    }));
}

/** Good requests with one path, query parameter or member spoilt. */
export function spoiltRequests(known: Known, apiKey: string): fc.Arbitrary<BadRequest> {
  return generatedRequests(known).map((request) => ({
    what: `${request.method} ${request.path} ${request.body.slice(0, 200)}`,
    bytes: bytesOf(partsOf(request, apiKey)),
  }));
}

const wrongValues: readonly unknown[] = [
  true,
  -1,
  0.5,
  1e300,
  beyondNumbers,
  '',
  'x'.repeat(300),
  [],
  [null],
  {},
  { a: [] },
];

/** Every member of every body, on all levels, given each kind of wrong value. */
export function wrongMembers(known: Known, apiKey: string): BadRequest[] {
  const bodies = goodBodies(known);
  return operations.flatMap(({ number, method, path }) => {
    const body = bodies[number === 'D1' ? '16' : number];
    if (body === undefined) return [];
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => known[name as keyof Known] ?? 'none');
    return placesOf(body).flatMap(([, name], pick) =>
      wrongValues.map((value) => ({
        what: `${number}: ${name} = ${JSON.stringify(value).slice(0, 20)}`,
        bytes: bytesOf(partsOf({ method, path: filled, body: JSON.stringify(spoil(body, pick, value)) }, apiKey)),
      })),
    );
  });
}
