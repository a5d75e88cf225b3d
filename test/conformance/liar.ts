import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type OperationNumber, operations } from '../../cli/conformance/operations.ts';

/** An answer of the real server on its way through the liar. */
export interface Passing {
  readonly operation: OperationNumber | undefined;
  status: number;
  headers: IncomingHttpHeaders;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every operation pass here
  body: any;
}

const patterns = operations.map(({ number, method, path }) => ({
  number,
  method,
  // Literal segments win over parameters, as on the server.
  parameters: path.split('{').length,
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`),
}));

/** Which operation a request is. */
function operationOf(method: string, path: string): OperationNumber | undefined {
  const fitting = patterns.filter((one) => one.method === method && one.pattern.test(path));
  return fitting.sort((one, two) => one.parameters - two.parameters)[0]?.number;
}

/**
 * A server that hands everything on to another one and changes the answers as it is told: a Partner API that breaks
 * a promise. The `Host` header stays as it came, so that signatures stay right.
 */
export async function startLiar(baseUrl: string) {
  const target = new URL(baseUrl);
  const liar = { change: (_answer: Passing): void | Promise<void> => {} };
  // It passes on what the real server says of how long connections are kept, so it must not end them any sooner.
  const server = createServer({ keepAliveTimeout: 0 }, async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { answer, original } = await handOn(target, incoming, Buffer.concat(chunks));
    const read = JSON.stringify(answer.body);
    await liar.change(answer);
    // What is not changed is handed on as it came: reading and writing again would round large numbers.
    const written = JSON.stringify(answer.body);
    const text = written === read ? original : written;
    const { 'content-length': _length, connection: _connection, ...headers } = answer.headers;
    outgoing.writeHead(answer.status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}${target.pathname}`,
    /** From now on answers are changed like this, and held back until it is done. */
    lie(change: (answer: Passing) => void | Promise<void>) {
      liar.change = change;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function handOn(target: URL, incoming: IncomingMessage, body: Buffer): Promise<{ answer: Passing; original: string }> {
  const { method = '', url = '', headers } = incoming;
  const path = url.slice(target.pathname.length).replace(/\?.*$/, '');
  return new Promise((resolve, reject) => {
    const { hostname: host, port } = target;
    const outgoing = request({ host, port, method, path: url, headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const original = Buffer.concat(chunks).toString('utf8');
      const operation = operationOf(method, path);
      const { statusCode: status = 0, headers: answered } = response;
      resolve({ answer: { operation, status, headers: answered, body: JSON.parse(original) }, original });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
