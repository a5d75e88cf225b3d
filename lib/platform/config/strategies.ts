import * as z from 'zod/mini';
import { maxAmountBaseUnits } from '../../instructions/fields.ts';
import { isWithinBounds, type Price, parsePrice } from '../../quotes/price.ts';
import type { Strategy } from '../../quotes/strategy.ts';
import { pricingOf } from '../../quotes/verdict.ts';
import type { ClientConfig } from './clients.ts';
import { type Concern, duplicates, error, type ProblemInFile } from './concern.ts';
import { checkUrl, id, shortName } from './fields.ts';

const baseUnits = z.string().check(
  z.regex(/^[1-9][0-9]{0,18}$/, 'must be a positive whole number of base units, as text'),
  z.refine((digits) => !/^[0-9]{1,19}$/.test(digits) || BigInt(digits) <= maxAmountBaseUnits, 'is above 2^63 - 1'),
);
const price = z
  .string()
  .check(z.refine((text) => parsePrice(text) !== undefined, 'must be a positive decimal, as text'));
const pointer = z.string().check(z.maxLength(500), z.regex(/^(\/([^~/]|~[01])*)*$/, 'must be a JSON pointer'));
const maxAgeSeconds = z.int().check(z.minimum(5), z.maximum(24 * 3600));

const priceSource = z.union([
  z.strictObject({
    from: z.literal('http'),
    url: z.string().check(z.maxLength(2048)),
    pointer,
    atPointer: z.exactOptional(pointer),
    maxAgeSeconds,
  }),
  z.strictObject({
    from: z.literal('pushed'),
    name: z.string().check(z.minLength(1), z.maxLength(100)),
    maxAgeSeconds,
  }),
]);

const strategy = z.strictObject({
  name: shortName,
  client: id,
  companyId: id,
  sendWalletId: id,
  receiveWalletId: id,
  sizes: z.array(baseUnits).check(z.minLength(1), z.maxLength(20)),
  sendScale: baseUnits,
  receiveScale: baseUnits,
  spreadBasisPoints: z.int().check(z.minimum(0), z.maximum(5000)),
  repriceBasisPoints: z.int().check(z.minimum(1), z.maximum(5000)),
  bounds: z.strictObject({ min: price, max: price }),
  lifetimeSeconds: z.int().check(z.minimum(300), z.maximum(7 * 24 * 3600)),
  renewBeforeSeconds: z.int().check(z.minimum(60), z.maximum(24 * 3600)),
  price: priceSource,
});

/** A market making strategy. */
export type StrategyConfig = z.output<typeof strategy>;

/** Market making. */
export const strategies = {
  schema: z.array(strategy).check(z.maxLength(2000)),
  whenAbsent: [] as StrategyConfig[],
  check(value) {
    const path = (place: number, member: string) => `strategies[${place}].${member}`;
    return [
      ...duplicates(
        value,
        (one) => one.name,
        (one, place, first) => ({
          path: path(place, 'name'),
          message: `"${one.name}" is the name of strategies[${first}] already`,
        }),
      ),
      // Two quotes paid out of one wallet would each count on all of it. One may well receive into the wallet that another
      // sends from, as the two sides of a market do: what was received is part of the balance before the next quote.
      ...duplicates(
        value,
        (one) => one.sendWalletId,
        (one, place, first) => ({
          path: path(place, 'sendWalletId'),
          message: `strategies[${first}] sends from the wallet "${one.sendWalletId}" already`,
        }),
      ),
      ...value.flatMap((one, place) => checkOne(one, (member) => path(place, member))),
    ];
  },
  checkWithClients: (value, clients) =>
    value.flatMap((one, place) => checkBindings(one, clients, (member) => `strategies[${place}].${member}`)),
} satisfies Concern<z.ZodMiniType<StrategyConfig[]>>;

function checkOne(one: Strategy, path: (member: string) => string): ProblemInFile[] {
  const problems: ProblemInFile[] = [];
  const report = (member: string, message: string, severity: ProblemInFile['severity'] = 'error') =>
    problems.push({ path: path(member), message, severity });
  if (one.sendWalletId === one.receiveWalletId) report('receiveWalletId', 'is the wallet it sends from');
  if (one.renewBeforeSeconds * 2 > one.lifetimeSeconds)
    report('renewBeforeSeconds', 'must be at most half of lifetimeSeconds');
  if (new Set(one.sizes).size < one.sizes.length) report('sizes', 'names a size twice');
  if (!boundsAreOpen(one)) report('bounds', 'min must be below max');
  for (const [place, size] of one.sizes.entries()) {
    if (!isQuotable(BigInt(size), one))
      report(`sizes[${place}]`, 'can never be quoted: no amount is within the bounds');
  }
  if (one.repriceBasisPoints > one.spreadBasisPoints)
    report('repriceBasisPoints', 'is above the spread: a quote may stay until it is worse than the price', 'warning');
  if (one.price.from === 'http')
    problems.push(...checkUrl(one.price.url, path('price.url'), 'only local runs can read it'));
  return problems;
}

/** Whether `min` itself is within the bounds, and is not all there is between them. */
function boundsAreOpen(one: Strategy): boolean {
  const { bounds } = pricingOf(one);
  const pricing = { ...pricingOf(one), sendScale: 1n, receiveScale: 1n };
  const sendBaseUnits = 10n ** BigInt(bounds.min.decimals);
  const isMinWithin = isWithinBounds(sendBaseUnits, bounds.min.digits, pricing);
  const isMinMax = isWithinBounds(sendBaseUnits, bounds.min.digits, {
    ...pricing,
    bounds: { min: bounds.max, max: bounds.max },
  });
  return isMinWithin && !isMinMax;
}

/** Whether any amount that the Partner API can hold makes a price within the bounds. */
function isQuotable(size: bigint, one: Strategy): boolean {
  const { bounds, sendScale, receiveScale } = pricingOf(one);
  const over = ({ digits }: Price) => size * digits * receiveScale;
  const under = ({ decimals }: Price) => 10n ** BigInt(decimals) * sendScale;
  const least = (over(bounds.min) + under(bounds.min) - 1n) / under(bounds.min);
  const most = over(bounds.max) / under(bounds.max);
  return least <= most && least <= maxAmountBaseUnits;
}

function checkBindings(
  one: StrategyConfig,
  clients: readonly ClientConfig[],
  path: (member: string) => string,
): ProblemInFile[] {
  const client = clients.find((each) => each.id === one.client);
  if (client === undefined) return [error(path('client'), 'is no client')];
  const bound = (walletId: string) =>
    client.bindings.find((each) => each.companyId === one.companyId && each.walletId === walletId);
  const problems = (['sendWalletId', 'receiveWalletId'] as const)
    .filter((member) => bound(one[member]) === undefined)
    .map((member) => error(path(member), `the client "${client.id}" is not bound to this wallet of the company`));
  const [sends, receives] = [bound(one.sendWalletId), bound(one.receiveWalletId)];
  if (sends !== undefined && sends.asset === receives?.asset)
    problems.push(error(path('receiveWalletId'), 'holds the asset it sends'));
  return problems;
}
