import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { isLoopbackAddress, isPublicAddress } from '../../../lib/webhooks/addresses.ts';
import { type LookupAll, type WebhookPostOptions, webhookPost } from '../../../lib/webhooks/post.ts';
import { WebhookAddressRefused, WebhookTimeout, WebhookUnreachable } from '../../../lib/webhooks/post-errors.ts';
import { testTls } from '../../support/test-tls.ts';
import { unusedPort } from '../../support/unused-port.ts';

const nowMs = Date.parse('2026-01-01T00:00:00Z');
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(
    servers.splice(0).map(
      (server) =>
        new Promise((resolve) => {
          if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
          server.close(resolve);
        }),
    ),
  );
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const plainServer = (listener: RequestListener) => listening(createServer(listener));
const tlsServer = (listener: RequestListener, options = {}) =>
  listening(createTlsServer({ ...testTls, ...options }, listener));

function post(options: Partial<WebhookPostOptions> = {}) {
  return webhookPost({ clock: { nowMs: () => nowMs }, allowLoopback: true, tls: { ca: testTls.cert }, ...options });
}

/** Only what hangs meets this time-out, however busy the machine. */
const request = (url: string, timeoutMs = 60_000) => ({
  url,
  headers: { 'content-type': 'application/json' },
  body: '{"a":1}',
  timeoutMs,
});
const resolvesTo =
  (...addresses: string[]): LookupAll =>
  (_name, callback) =>
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

const bodyOf = async (incoming: IncomingMessage) => {
  let text = '';
  for await (const chunk of incoming) text += chunk;
  return text;
};

describe('an address', () => {
  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:0:10.0.0.1',
    '::10.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:0a00:0001::1',
    '3fff::1',
    '5f00::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'localhost',
    'example.com',
    '',
    '1',
    '127.1',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '198.17.0.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::1',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
    expect(isLoopbackAddress(address)).toBe(false);
  });

  it('of loopback is told from other private ones', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1'].map(isLoopbackAddress)).toEqual([true, true, true]);
    expect(['10.0.0.1', '::ffff:10.0.0.1', '::', 'localhost', '::1%lo'].map(isLoopbackAddress)).toEqual(
      Array(5).fill(false),
    );
  });
});

describe('a URL', () => {
  it.each([
    'http://example.com/hook',
    'http://8.8.8.8/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'no url',
    'https://user:secret@example.com/',
    'https://user@example.com/',
    'https://example.com:25/',
    'https://example.com:80/',
    'https://10.0.0.1/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[fd00:ec2::254]/',
    'https://0/',
  ])('%s gets nothing', async (url) => {
    const lookup: LookupAll = () => {
      throw new Error('it was looked up');
    };
    await expect(post({ allowLoopback: false, lookup })(request(url))).rejects.toThrow(WebhookAddressRefused);
  });

  it.each(['http://8.8.8.8:4010/', 'http://10.0.0.1:4010/', 'https://10.0.0.1/', 'https://192.168.0.1:8443/'])(
    '%s gets nothing in a local run either',
    async (url) => {
      await expect(post()(request(url))).rejects.toThrow(WebhookAddressRefused);
    },
  );
});

describe('a name', () => {
  /** A server that would be reached if the check were not made. */
  async function trap() {
    let connections = 0;
    const server = createTcpServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    const port = await listening(server);
    return { port, connections: () => connections };
  }

  it.each([
    [['127.0.0.1']],
    [['::1']],
    [['10.0.0.7']],
    [['169.254.169.254']],
    [['8.8.8.8', '127.0.0.1']],
    [['::ffff:127.0.0.1']],
  ])('that stands for %j gets nothing', async (addresses) => {
    const { port, connections } = await trap();
    const sent = post({ allowLoopback: false, lookup: resolvesTo(...addresses) })(
      request(`https://webhook.test:${port}/`),
    );
    await expect(sent).rejects.toThrow(WebhookAddressRefused);
    expect(connections()).toBe(0);
  });

  it('that may be reached once and not the next time is checked each time', async () => {
    const port = await plainServer((_, response) => response.writeHead(200, { connection: 'close' }).end());
    const answers = [['127.0.0.1'], ['10.0.0.7'], ['127.0.0.1', '10.0.0.7']];
    const lookup: LookupAll = (name, callback) => resolvesTo(...(answers.shift() as string[]))(name, callback);
    const send = post({ lookup });
    expect(await send(request(`http://webhook.test:${port}/`))).toEqual({ status: 200 });
    await expect(send(request(`http://webhook.test:${port}/`))).rejects.toThrow(WebhookAddressRefused);
    await expect(send(request(`http://webhook.test:${port}/`))).rejects.toThrow(WebhookAddressRefused);
    expect(answers).toEqual([]);
  });

  it('in plain http must stand for loopback, also in a local run', async () => {
    const { port, connections } = await trap();
    const send = post({ lookup: resolvesTo('8.8.8.8') });
    await expect(send(request(`http://webhook.test:${port}/`))).rejects.toThrow(WebhookAddressRefused);
    expect(connections()).toBe(0);
  });

  it('that does not exist is unreachable', async () => {
    const lookup: LookupAll = (_name, callback) =>
      callback(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }), []);
    await expect(post({ lookup })(request('https://webhook.test/'))).rejects.toThrow(WebhookUnreachable);
    await expect(post({ lookup: resolvesTo() })(request('https://webhook.test/'))).rejects.toThrow(
      WebhookAddressRefused,
    );
  });
});

