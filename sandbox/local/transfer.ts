import { setTimeout as wait } from 'node:timers/promises';
import { demoClient, type LocalSystem } from './system.ts';

/** A sample event of an HTTP API, as far as it becomes a request. */
export interface HttpApiEvent {
  readonly rawPath: string;
  readonly rawQueryString?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly requestContext: { readonly http: { readonly method: string } };
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** What became of the request of a sample event. */
export interface TransferReport {
  readonly instructionId: string | null;
  readonly state: string;
  readonly txId: string | null;
  readonly states: readonly string[];
  /** Whether the terminal state was told by a webhook whose signature verified. */
  readonly webhook: 'delivered' | 'missing';
  /** Requests the functions made to the Partner API. */
  readonly partnerApiRequests: number;
  readonly ms: number;
  /** The door's error frame, when it refused. */
  readonly error?: unknown;
}

/** The instruction as the door shows it. */
interface View {
  readonly id: string;
  readonly state: string;
  readonly txId?: string;
  readonly history: readonly { sequence: number; state: string; reason?: string }[];
}

const lookEveryMs = 100;
const terminal = new Set(['completed', 'rejected', 'expired', 'failed', 'cancelled']);

/** Every scope there is: the token is for trying things out. */
export const allScopes = [
  'transfers:write',
  'withdrawals:write',
  'quotes:write',
  'quotes:take',
  'sweeps:write',
  'prices:write',
  'instructions:read',
  'instructions:cancel',
  'decisions:read',
  'reconciliations:read',
  'operate',
];

/** Sends the request of an event to the running system. */
export async function sendEvent(system: LocalSystem, token: string, event: HttpApiEvent): Promise<Response> {
  const query = event.rawQueryString ? `?${event.rawQueryString}` : '';
  const headers = new Headers({ ...event.headers, authorization: `Bearer ${token}` });
  for (const name of ['host', 'content-length', 'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port'])
    headers.delete(name);
  const body = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64') : event.body;
  const { method } = event.requestContext.http;
  return await fetch(`${system.httpUrl}${event.rawPath}${query}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
}

/**
 * Asks for the transfer of a sample event and watches it until its end is told, or until `limitMs` have passed.
 * @param onState told of each state as it is entered
 */
export async function watchTransfer(
  system: LocalSystem,
  event: HttpApiEvent,
  limitMs: number,
  onState: (entry: View['history'][number]) => void,
): Promise<TransferReport> {
  const startedAtMs = Date.now();
  const token = await system.issuer.token(demoClient, allScopes);
  const answer = await sendEvent(system, token, event);
  const asked = (await answer.json()) as View & { error?: unknown };
  const report = (view: View | undefined, error?: unknown): TransferReport => ({
    instructionId: view?.id ?? null,
    state: view?.state ?? 'refused',
    txId: view?.txId ?? null,
    states: view?.history.map(({ state }) => state) ?? [],
    webhook: view !== undefined && wasTold(system, view) ? 'delivered' : 'missing',
    partnerApiRequests: system.partnerApi.sandbox.requests.read().total,
    ms: Date.now() - startedAtMs,
    ...(error === undefined ? {} : { error }),
  });
  if (answer.status >= 300) return report(undefined, asked);

  let view: View = asked;
  let shown = 0;
  while (Date.now() - startedAtMs < limitMs) {
    for (const entry of view.history.slice(shown)) onState(entry);
    shown = view.history.length;
    if (terminal.has(view.state) && wasTold(system, view)) break;
    await wait(lookEveryMs);
    const look = await fetch(`${system.httpUrl}/instructions/${view.id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (look.ok) view = (await look.json()) as View;
  }
  return report(view);
}

function wasTold(system: LocalSystem, view: View): boolean {
  return system.receiver.events.some(({ data }) => data.id === view.id && data.sequence === view.history.length - 1);
}
