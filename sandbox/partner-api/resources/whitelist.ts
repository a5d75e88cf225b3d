import { okBody } from '../errors.ts';
import { requiredText } from '../fields.ts';
import type { Fund } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import { addressKey, knownAsset } from '../wallet-making.ts';
import { fundOf } from './lookups.ts';

/** The whitelist entry for an address and asset in a fund; Ethereum addresses in any case (4.5, 5.9). */
export function whitelistEntry(fund: Fund, asset: string, address: string): { name: string } | undefined {
  const key = addressKey(address);
  return fund.whitelist.find((entry) => entry.asset === asset && addressKey(entry.address) === key);
}

function listEntries(context: Context) {
  const fund = fundOf(context);
  const address = context.query.get('address');
  const asset = context.query.get('asset');
  const list = fund.whitelist
    .filter((entry) => !address || addressKey(entry.address) === addressKey(address))
    .filter((entry) => !asset || entry.asset === asset);
  return answer({ total_count: list.length, list });
}

/** Effective at once; adding the same entry again changes nothing but is no error. */
function addEntry(context: Context) {
  const fund = fundOf(context);
  const name = requiredText(context.body, 'name');
  const asset = knownAsset(requiredText(context.body, 'asset'), context.account);
  const address = requiredText(context.body, 'address');
  if (whitelistEntry(fund, asset, address) === undefined) fund.whitelist.push({ name, asset, address });
  return answer(okBody);
}

const path = '/company/{company_id}/fund/{fund_id}/whitelist';

/** 14 and 15: whitelisted addresses of a fund. */
export const whitelistOperations: readonly Operation[] = [
  readOperation('14', path, listEntries),
  writeOperation('15', 'POST', path, addEntry),
];
