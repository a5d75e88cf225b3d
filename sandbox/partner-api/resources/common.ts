import { assetByCode, assetsFor } from '../assets.ts';
import { badRequest, invalidField } from '../errors.ts';
import { type FeeType, quoteFee } from '../fee-schedule.ts';
import { requiredAmount, requiredText } from '../fields.ts';
import { answer, askOperation, type Context, type Operation, readOperation } from '../operation.ts';
import { feesBody } from './bodies.ts';

/** The fee types a partner may ask about (Appendix D). */
const feeTypes: readonly FeeType[] = ['withdraw', 'transferOut', 'swap'];

function quote({ body, account, world }: Context) {
  const type = requiredText(body, 'type') as FeeType;
  if (!feeTypes.includes(type)) throw invalidField('type');
  const asset = assetByCode.get(requiredText(body, 'asset'));
  const amount = requiredAmount(body, 'amount');
  if (asset === undefined || !assetsFor(account.kind).includes(asset)) throw badRequest('unknown asset');
  return answer(feesBody(quoteFee(world.settings.feesBps, type, amount)));
}

/** 1 and 2: assets and fees (4.2). */
export const commonOperations: readonly Operation[] = [
  readOperation('1', '/assets', ({ account }) => answer({ assets: assetsFor(account.kind) })),
  askOperation('2', '/fees', quote),
];
