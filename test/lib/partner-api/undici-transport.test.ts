import { createServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ClosableTransport,
  createUndiciTransport,
  type PartnerApiError,
  type UndiciTransportOptions,
} from '../../../lib/partner-api/index.ts';
import { testTls } from '../../support/test-tls.ts';
import { unusedPort } from '../../support/unused-port.ts';
import { errorOf } from './fake-api.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

function transport(options: UndiciTransportOptions = {}): ClosableTransport {
  const made = createUndiciTransport(options);
  opened.push(made);
  return made;
}

async function listening(server: Server | TcpServer, scheme = 'http'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that does with each request, as raw text, what `answer` does. */
async function rawServer(answer: (socket: Socket, request: string, connection: number) => void): Promise<string> {
  let connections = 0;
  const server = createTcpServer((socket) => {
    const connection = connections++;
    socket.on('error', () => {});
    socket.on('data', (chunk) => answer(socket, chunk.toString('latin1'), connection));
    opened.push({ close: () => socket.destroy() });
  });
  return listening(server);
}

async function tlsServer(options: TlsOptions) {
  let requests = 0;
  const server = createHttpsServer({ ...testTls, ...options }, (_request, response) => {
    requests += 1;
    response.end('{}');
  });
  server.on('tlsClientError', () => {});
  opened.push({ close: () => server.closeAllConnections() });
  return { base: await listening(server, 'https'), requests: () => requests };
}

const ok = (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const request = (url: string, changes: object = {}) => ({
  method: 'POST' as const,
  url,
  headers: { 'x-sign': 'abc', 'content-type': 'application/json' },
  body: '{"a":1}',
  // Only what hangs meets it, however busy the machine.
  timeoutMs: 60_000,
  ...changes,
});
const outcome = (error: PartnerApiError) => [error.effect, error.code];

describe('the transport', () => {
  it('writes the signed URL and body to the wire as they are, on kept connections', async () => {
    const seen: string[] = [];
    const connectionsSeen = new Set<number>();
    const base = await rawServer((socket, text, connection) => {
      seen.push(text);
      connectionsSeen.add(connection);
      socket.write(ok('{"b":2}'));
    });
    const { send } = transport();
    const url = new URL(`${base}/api/v1/p/wallet/amber%20otter/history?since=1&q=a%2Bb+c%27&q=caf%C3%A9`).href;
    const answer = await send(request(url));
    for (let more = 0; more < 10; more += 1) await send(request(url, { method: 'GET', body: undefined }));
    expect(answer).toMatchObject({ status: 200, body: '{"b":2}' });
    expect(seen[0]).toMatch(
      /^POST \/api\/v1\/p\/wallet\/amber%20otter\/history\?since=1&q=a%2Bb\+c%27&q=caf%C3%A9 HTTP\/1.1\r\n/,
    );
    expect(seen[0]).toContain(`host: ${new URL(base).host}\r\n`);
    expect(seen[0]?.endsWith('\r\n\r\n{"a":1}')).toBe(true);
    expect(seen[1]).toMatch(/^GET /);
    expect(connectionsSeen.size).toBeLessThanOrEqual(2);
  });

  it('knows that nothing was sent when nobody listens, or the name is unknown', async () => {
    const unused = await unusedPort();
    opened.push(unused);
    const { send } = transport();
    expect(outcome(await errorOf(send(request(`http://127.0.0.1:${unused.port}/`))))).toEqual([
      'notSent',
      'not_connected',
    ]);
    expect(outcome(await errorOf(send(request('https://no-such-host.invalid/'))))).toEqual([
      'notSent',
      'not_connected',
    ]);
  });

  it('knows that nothing was sent when TLS fails: no TLS, a foreign certificate, a version too old', async () => {
    const noTls = await rawServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const foreign = await tlsServer({});
    const old = await tlsServer({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' });
    const cases = [
      [noTls.replace('http', 'https'), {}],
      [foreign.base, {}],
      [old.base, { certificateAuthorities: testTls.cert }],
    ] as const;
    for (const [base, options] of cases) {
      expect(outcome(await errorOf(transport(options).send(request(`${base}/`))))).toEqual([
        'notSent',
        'not_connected',
      ]);
    }
    expect([foreign.requests(), old.requests()]).toEqual([0, 0]);
  });

  it('speaks TLS 1.2 and newer to a server whose authority it was given', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const server = await tlsServer({ minVersion: version, maxVersion: version });
      const answer = await transport({ certificateAuthorities: testTls.cert }).send(request(`${server.base}/`));
      expect([answer.status, server.requests()]).toEqual([200, 1]);
    }
  });

  it('knows that nothing was sent when connecting takes too long', async () => {
    // The TCP handshake is done by the kernel; a TLS handshake that is never answered keeps the connector waiting.
    const silent = (await rawServer(() => {})).replace('http', 'https');
    const { send } = transport({ connectTimeoutMs: 50 });
    const error = await errorOf(send(request(`${silent}/`)));
    expect(outcome(error)).toEqual(['notSent', 'not_connected']);
  });

  it('does not know what a broken or silent connection did', async () => {
    const cases: [string, (socket: Socket) => void, string][] = [
      ['closed before an answer', (socket) => socket.end(), 'connection_lost'],
      ['reset', (socket) => socket.resetAndDestroy(), 'connection_lost'],
      [
        'a body cut short',
        (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"tx'),
        'connection_lost',
      ],
      ['no HTTP', (socket) => socket.end('hello\r\n\r\n'), 'connection_lost'],
      ['silence', () => {}, 'timed_out'],
      [
        'a body that never ends',
        (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{'),
        'timed_out',
      ],
    ];
    for (const [name, answer, code] of cases) {
      const base = await rawServer(answer);
      const limit = code === 'timed_out' ? { timeoutMs: 300 } : {};
      const error = await errorOf(transport().send(request(`${base}/`, limit)));
      expect([name, ...outcome(error)]).toEqual([name, 'unknown', code]);
    }
  });

  it('does not know either when a kept connection breaks under the second request, and sends nothing twice', async () => {
    const seen: string[] = [];
    const base = await rawServer((socket, text) => {
      seen.push(text);
      if (seen.length === 1) socket.write(ok('{}'));
      else socket.destroy();
    });
    const { send } = transport();
    await send(request(`${base}/one`));
    for (const method of ['POST', 'GET'] as const) {
      const before = seen.length;
      const error = await errorOf(send(request(`${base}/two`, { method, body: undefined })));
      expect([...outcome(error), seen.length - before]).toEqual(['unknown', 'connection_lost', 1]);
    }
  });

  it('ends when the caller says so', async () => {
    const ending = new AbortController();
    const base = await rawServer(() => ending.abort());
    const error = await errorOf(transport().send(request(`${base}/`, { signal: ending.signal })));
    expect(outcome(error)).toEqual(['unknown', 'timed_out']);
  });

  it('follows no redirect', async () => {
    let calls = 0;
    const server = createServer((_request, response) => {
      calls += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const answer = await transport().send(request(`${await listening(server)}/`));
    expect([answer.status, calls]).toEqual([307, 1]);
  });

  it('reads no answer beyond its bound', async () => {
    const base = await rawServer((socket) => socket.write(ok('x'.repeat(2000))));
    const error = await errorOf(transport({ maxResponseBytes: 1000 }).send(request(`${base}/`)));
    expect(outcome(error)).toEqual(['unknown', 'connection_lost']);
  });
});
