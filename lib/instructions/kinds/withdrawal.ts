import * as z from 'zod/mini';
import { boundPlace } from '../bindings.ts';
import { amount, amountText, id, moment, text } from '../fields.ts';
import { type Instruction, placeOf } from '../record.ts';
import type { Kind } from './kind.ts';
import { movementAction, movementDifferences, movementState, seenMovement } from './statuses.ts';

/** The body of `POST /withdrawals`. */
const schema = z.strictObject({
  companyId: id,
  walletId: id,
  // Letters, digits and the few signs addresses have: it is shown inside a command for people to copy.
  address: z.string().check(z.regex(/^[A-Za-z0-9:._-]{1,255}$/, 'is not an address')),
  amount,
  expiresAt: z.optional(moment),
  reference: z.optional(text),
  benefitOf: z.optional(text),
  accountNo: z.optional(text),
});

/** A movement from a client's wallet to a whitelisted address outside the network (reference 4.7, operations 26 and 27). */
export const withdrawal: Kind<typeof schema> = {
  name: 'withdrawal',
  scope: 'withdrawals:write',
  schema,
  paysField: 'amount',
  lookedAtWithFund: true,
  expires: true,

  resolve: ({ companyId, walletId, expiresAt: _expiresAt, ...rest }, bindings) => ({
    origin: boundPlace(bindings, { companyId, walletId }),
    request: { ...rest, amount: amountText(rest.amount) },
  }),

  async submit(api, instruction, signBeforeMs) {
    const place = placeOf(instruction);
    const asked = requestOf(instruction);
    return await api.withdrawals.create(
      place.companyId,
      {
        walletId: place.walletId,
        address: asked.address,
        asset: place.asset,
        amountBaseUnits: BigInt(asked.amount),
        expiresAtSeconds: instruction.expiresAtSeconds as number,
        reference: asked.reference,
        benefitOf: asked.benefitOf,
        accountNo: asked.accountNo,
        partnerTxId: instruction.id,
      },
      { signBeforeMs },
    );
  },

  explain(instruction, reason) {
    if (reason !== 'address not whitelisted') return reason;
    const { companyId, fundId, asset } = placeOf(instruction);
    const body = JSON.stringify({ name: 'a name for it', asset, address: requestOf(instruction).address });
    const path = `/company/${companyId}/fund/${fundId}/whitelist`;
    return `${reason}; to whitelist it: npm run partner-api -- send POST ${path} --body '${body}'`;
  },

  look: async (api, instruction) =>
    seenMovement(await api.withdrawals.get(placeOf(instruction).companyId, instruction.txId as string)),

  asAction: (instruction) => movementAction(instruction, requestOf(instruction).address),
  stateOf: movementState,
  differences: (instruction, seen) => movementDifferences(instruction, requestOf(instruction).address, seen),
};

interface Request {
  readonly address: string;
  readonly amount: string;
  readonly reference?: string;
  readonly benefitOf?: string;
  readonly accountNo?: string;
}

function requestOf(instruction: Instruction): Request {
  return instruction.request as unknown as Request;
}
