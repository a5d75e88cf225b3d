import { Agent } from 'undici';
import type { QuoteDesk } from '../../quotes/desk.ts';
import { clients } from '../config/clients.ts';
import { ownConcern } from '../config/load-concern.ts';
import { strategies } from '../config/strategies.ts';
import { worker } from './worker.ts';

/** A price source that takes longer is one that did not answer. */
const timeoutMs = 4_000;
/** No document with a price in it is longer. */
const maxDocumentBytes = 262_144;

let made: QuoteDesk | undefined;

/** What market making touches: what a worker does, the strategies, and price sources. */
export function desk(): QuoteDesk {
  made ??= {
    ...worker(),
    strategies: ownConcern('strategies', strategies),
    clients: ownConcern('clients', clients),
    readDocument,
  };
  return made;
}

const agent = new Agent({
  connect: { timeout: 2_000, minVersion: 'TLSv1.2' },
  headersTimeout: timeoutMs,
  bodyTimeout: timeoutMs,
  maxResponseSize: maxDocumentBytes,
});

/** Reads a price source. No redirect is followed: the configuration names the one address that is trusted. */
async function readDocument(url: string): Promise<string> {
  const { origin, pathname, search } = new URL(url);
  const { statusCode, body } = await agent.request({
    origin,
    path: pathname + search,
    method: 'GET',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await body.text();
  if (statusCode < 200 || statusCode > 299) throw new Error(`the price source answered ${statusCode}`);
  return text;
}
