import * as z from 'zod/mini';
import { type Concern, duplicates, type ProblemInFile } from './concern.ts';

const id = z.string().check(z.minLength(1), z.maxLength(255));
const endpointName = z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and -'));

const binding = z.strictObject({ companyId: id, fundId: id, walletId: id, asset: id });

const webhook = z.strictObject({
  name: endpointName,
  url: z.string().check(z.maxLength(2048)),
  events: z.exactOptional(
    z.array(z.string().check(z.minLength(1), z.maxLength(100))).check(z.minLength(1), z.maxLength(100)),
  ),
});

const client = z.strictObject({
  id,
  bindings: z.array(binding).check(z.maxLength(1000)),
  webhooks: z._default(z.array(webhook).check(z.maxLength(10)), []),
  queueSenders: z._default(z.array(z.string().check(z.minLength(1), z.maxLength(2048))).check(z.maxLength(100)), []),
});

/** What a client may use: one wallet, and the fund, company and asset that it belongs to. */
export type Binding = z.output<typeof binding>;
/** An endpoint of a client that is told of every state; `events` narrows it to the names given. */
export type WebhookConfig = z.output<typeof webhook>;
/** A partner system that may call our HTTP API. `id` is the subject of its tokens. */
export type ClientConfig = z.output<typeof client>;

/** Who may call, what they may use, and where they are told. */
export const clients = {
  schema: z.array(client).check(z.maxLength(1000)),
  whenAbsent: [] as ClientConfig[],
  check(value) {
    return [
      ...duplicates(
        value,
        (one) => one.id,
        (one, place, first) => ({
          path: `clients[${place}].id`,
          message: `"${one.id}" is the id of clients[${first}] already`,
        }),
      ),
      ...value.flatMap((one, place) => checkClient(one, `clients[${place}]`)),
    ];
  },
} satisfies Concern<z.ZodMiniType<ClientConfig[]>>;

function checkClient(one: ClientConfig, path: string): ProblemInFile[] {
  return [
    ...duplicates(
      one.bindings,
      (each) => JSON.stringify([each.companyId, each.walletId]),
      (each, place, first) => ({
        path: `${path}.bindings[${place}].walletId`,
        message: `the wallet "${each.walletId}" is bound by bindings[${first}] already`,
      }),
    ),
    ...duplicates(
      one.webhooks,
      (each) => each.name,
      (each, place, first) => ({
        path: `${path}.webhooks[${place}].name`,
        message: `"${each.name}" is the name of webhooks[${first}] already`,
      }),
    ),
    ...one.webhooks.flatMap((each, place) => checkUrl(each.url, `${path}.webhooks[${place}].url`)),
  ];
}

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

function checkUrl(text: string, path: string): ProblemInFile[] {
  const error = (message: string): ProblemInFile[] => [{ path, message, severity: 'error' }];
  const url = URL.parse(text);
  if (!url) return error('is not a URL');
  if (url.username || url.password) return error('must not carry credentials');
  if (url.hash) return error('must not have a fragment');
  const isLoopback = loopbackHosts.has(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) return error('must be https');
  if (!isLoopback) return [];
  return [{ path, message: 'is on this machine: only local runs deliver to it', severity: 'warning' }];
}
