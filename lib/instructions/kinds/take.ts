import * as z from 'zod/mini';
import { NotFoundError } from '../../partner-api/errors.ts';
import type { CallOptions, PartnerApi } from '../../partner-api/index.ts';
import { InvalidRequest } from '../../platform/http/errors.ts';
import { boundPlace } from '../bindings.ts';
import { amount, amountText, id, text } from '../fields.ts';
import { type Instruction, placeOf } from '../record.ts';
import type { Kind, Seen } from './kind.ts';
import { legDifferences, refuseOneWallet, seenSwap, takeState } from './swaps.ts';

/**
 * The body of `POST /quotes/{txId}/take`, with `txId` out of the path. Both wallets are the taker's. The worst price is a
 * ratio of two amounts: for `receiveAmount` of what the quote offers, at most `sendAmount` of what it asks for. Of a quote
 * that asks for more than `maxSendAmount` in all nothing is taken, whatever its price.
 */
const schema = z.strictObject({
  txId: id,
  companyId: id,
  sendWalletId: id,
  receiveWalletId: id,
  worstPrice: z.strictObject({ sendAmount: amount, receiveAmount: amount }),
  maxSendAmount: z.optional(amount),
  reference: z.optional(text.check(z.minLength(1))),
});

/** The taker's side of an atomic swap (reference 4.7, operations 31 and 32). The quote's own end is its end. */
export const take: Kind<typeof schema> = {
  name: 'take',
  scope: 'quotes:take',
  schema,
  paysField: 'maxSendAmount',
  lookedAtWithFund: true,
  expires: false,

  resolve({ txId, companyId, sendWalletId, receiveWalletId, worstPrice, maxSendAmount, reference }, bindings, ownId) {
    const receives = boundPlace(bindings, { companyId, walletId: receiveWalletId }, 'receiveWalletId');
    refuseOneWallet(sendWalletId, receiveWalletId);
    return {
      origin: boundPlace(bindings, { companyId, walletId: sendWalletId }, 'sendWalletId'),
      request: {
        quoteTxId: txId,
        receiveWalletId,
        receiveAsset: receives.asset,
        worstPrice: {
          sendAmount: amountText(worstPrice.sendAmount),
          receiveAmount: amountText(worstPrice.receiveAmount),
        },
        ...(maxSendAmount === undefined ? {} : { maxSendAmount: amountText(maxSendAmount) }),
        // The Partner API asks for one (reference 4.7).
        reference: reference ?? ownId,
      },
    };
  },

  /**
   * The amounts of a quote never change, so once this has let a take go, its price holds for every attempt. That matters:
   * after an attempt whose outcome is unknown the quote may be gone because we have it.
   */
  async precheck(api, instruction, signBeforeMs) {
    const offer = await findQuote(api, instruction, { signBeforeMs });
    if (offer === undefined) return 'swap not available';
    const [differs] = takeDifferences(instruction, offer);
    if (differs === 'price') return 'the price is worse than the worst acceptable';
    if (differs === 'sendAmount') return 'the quote asks for more than maxSendAmount';
    if (differs !== undefined) return `the quote is about another asset: ${differs}`;
    return undefined;
  },

  async submit(api, instruction, signBeforeMs) {
    const place = placeOf(instruction);
    const asked = requestOf(instruction);
    return await api.swaps.take(
      place.companyId,
      {
        swapId: asked.quoteTxId,
        sendWalletId: place.walletId,
        receiveWalletId: asked.receiveWalletId,
        reference: asked.reference,
        partnerTxId: instruction.id,
      },
      { signBeforeMs },
    );
  },

  async look(api, instruction) {
    const { companyId, asset } = placeOf(instruction);
    return seenSwap(await api.swaps.getTake(companyId, instruction.txId as string), asset);
  },

  asAction(instruction) {
    const { receiveAsset, worstPrice, maxSendAmount, reference } = requestOf(instruction);
    return {
      asset: instruction.place.asset,
      walletId: instruction.place.walletId,
      reference,
      receive: { asset: receiveAsset },
      maxNetAmountBaseUnits: maxSendAmount === undefined ? undefined : BigInt(maxSendAmount),
      worstPrice: {
        sendBaseUnits: BigInt(worstPrice.sendAmount),
        receiveBaseUnits: BigInt(worstPrice.receiveAmount),
      },
    };
  },

  stateOf: takeState,
  differences: takeDifferences,
};

