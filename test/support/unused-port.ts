import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A port of loopback on which nobody listens. */
export interface UnusedPort {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Finds one and keeps it until `close()`: it is the near end of a connection of our own, so the system gives it to nobody
 * else. The port of a server that was closed may be somebody else's by the time it is tried.
 */
export async function unusedPort(): Promise<UnusedPort> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(near, 'connect');
  const [far] = await accepted;
  return {
    port: near.localPort as number,
    async close() {
      near.destroy();
      far.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
