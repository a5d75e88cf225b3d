import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { ConfigurationError } from '../errors.ts';

/** The bounds of a small document. */
export interface GetJsonLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * One GET of a JSON document over HTTPS (plain HTTP to loopback only), without redirects. Uses `node:https` itself: both
 * the global `fetch` and the undici package cost more at a cold start than everything else a door loads.
 */
export async function getJson(address: string, { timeoutMs, maxBytes }: GetJsonLimits): Promise<unknown> {
  const url = new URL(address);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopbackHosts.has(url.hostname))) {
    throw new ConfigurationError(`${url.origin} must be https: only loopback may be plain http`);
  }
  const get = url.protocol === 'https:' ? httpsGet : httpGet;
  const signal = AbortSignal.timeout(timeoutMs);
  const options = { signal, minVersion: 'TLSv1.2', headers: { accept: 'application/json' } } as const;
  return new Promise((resolve, reject) => {
    const request = get(url, options, (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        reject(new Error(`${url.origin} answered ${response.statusCode}`));
        return;
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (bytes > maxBytes) response.destroy(new Error(`${url.origin} answered more than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => {
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
        } catch (cause) {
          reject(new Error(`${url.origin} answered no JSON`, { cause }));
        }
      });
    });
    request.on('error', reject);
  });
}