/**
 * The request of a door that has the quote's id in its path.
 * @throws InvalidRequest 400 for a body that names a quote of its own
 */
export function takeRequest(body: unknown, txId: string | undefined): Record<string, unknown> {
  const asked = body as Record<string, unknown>;
  if (Object.hasOwn(asked, 'txId')) throw new InvalidRequest(400, 'unknown field: txId', 'txId');
  return { ...asked, txId };
}

interface Request {
  readonly quoteTxId: string;
  readonly receiveWalletId: string;
  readonly receiveAsset: string;
  readonly worstPrice: { readonly sendAmount: string; readonly receiveAmount: string };
  readonly maxSendAmount?: string;
  readonly reference: string;
}

function requestOf(instruction: Instruction): Request {
  return instruction.request as unknown as Request;
}

/** The legs of a quote, seen by its taker: both are always known. */
type Offer = Omit<Required<Seen>, 'recipient' | 'fundId' | 'walletId' | 'receiveWalletId'>;

/**
 * The quote as the hub lists it; one that is not on the hub, and that the taker was told of otherwise, is asked for by its
 * id. `undefined` when it is not open, or nobody tells its amounts.
 */
async function findQuote(api: PartnerApi, instruction: Instruction, options: CallOptions): Promise<Offer | undefined> {
  const { companyId } = placeOf(instruction);
  const { quoteTxId } = requestOf(instruction);
  const listed = (await api.hub.list(companyId, options)).find((quote) => quote.txId === quoteTxId);
  if (listed !== undefined) {
    return {
      status: 'taker_pending',
      asset: listed.receiveAsset,
      netAmountBaseUnits: listed.receiveAmountBaseUnits,
      receiveAsset: listed.sendAsset,
      receiveAmountBaseUnits: listed.sendAmountBaseUnits,
    };
  }
  const seen = await lookAtQuote(api, companyId, quoteTxId, options);
  const isKnown = seen?.asset && seen.netAmountBaseUnits && seen.receiveAsset && seen.receiveAmountBaseUnits;
  return isKnown && seen?.status === 'taker_pending' ? (seen as Offer) : undefined;
}

async function lookAtQuote(
  api: PartnerApi,
  companyId: string,
  txId: string,
  options: CallOptions,
): Promise<Seen | undefined> {
  try {
    const { status, swap } = await api.swaps.get(companyId, txId, options);
    if (swap === undefined) return undefined;
    // The maker's answer names the legs from the maker's side: what the maker receives the taker pays.
    return {
      status,
      asset: swap.receiveAsset,
      netAmountBaseUnits: swap.receiveAmountBaseUnits,
      receiveAsset: swap.sendAsset,
      receiveAmountBaseUnits: swap.sendAmountBaseUnits,
    };
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** The members in which a swap is not what the taker agreed to. What was not told is not compared. */
function takeDifferences(instruction: Instruction, seen: Seen): string[] {
  const asked = requestOf(instruction);
  const { worstPrice, maxSendAmount } = asked;
  const differs = legDifferences(instruction, asked, seen);
  const { netAmountBaseUnits: pays, receiveAmountBaseUnits: gets } = seen;
  if (pays !== undefined && maxSendAmount !== undefined && pays > BigInt(maxSendAmount)) differs.push('sendAmount');
  if (pays === undefined || gets === undefined) return differs;
  // Two fractions compared without dividing: pays / gets > sendAmount / receiveAmount.
  const isWorse = pays * BigInt(worstPrice.receiveAmount) > BigInt(worstPrice.sendAmount) * gets;
  return isWorse ? [...differs, 'price'] : differs;
}
