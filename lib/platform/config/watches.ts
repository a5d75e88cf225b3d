import * as z from 'zod/mini';
import { type Concern, duplicates, error } from './concern.ts';
import { id } from './fields.ts';

const watch = z.strictObject({
  client: id,
  /** The wallets of the client to watch; all it is bound to when absent. */
  wallets: z.exactOptional(z.array(id).check(z.minLength(1), z.maxLength(1000))),
  /** What arrived before is not told. What arrived in the last 24 hours before the first look is, when this is absent. */
  from: z.exactOptional(z.iso.datetime({ offset: true })),
});

/** Whose wallets are watched for what arrives. */
export type WatchConfig = z.output<typeof watch>;

/** Which clients are told of deposits and incoming transfers, and to which wallets. */
export const watches = {
  schema: z.array(watch).check(z.maxLength(1000)),
  whenAbsent: [] as WatchConfig[],
  check(value) {
    return duplicates(
      value,
      (one) => one.client,
      (one, place, first) => ({
        path: `watches[${place}].client`,
        message: `"${one.client}" is watched for in watches[${first}] already`,
      }),
    );
  },
  checkWithClients(value, clients) {
    return value.flatMap(({ client: name, wallets = [] }, place) => {
      const client = clients.find((one) => one.id === name);
      if (client === undefined) return [error(`watches[${place}].client`, `"${name}" is no client`)];
      const bound = new Set([...client.bindings, ...client.sweeps].map(({ walletId }) => walletId));
      return wallets.flatMap((wallet, index) =>
        bound.has(wallet)
          ? []
          : [error(`watches[${place}].wallets[${index}]`, `"${wallet}" is no wallet that "${name}" is bound to`)],
      );
    });
  },
} satisfies Concern<z.ZodMiniType<WatchConfig[]>>;
