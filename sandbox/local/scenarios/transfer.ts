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
  const { transferRequests } = stage.system;
  const beganAtMs = Date.now();
  const asked = await stage.partner.send<InstructionSeen>(
    event.requestContext.http.method,
    `${event.rawPath}${query}`,
    {
      headers,
      ...(body === undefined ? {} : { body }),
    },
  );
  if (asked.status >= 300) {
    return {
      ok: false,
      state: 'refused',
      instructionId: null,
      txId: null,
      states: [],
      webhook: 'missing',
      partnerApiRequests: transferRequests.between(beganAtMs, Date.now()),
      error: asked.body,
    };
  }
  const seen = await stage.partner.watch(asked.body);
  const [fromMs, toMs] = [seen.createdAt, seen.updatedAt].map(Date.parse) as [number, number];
  return { ...endingOf(stage, seen), partnerApiRequests: transferRequests.between(fromMs, toMs) };
}
