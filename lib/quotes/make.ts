import { boundPlace } from '../instructions/bindings.ts';
import { derivedId } from '../instructions/ids.ts';
import type { Draft } from '../instructions/ports.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import { signByMs } from '../platform/patience.ts';
import type { QuoteDesk } from './desk.ts';
import { indexedOffer } from './offers.ts';
import { receiveAmountBaseUnits } from './price.ts';
import {
  type Offer,
  offerId,
  type PriceAt,
  quoteKey,
  type Strategy,
  type StrategyItem,
  strategyId,
} from './strategy.ts';
import { pricingOf } from './verdict.ts';

/** How long a strategy waits whose wallet cannot pay the smallest of its sizes. */
const tryAgainMs = 300_000;
/** The longest wait after quotes that came to nothing, one after the other. */
const longestWaitMs = 3_600_000;

/** The item of a strategy, made if there is none. */
export async function strategyItem(desk: QuoteDesk, name: string): Promise<StrategyItem> {
  const id = strategyId(name);
  const known = await desk.store.get<StrategyItem>(id);
  if (known !== undefined) return known;
  const created = await desk.store.create<StrategyItem>({ id, index: {}, generation: 0, failures: 0 });
  const item = created ?? (await desk.store.get<StrategyItem>(id));
  if (item === undefined) throw new Error(`${id}: refused by the table as existing, yet not in it`);
  return item;
}

/**
 * Decides on the next quote of a strategy that has none, and stores it. Two runs make one:
 *
 *     us    read 6 ── write 7 if unchanged ✓ ── create offer 7
 *     them  read 6 ── write 7 if unchanged ✗    stop
 *
 * Whoever dies in between leaves a generation without an offer: the next look makes it, and `create` lets only one through.
 *
 * @returns the offer; `undefined` when nothing is to be made now, or somebody else is at it
 */
export async function makeOffer(
  desk: QuoteDesk,
  item: StrategyItem,
  strategy: Strategy,
  price: PriceAt,
  deadlineMs: number,
): Promise<Offer | undefined> {
  const nowMs = desk.clock.nowMs();
  if (nowMs < (item.notBeforeMs ?? 0)) return undefined;
  const amounts = await decideAmounts(desk, strategy, price, deadlineMs);
  if (typeof amounts === 'string') {
    desk.report.info('nothing to offer', { strategy: strategy.name, reason: amounts });
    if (amounts === 'the balance is too small')
      await desk.store.replace<StrategyItem>(item, { ...item, notBeforeMs: nowMs + tryAgainMs });
    return undefined;
  }
  const decided = termsOf(desk, strategy, price, amounts);
  const isUnmade = item.generation > 0 && (await offerOf(desk, strategy.name, item.generation)) === undefined;
  const raised = isUnmade ? item : await raise(desk, item);
  if (raised === undefined) return undefined;
  return await desk.store.create<Offer>(newOffer(desk, strategy, raised.generation, decided));
}

/** The offer of one generation, if it was made. */
export async function offerOf(desk: QuoteDesk, name: string, generation: number): Promise<Offer | undefined> {
  return generation === 0 ? undefined : await desk.store.get<Offer>(offerId(name, generation));
}

async function raise(desk: QuoteDesk, item: StrategyItem): Promise<StrategyItem | undefined> {
  const { notBeforeMs: _notBefore, ...rest } = item;
  return await desk.store.replace<StrategyItem>(item, { ...rest, generation: item.generation + 1 });
}

/** What the quote is to exchange, or why the strategy has nothing to offer. A price may be within its bounds a second later. */
async function decideAmounts(
  desk: QuoteDesk,
  strategy: Strategy,
  { price }: PriceAt,
  deadlineMs: number,
): Promise<Amounts | 'the balance is too small' | 'the price is outside the bounds'> {
  const pricing = pricingOf(strategy);
  const offers = strategy.sizes
    .map(BigInt)
    .sort((a, b) => (a < b ? 1 : -1))
    .map((send) => ({ send, receive: receiveAmountBaseUnits(send, price, pricing) }))
    .filter((amounts): amounts is Amounts => amounts.receive !== undefined);
  if (offers.length === 0) return 'the price is outside the bounds';
  const { netAmountBaseUnits } = await desk.api.wallets.max(
    strategy.sendWalletId,
    { type: 'swap', afterPending: true },
    { signBeforeMs: signByMs(deadlineMs) },
  );
  return offers.find(({ send }) => send <= netAmountBaseUnits) ?? 'the balance is too small';
}

/** Base units. */
interface Amounts {
  readonly send: bigint;
  readonly receive: bigint;
}

/** What the quote is to say. @throws InvalidRequest when the strategy's client is not bound to its wallets */
function termsOf(
  desk: QuoteDesk,
  strategy: Strategy,
  { text }: PriceAt,
  { send, receive }: Amounts,
): Pick<Offer, 'terms' | 'fundId'> {
  const { companyId, sendWalletId, receiveWalletId } = strategy;
  const client = desk.clients.find(({ id }) => id === strategy.client);
  if (client === undefined) throw new InvalidRequest(404, 'client', strategy.name);
  const sends = boundPlace(client, { companyId, walletId: sendWalletId }, 'sendWalletId');
  const receives = boundPlace(client, { companyId, walletId: receiveWalletId }, 'receiveWalletId');
  const terms = {
    companyId,
    sendWalletId,
    receiveWalletId,
    sendAsset: sends.asset,
    receiveAsset: receives.asset,
    sendAmount: String(send),
    receiveAmount: String(receive),
    expiresAtSeconds: Math.floor(desk.clock.nowMs() / 1000) + strategy.lifetimeSeconds,
    price: text,
  };
  return { terms, fundId: sends.fundId };
}

function newOffer(
  desk: QuoteDesk,
  { name, client }: Strategy,
  generation: number,
  decided: Pick<Offer, 'terms' | 'fundId'>,
): Draft<Offer> {
  const nowMs = desk.clock.nowMs();
  return indexedOffer({
    id: offerId(name, generation),
    version: 0,
    writeId: '',
    subject: 'offer',
    client,
    strategy: name,
    generation,
    state: 'making',
    stateSinceMs: nowMs,
    createdAtMs: nowMs,
    instructionId: derivedId(desk.stage, 'schedule', client, quoteKey(name, generation)),
    ...decided,
    balanceCheckedAtMs: nowMs,
    history: [],
    telling: {},
    work: 'quote',
    workAtMs: nowMs,
  });
}

/** Notes what a quote came to: one that came to nothing puts the next one off, longer each time in a row. */
export async function noteOutcome(desk: QuoteDesk, name: string, cameToNothing: boolean): Promise<void> {
  const item = await strategyItem(desk, name);
  const { notBeforeMs: _notBefore, ...rest } = item;
  if (!cameToNothing) {
    if (item.failures > 0) await desk.store.replace<StrategyItem>(item, { ...rest, failures: 0 });
    return;
  }
  const failures = item.failures + 1;
  const waitMs = Math.min(60_000 * 2 ** Math.min(failures - 1, 10), longestWaitMs);
  await desk.store.replace<StrategyItem>(item, { ...rest, failures, notBeforeMs: desk.clock.nowMs() + waitMs });
}
