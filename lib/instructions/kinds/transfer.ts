import * as z from 'zod/mini';
import { boundPlace } from '../bindings.ts';
import { amount, amountText, id, moment, text } from '../fields.ts';
import { type Instruction, placeOf } from '../record.ts';
import type { Kind } from './kind.ts';
import { movementAction, movementDifferences, movementState, seenMovement } from './statuses.ts';

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
  paysField: 'amount',
  lookedAtWithFund: true,
  expires: true,

  resolve: ({ companyId, walletId, expiresAt: _expiresAt, ...rest }, bindings) => ({
    origin: boundPlace(bindings, { companyId, walletId }),
    request: { ...rest, amount: amountText(rest.amount) },
  }),

  async submit(api, instruction, signBeforeMs) {
    const { id: partnerTxId, expiresAtSeconds } = instruction;
    const place = placeOf(instruction);
    const asked = requestOf(instruction);
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

  look: async (api, instruction) =>
    seenMovement(await api.transfers.get(placeOf(instruction).companyId, instruction.txId as string)),

  asAction: (instruction) => movementAction(instruction, requestOf(instruction).counterpartyWalletId),
  stateOf: movementState,
  differences: (instruction, seen) =>
    movementDifferences(instruction, requestOf(instruction).counterpartyWalletId, seen),
};

interface Request {
  readonly counterpartyWalletId: string;
  readonly amount: string;
  readonly reference?: string;
  readonly benefitOf?: string;
  readonly accountNo?: string;
}

function requestOf(instruction: Instruction): Request {
  return instruction.request as unknown as Request;
}
