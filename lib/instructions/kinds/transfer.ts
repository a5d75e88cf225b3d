import * as z from 'zod/mini';
import { amount, amountText, id, moment, text } from '../fields.ts';
import type { Kind } from './kind.ts';
import { movementDifferences, movementState } from './statuses.ts';

/** The body of `POST /transfers`. */
const schema = z.strictObject({
  companyId: id,
  walletId: id,
  counterpartyWalletId: id,
  amount,
  expiresAt: z.optional(moment),
  reference: z.optional(text),
  benefitOf: z.optional(text),
  accountNo: z.optional(text),
});

/** A movement from a client's wallet to any other wallet on the network (reference 4.7, operations 24 and 25). */
export const transfer: Kind<typeof schema> = {
  name: 'transfer',
  scope: 'transfers:write',
  schema,
  lookedAtWithFund: true,

  paysFrom: ({ companyId, walletId }) => ({ companyId, walletId }),

  stored: ({ companyId: _company, walletId: _wallet, expiresAt: _expiresAt, ...rest }) => ({
    ...rest,
    amount: amountText(rest.amount),
  }),

  async submit(api, { id: partnerTxId, place, request, expiresAtSeconds }, signBeforeMs) {
    const asked = request as unknown as Request;
    return await api.transfers.create(
      place.companyId,
      {
        walletId: place.walletId,
        counterpartyWalletId: asked.counterpartyWalletId,
        asset: place.asset,
        amountBaseUnits: BigInt(asked.amount),
        expiresAtSeconds: expiresAtSeconds as number,
        reference: asked.reference,
        benefitOf: asked.benefitOf,
        accountNo: asked.accountNo,
        partnerTxId,
      },
      { signBeforeMs },
    );
  },

  async look(api, { place, txId }) {
    const seen = await api.transfers.get(place.companyId, txId as string);
    return {
      status: seen.status,
      asset: seen.details.asset || undefined,
      netAmountBaseUnits: seen.details.netAmountBaseUnits,
      recipient: seen.details.recipientAddress || undefined,
    };
  },

  asAction({ place, request }) {
    const asked = request as unknown as Request;
    return {
      asset: place.asset,
      netAmountBaseUnits: BigInt(asked.amount),
      walletId: place.walletId,
      recipient: asked.counterpartyWalletId,
      reference: asked.reference ?? '',
    };
  },

  stateOf: movementState,
  differences: (instruction, seen) =>
    movementDifferences(instruction, (instruction.request as unknown as Request).counterpartyWalletId, seen),
};

interface Request {
  readonly counterpartyWalletId: string;
  readonly amount: string;
  readonly reference?: string;
  readonly benefitOf?: string;
  readonly accountNo?: string;
}
