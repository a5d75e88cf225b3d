import { connect, type Socket } from 'node:net';

/** A request as it goes over the wire, ready to be written. */
export function requestBytes(
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): Buffer {
  const { host, pathname, search } = new URL(url);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n${lines.join('')}`;
  return Buffer.from(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

/**
 * Sends all requests over kept-alive connections, one at a time on each, and resolves with the milliseconds it took. A bare
 * socket, so that the one that measures is not the one that is slow. Rejects on the first answer that is not 200.
 */
export async function drive(origin: string, requests: readonly Buffer[], connections: number): Promise<number> {
  const { hostname, port } = new URL(origin);
  const sockets = await Promise.all(Array.from({ length: connections }, () => dial(hostname, Number(port))));
  let next = 0;
  const startedMs = performance.now();
  await Promise.all(sockets.map((socket) => work(socket, () => requests[next++])));
  const elapsedMs = performance.now() - startedMs;
  for (const socket of sockets) socket.destroy();
  return elapsedMs;
}

function dial(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () => resolve(socket.setNoDelay()));
    socket.once('error', reject);
  });
}

function work(socket: Socket, take: () => Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let missing = 0;
    const send = () => {
      const bytes = take();
      if (bytes === undefined) resolve();
      else socket.write(bytes);
    };
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the server closed the connection')));
    socket.on('data', (chunk) => {
      if (missing === 0) {
        // Answers are small: a head comes in one piece.
        const text = chunk.toString('latin1');
        const headEnd = text.indexOf('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
        if (!text.startsWith('HTTP/1.1 200') || headEnd < 0) return reject(new Error(text.slice(0, 300)));
        missing = headEnd + 4 + length;
      }
      missing -= chunk.length;
      if (missing === 0) send();
    });
    send();
  });
}
