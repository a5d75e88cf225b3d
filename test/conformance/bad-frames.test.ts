import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Served, startServer } from '../sandbox/partner-api/server-helpers.ts';

let served: Served;
beforeAll(async () => {
  served = await startServer();
});
afterAll(() => served.api.close());

/** Opens a feed by hand, sends bytes that are no frames of a decent client, and reads until the server has enough. */
function garbageOnFeed(path: string, bytes: Uint8Array): Promise<string> {
  const { hostname, port, pathname } = new URL(served.api.baseUrl);
  const handshake = [
    `GET ${pathname}${path} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    `X-API-KEY: ${served.apiKey}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${handshake.join('\r\n')}\r\n\r\n`));
    const chunks: Buffer[] = [];
    socket.setTimeout(60_000, () => socket.destroy(new Error('the server neither answers nor ends the connection')));
    socket.on('data', (chunk: Buffer) => {
      if (chunks.length === 0) socket.end(bytes);
      chunks.push(chunk);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? undefined : reject(error)));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
  });
}

/** Text, binary, over-long, unmasked, fragmented, reserved: frames by their first bytes, filled with noise. */
const frames = fc
  .tuple(
    fc.constantFrom(0x81, 0x82, 0x01, 0x80, 0x88, 0x89, 0x8a, 0xff, 0xc1, 0x83),
    fc.nat({ max: 255 }),
    fc.uint8Array({ maxLength: 400 }),
  )
  .map(([first, second, rest]) => Uint8Array.from([first, second, ...rest]));

it('500 garbage frames on open feeds end their own connection and nothing else', async () => {
  const { id } = (await served.call('POST', '/coreclient', { name: 'bot' })).body;
  const feeds = [`/coreclient/${id}/feed`, '/liquidityhub/feed', '/wallets/feed'];
  for (const [index, bytes] of fc.sample(frames, { numRuns: 500, seed: 31 }).entries()) {
    const answer = await garbageOnFeed(feeds[index % feeds.length] as string, bytes);
    expect(answer.slice(0, 12)).toBe('HTTP/1.1 101');
  }
  expect((await served.call('GET', '/assets')).status).toBe(200);
});
