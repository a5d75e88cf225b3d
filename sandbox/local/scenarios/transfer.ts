import type { InstructionSeen } from '../partner.ts';
import { type Ending, endingOf, type Scenario, type Stage } from './scenario.ts';

/** A sample event of an HTTP API, as far as it becomes a request. */
export interface HttpApiEvent {
  readonly rawPath: string;
  readonly rawQueryString?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** Headers that belong to the way an event took, not to the request. */
const ofTheWay = new Set(['host', 'content-length', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port']);

/**
 * The request of a sample event, watched to its end; the event's own key, so a second run with the same data meets the
 * first one's instruction.
 */
export function transferOf(event: HttpApiEvent): Scenario {
  return { name: 'transfer', about: 'a transfer is approved by a person', play: (stage) => playEvent(stage, event) };
}

async function playEvent(stage: Stage, event: HttpApiEvent): Promise<Ending> {
  const query = event.rawQueryString ? `?${event.rawQueryString}` : '';
  const headers = Object.fromEntries(
    Object.entries(event.headers ?? {}).filter(([name]) => !ofTheWay.has(name.toLowerCase())),
  );
  const body = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64') : event.body;
  const asked = await stage.partner.send<InstructionSeen>(
    event.requestContext.http.method,
    `${event.rawPath}${query}`,
    {
      headers,
      ...(body === undefined ? {} : { body }),
    },
  );
  const counted = () => ({ partnerApiRequests: requestsForTransfers(stage) });
  if (asked.status >= 300) {
    return {
      ok: false,
      state: 'refused',
      instructionId: null,
      txId: null,
      states: [],
      webhook: 'missing',
      ...counted(),
      error: asked.body,
    };
  }
  return { ...endingOf(stage, await stage.partner.watch(asked.body)), ...counted() };
}

/** What the functions asked the Partner API for the sake of transfers; other automations ask at the same time. */
function requestsForTransfers({ system }: Stage): number {
  const { byOperation } = system.partnerApi.sandbox.requests.read();
  const ofTransfers = Object.entries(byOperation).filter(([operation]) => /\/transfer\b|\/ledger$/.test(operation));
  return ofTransfers.reduce((sum, [, count]) => sum + count, 0);
}
