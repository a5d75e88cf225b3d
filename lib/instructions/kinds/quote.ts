import * as z from 'zod/mini';
import { boundPlace } from '../bindings.ts';
import { amount, amountText, id, moment, text } from '../fields.ts';
import { type Instruction, placeOf } from '../record.ts';
import type { Kind } from './kind.ts';
import { legDifferences, quoteState, refuseOneWallet, seenSwap } from './swaps.ts';

/** The body of `POST /quotes`. Both wallets are the maker's. */
const schema = z.strictObject({
  companyId: id,
  sendWalletId: id,
  receiveWalletId: id,
  sendAmount: amount,
  receiveAmount: amount,
  expiresAt: z.optional(moment),
  reference: z.optional(text.check(z.minLength(1))),
});

/**
 * The maker's side of an atomic swap (reference 4.7, operations 28 to 30). It is `open` once the maker's custody approved
 * it, and is never put on the liquidity hub by being made: whoever publishes it checks its price first.
 */
export const quote: Kind<typeof schema> = {
  name: 'quote',
  scope: 'quotes:write',
  schema,
  paysField: 'sendAmount',
  lookedAtWithFund: true,
  expires: true,

  resolve({ companyId, sendWalletId, receiveWalletId, sendAmount, receiveAmount, reference }, bindings, ownId) {
    const receives = boundPlace(bindings, { companyId, walletId: receiveWalletId }, 'receiveWalletId');
    refuseOneWallet(sendWalletId, receiveWalletId);
    return {
      origin: boundPlace(bindings, { companyId, walletId: sendWalletId }, 'sendWalletId'),
      request: {
        sendAmount: amountText(sendAmount),
        receiveWalletId,
        receiveAsset: receives.asset,
        receiveAmount: amountText(receiveAmount),
        // The Partner API asks for one (reference 4.7).
        reference: reference ?? ownId,
      },
    };
  },

  async submit(api, instruction, signBeforeMs) {
    const place = placeOf(instruction);
    const asked = requestOf(instruction);
    return await api.swaps.make(
      place.companyId,
      {
        sendWalletId: place.walletId,
        receiveWalletId: asked.receiveWalletId,
        send: { asset: place.asset, amountBaseUnits: BigInt(asked.sendAmount) },
        receive: { asset: asked.receiveAsset, amountBaseUnits: BigInt(asked.receiveAmount) },
        expiresAtSeconds: instruction.expiresAtSeconds as number,
        reference: asked.reference,
        partnerTxId: instruction.id,
        addToLiquidityHub: false,
      },
      { signBeforeMs },
    );
  },

  cancel: (api, instruction, signBeforeMs) =>
    api.swaps.cancel(placeOf(instruction).companyId, instruction.txId as string, { signBeforeMs }),

  async look(api, instruction) {
    const { companyId, asset } = placeOf(instruction);
    return seenSwap(await api.swaps.get(companyId, instruction.txId as string), asset);
  },

  asAction(instruction) {
    const asked = requestOf(instruction);
    return {
      asset: instruction.place.asset,
      netAmountBaseUnits: BigInt(asked.sendAmount),
      walletId: instruction.place.walletId,
      reference: asked.reference,
      receive: { asset: asked.receiveAsset, amountBaseUnits: BigInt(asked.receiveAmount) },
    };
  },

  stateOf: quoteState,

  differences(instruction, seen) {
    const asked = requestOf(instruction);
    const differs = legDifferences(instruction, asked, seen);
    if (differsFrom(seen.netAmountBaseUnits, asked.sendAmount)) differs.push('sendAmount');
    if (differsFrom(seen.receiveAmountBaseUnits, asked.receiveAmount)) differs.push('receiveAmount');
    return differs;
  },
};

interface Request {
  readonly sendAmount: string;
  readonly receiveWalletId: string;
  readonly receiveAsset: string;
  readonly receiveAmount: string;
  readonly reference: string;
}

function requestOf(instruction: Instruction): Request {
  return instruction.request as unknown as Request;
}

function differsFrom(seenBaseUnits: bigint | undefined, asked: string): boolean {
  return seenBaseUnits !== undefined && seenBaseUnits !== BigInt(asked);
}
