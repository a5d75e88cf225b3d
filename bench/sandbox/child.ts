/** The servers under load, each in a process of its own: `sandbox`, or `echo`, Fastify sending back the JSON it got. */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { startPartnerApi } from '../../sandbox/partner-api/server.ts';

async function listen(what: string | undefined): Promise<object> {
  if (what === 'sandbox') {
    const { baseUrl, controlUrl } = await startPartnerApi({ seed: 1 });
    return { baseUrl, controlUrl };
  }
  const app = Fastify();
  app.post('/*', async (request) => request.body);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}`, controlUrl: '' };
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({
    residentBytes: process.memoryUsage().rss,
    processorMs: (user + system) / 1000,
    systemMs: system / 1000,
  });
});
process.send?.(await listen(process.argv[2]));
// An orderly end, so that `--cpu-prof` writes what it saw.
process.once('SIGTERM', () => process.exit(0));
