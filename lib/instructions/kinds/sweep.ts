import * as z from 'zod/mini';
import { boundSweep } from '../bindings.ts';
import { amount, amountText, id, moment, text } from '../fields.ts';
import type { Instruction } from '../record.ts';
import type { Kind } from './kind.ts';
import { movementAction, movementDifferences, movementState, seenMovement } from './statuses.ts';

/** The body of `POST /sweeps`. */
const schema = z.strictObject({
  coreClientId: id,
  walletId: id,
  recipientWalletId: id,
  amount,
  expiresAt: z.optional(moment),
  reference: z.optional(text),
});

/**
 * A movement out of a wallet that its owner has connected to an exchange's core client (reference 4.8, operations 43 and
 * 44). It stands in no ledger the exchange can read, so it is always looked at by id.
 */
export const sweep: Kind<typeof schema> = {
  name: 'sweep',
  scope: 'sweeps:write',
  schema,
  paysField: 'amount',
  lookedAtWithFund: false,
  expires: true,

  resolve({ coreClientId, walletId, expiresAt: _expiresAt, ...rest }, bindings) {
    const { asset } = boundSweep(bindings, { coreClientId, walletId, recipientWalletId: rest.recipientWalletId });
    return { origin: { coreClientId, walletId, asset }, request: { ...rest, amount: amountText(rest.amount) } };
  },

  async submit(api, instruction, signBeforeMs) {
    const asked = requestOf(instruction);
    return await api.sweeps.create(
      coreClientOf(instruction),
      {
        walletId: instruction.place.walletId,
        recipientWalletId: asked.recipientWalletId,
        asset: instruction.place.asset,
        amountBaseUnits: BigInt(asked.amount),
        expiresAtSeconds: instruction.expiresAtSeconds as number,
        reference: asked.reference,
        partnerTxId: instruction.id,
      },
      { signBeforeMs },
    );
  },

  look: async (api, instruction) =>
    seenMovement(await api.sweeps.get(coreClientOf(instruction), instruction.txId as string)),

  asAction: (instruction) => movementAction(instruction, requestOf(instruction).recipientWalletId),
  stateOf: movementState,
  differences: (instruction, seen) => movementDifferences(instruction, requestOf(instruction).recipientWalletId, seen),
};

interface Request {
  readonly recipientWalletId: string;
  readonly amount: string;
  readonly reference?: string;
}

function requestOf(instruction: Instruction): Request {
  return instruction.request as unknown as Request;
}

function coreClientOf({ id: instructionId, place }: Instruction): string {
  if (place.coreClientId === undefined) throw new Error(`${instructionId}: a sweep without a core client`);
  return place.coreClientId;
}
