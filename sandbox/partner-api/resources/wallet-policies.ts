import { custodyGroup } from '../custody-groups.ts';
import { badRequest, invalidField, notFound, okBody } from '../errors.ts';
import { requiredText } from '../fields.ts';
import type { PolicyKind } from '../model.ts';
import { answer, type Context, type Operation, writeOperation } from '../operation.ts';
import { proposePolicyChange } from '../policy-kind.ts';
import { effectivePolicy } from '../transactions.ts';
import { fundOf } from './lookups.ts';

/** `policy-tx` is documented; the word for the other kind is not, and two are read (4.6). */
const kinds: ReadonlyMap<string, PolicyKind> = new Map([
  ['policy-tx', 'tx'],
  ['policy-withdraw', 'withdraw'],
  ['policy-withdrawal', 'withdraw'],
]);

/** Asks the present members for a new policy; the answer says only that they are asked (6.7). */
function changePolicy(context: Context) {
  const fund = fundOf(context);
  const { world, body, params } = context;
  const wallet = world.findWallet(params['wallet_id'] as string);
  if (wallet === undefined || wallet.fund !== fund) throw notFound('wallet');
  const policyId = requiredText(body, 'policy_id');
  const policyKind = kinds.get(requiredText(body, 'type'));
  if (policyKind === undefined) throw invalidField('type');
  const group = custodyGroup(body, fund.company);
  const policy = effectivePolicy(wallet, policyKind);
  if (policy === undefined || policy.id !== policyId) throw invalidField('policy_id');
  if (wallet.policyLocks[policyKind] !== '') throw badRequest('policy locked');
  proposePolicyChange(world, { wallet, policyKind, policy }, group);
  return answer(okBody);
}

const path = '/company/{company_id}/fund/{fund_id}/wallet/{wallet_id}/policy';

/** 53: the change of a wallet's policy; one page writes POST for PUT (K14). */
export const walletPolicyOperations: readonly Operation[] = [
  writeOperation('53', 'PUT', path, changePolicy),
  writeOperation('53', 'POST', path, changePolicy),
];
