import * as z from 'zod/mini';
import { addressIn, isPublicAddress, refusedPort } from '../../webhooks/addresses.ts';
import { type Concern, duplicates, error, type ProblemInFile } from './concern.ts';
import { baseUnits, checkUrl, id, shortName, windowSeconds } from './fields.ts';

/** Fund and company name the group that is looked at together, `fund:<companyId>/<fundId>`. */
const groupId = id.check(z.regex(/^[^/]*$/, 'must not contain /'));

const binding = z.strictObject({ companyId: groupId, fundId: groupId, walletId: id, asset: id });

const sweepBinding = z.strictObject({
  coreClientId: id,
  walletId: id,
  asset: id,
  recipientWalletIds: z.array(id).check(z.minLength(1), z.maxLength(100)),
});

const queueSender = z.strictObject({
  senderId: id,
  kinds: z.array(z.string().check(z.minLength(1), z.maxLength(64))).check(z.minLength(1), z.maxLength(20)),
});

const followedPair = z.strictObject({ companyId: id, sendAsset: id, receiveAsset: id });

const limit = z.strictObject({ asset: id, max: baseUnits, windowSeconds });

const webhook = z.strictObject({
  name: shortName,
  url: z.string().check(z.maxLength(2048)),
  events: z.exactOptional(
    z.array(z.string().check(z.minLength(1), z.maxLength(100))).check(z.minLength(1), z.maxLength(100)),
  ),
});

const client = z.strictObject({
  id,
  bindings: z.array(binding).check(z.maxLength(1000)),
  webhooks: z._default(z.array(webhook).check(z.maxLength(10)), []),
  queueSenders: z._default(z.array(queueSender).check(z.maxLength(100)), []),
  sweeps: z._default(z.array(sweepBinding).check(z.maxLength(1000)), []),
  followedPairs: z._default(z.array(followedPair).check(z.maxLength(100)), []),
  limits: z._default(z.array(limit).check(z.maxLength(100)), []),
});

/** What a client may use: one wallet, and the fund, company and asset that it belongs to. */
export type Binding = z.output<typeof binding>;
/** A wallet of somebody else, connected to a core client of ours, that a client may sweep, and where to. */
export type SweepBindingConfig = z.output<typeof sweepBinding>;
/** Who may ask for which kinds on the inbound queue in the name of a client: the SenderId that SQS attests. */
export type QueueSenderConfig = z.output<typeof queueSender>;
/** A pair of assets, named from the maker's side, of which a client wants to know every quote a company of ours sees. */
export type FollowedPairConfig = z.output<typeof followedPair>;
/** What a client may ask for of one asset within a sliding window, base units. */
export type LimitConfig = z.output<typeof limit>;
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
      one.sweeps,
      (each) => JSON.stringify([each.coreClientId, each.walletId]),
      (each, place, first) => ({
        path: `${path}.sweeps[${place}].walletId`,
        message: `the wallet "${each.walletId}" is in sweeps[${first}] already`,
      }),
    ),
    ...duplicates(
      one.queueSenders,
      (each) => each.senderId,
      (each, place, first) => ({
        path: `${path}.queueSenders[${place}].senderId`,
        message: `"${each.senderId}" is the senderId of queueSenders[${first}] already`,
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
    ...duplicates(
      one.limits,
      (each) => JSON.stringify([each.asset, each.windowSeconds]),
      (each, place, first) => ({
        path: `${path}.limits[${place}].windowSeconds`,
        message: `limits[${first}] is about this window of ${each.asset} already`,
      }),
    ),
    ...one.limits.flatMap((each, place) => checkLimit(each, one, `${path}.limits[${place}]`)),
    ...one.webhooks.flatMap((each, place) => checkEndpoint(each.url, `${path}.webhooks[${place}].url`)),
    ...one.sweeps.flatMap((each, place) => checkSweep(each, `${path}.sweeps[${place}]`)),
    ...one.followedPairs.flatMap((each, place) => checkPair(each, one, `${path}.followedPairs[${place}]`)),
  ];
}

/** What delivery would refuse whenever it is tried is refused here. What a name stands for is known at delivery only. */
function checkEndpoint(text: string, path: string): ProblemInFile[] {
  const problems = checkUrl(text, path, 'only local runs deliver to it');
  if (problems.length > 0) return problems;
  const url = new URL(text);
  const address = addressIn(url);
  const port = refusedPort(url);
  if (address !== undefined && !isPublicAddress(address)) return [error(path, `${address} is not a public address`)];
  return port === undefined ? [] : [error(path, `port ${port} is not for webhooks`)];
}

function checkSweep({ walletId, recipientWalletIds }: SweepBindingConfig, path: string): ProblemInFile[] {
  const place = recipientWalletIds.indexOf(walletId);
  return place < 0 ? [] : [error(`${path}.recipientWalletIds[${place}]`, 'is the wallet that is swept')];
}

/** A limit on an asset that the client cannot pay with is a slip of the pen, and the asset that was meant has none. */
function checkLimit({ asset }: LimitConfig, { id, bindings, sweeps }: ClientConfig, path: string): ProblemInFile[] {
  if ([...bindings, ...sweeps].some((one) => one.asset === asset)) return [];
  return [error(`${path}.asset`, `no wallet the client "${id}" may use holds this asset`)];
}

/** What a company sees on the hub is for those who may trade in its name. */
function checkPair(pair: FollowedPairConfig, { id, bindings }: ClientConfig, path: string): ProblemInFile[] {
  const problems: ProblemInFile[] = [];
  if (!bindings.some(({ companyId }) => companyId === pair.companyId))
    problems.push(error(`${path}.companyId`, `the client "${id}" is not bound to any wallet of this company`));
  if (pair.sendAsset === pair.receiveAsset) problems.push(error(`${path}.receiveAsset`, 'is the asset that is sent'));
  return problems;
}