describe('a webhook', () => {
  it('arrives over TLS just as it was given, and its status comes back', async () => {
    const received: unknown[] = [];
    const port = await tlsServer(async (incoming, response) => {
      received.push([incoming.method, incoming.url, incoming.headers['content-type'], await bodyOf(incoming)]);
      response.writeHead(204).end();
    });
    const answer = await post({ lookup: resolvesTo('127.0.0.1') })(request(`https://webhook.test:${port}/hook?a=b`));
    expect(answer).toEqual({ status: 204 });
    expect(received).toEqual([['POST', '/hook?a=b', 'application/json', '{"a":1}']]);
  });

  it('goes to loopback in plain http in a local run only', async () => {
    const port = await plainServer((_, response) => response.writeHead(200).end('ok'));
    expect(await post()(request(`http://127.0.0.1:${port}/`))).toEqual({ status: 200 });
    expect(await post()(request(`http://localhost:${port}/`))).toEqual({ status: 200 });
    await expect(post({ allowLoopback: false })(request(`http://127.0.0.1:${port}/`))).rejects.toThrow(
      WebhookAddressRefused,
    );
  });

  it('is not sent to a certificate nobody vouches for, nor over TLS 1.1', async () => {
    let received = 0;
    const listener: RequestListener = (_, response) => {
      received += 1;
      response.end();
    };
    const port = await tlsServer(listener);
    const lookup = resolvesTo('127.0.0.1');
    await expect(post({ lookup, tls: {} })(request(`https://webhook.test:${port}/`))).rejects.toThrow(
      WebhookUnreachable,
    );
    await expect(post({ lookup })(request(`https://other.test:${port}/`))).rejects.toThrow(WebhookUnreachable);
    const lax = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    const old = await tlsServer(listener, lax);
    const socket = tlsConnect({ ...lax, port: old, host: '127.0.0.1', ca: testTls.cert, servername: 'webhook.test' });
    await once(socket, 'secureConnect');
    expect(socket.getProtocol()).toBe('TLSv1.1');
    socket.destroy();
    await expect(post({ lookup })(request(`https://webhook.test:${old}/`))).rejects.toThrow(WebhookUnreachable);
    expect(received).toBe(0);
  });

  it('follows no redirect', async () => {
    let redirected = 0;
    const target = await plainServer((_, response) => {
      redirected += 1;
      response.end();
    });
    const port = await plainServer((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${target}/` }).end(),
    );
    expect(await post()(request(`http://127.0.0.1:${port}/`))).toEqual({ status: 307 });
    expect(redirected).toBe(0);
  });

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['999999999', 86_400_000],
    ['soon', undefined],
  ])('tells how long to wait: %s', async (header, retryAfterMs) => {
    const port = await plainServer((_, response) => response.writeHead(503, { 'retry-after': header }).end());
    const answer = await post()(request(`http://127.0.0.1:${port}/`));
    expect(answer.status).toBe(503);
    expect(answer.retryAfterMs).toBe(retryAfterMs);
  });

  it('reads no more than 64 KB of the answer, and has the status all the same', async () => {
    let written = 0;
    const port = await plainServer((_, response) => {
      response.writeHead(200);
      const write = () => {
        if (response.destroyed || written > 50_000_000) return;
        written += 65_536;
        response.write(Buffer.alloc(65_536), write);
      };
      write();
    });
    expect(await post()(request(`http://127.0.0.1:${port}/`))).toEqual({ status: 200 });
    // What was written beyond lies in the buffers of the two sockets.
    expect(written).toBeLessThan(20_000_000);
  });

  it('ends with a time-out when no answer comes', async () => {
    const port = await plainServer(() => undefined);
    await expect(post()(request(`http://127.0.0.1:${port}/`, 200))).rejects.toThrow(WebhookTimeout);
  });

  it('ends with a time-out when the name takes too long', async () => {
    await expect(post({ lookup: () => undefined })(request('https://webhook.test/', 200))).rejects.toThrow(
      WebhookTimeout,
    );
  });

  it('is unreachable when the connection is refused or reset', async () => {
    const reset = await listening(createTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy())));
    await expect(post()(request(`http://127.0.0.1:${reset}/`))).rejects.toThrow(WebhookUnreachable);
    const unused = await unusedPort();
    const error = await post()(request(`http://127.0.0.1:${unused.port}/`)).catch((thrown: unknown) => thrown);
    await unused.close();
    expect(error).toBeInstanceOf(WebhookUnreachable);
    expect((error as Error).cause).toMatchObject({ code: 'ECONNREFUSED' });
  });
});
