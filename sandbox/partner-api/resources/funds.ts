import { newPolicy, optionalCustodyGroup } from '../custody-groups.ts';
import { conflict, invalidField, missingField } from '../errors.ts';
import { optionalList, optionalText, requiredText, requiredTexts } from '../fields.ts';
import { integerJson } from '../json.ts';
import type { Fund } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import { newRowIndex } from '../statement.ts';
import { knownAsset, makeWallet, wantedWallets } from '../wallet-making.ts';
import { companyEntity, policyBody, settledBalance, walletBodies } from './bodies.ts';
import { companyOf, fundOf } from './lookups.ts';

function createFund(context: Context) {
  const company = companyOf(context);
  const { world, body } = context;
  const name = requiredText(body, 'name');
  const description = optionalText(body, 'description');
  const withdraw = optionalCustodyGroup(body, 'custodygroup_withdraw', company);
  const tx = optionalCustodyGroup(body, 'custodygroup_tx', company);
  const wallets = wantedWallets(optionalList(body, 'wallets') ?? [], world, company);
  const fund: Fund = {
    id: world.newId(),
    company,
    name,
    description,
    policies: { tx: undefined, withdraw: undefined },
    whitelist: [],
    wallets: [],
    rows: newRowIndex(),
    rowsByAsset: new Map(),
  };
  fund.policies.withdraw = newPolicy(world, 'withdraw', withdraw, { fund });
  fund.policies.tx = newPolicy(world, 'tx', tx, { fund });
  world.funds.set(fund.id, fund);
  company.funds.set(fund.id, fund);
  for (const wanted of wallets) makeWallet(world, fund, wanted);
  const { policies } = fund;
  return answer({
    fund_id: fund.id,
    custodygroup_withdraw: policies.withdraw?.id ?? '',
    custodygroup_tx: policies.tx?.id ?? '',
  });
}

function readFund(context: Context) {
  const fund = fundOf(context);
  return answer({
    fund_id: fund.id,
    name: fund.name,
    description: fund.description,
    custodygroup_withdraw: fund.policies.withdraw?.id ?? '',
    custodygroup_tx: fund.policies.tx?.id ?? '',
    policy_withdraw: policyBody(fund.policies.withdraw),
    policy_tx: policyBody(fund.policies.tx),
    members: [{ entity: companyEntity(fund.company), permissions: { admin: true } }],
    assets: [...new Set(fund.wallets.map((wallet) => wallet.asset))],
    wallets: walletBodies(fund.wallets),
  });
}

function readDeposits(context: Context) {
  const list = fundOf(context).wallets.map((wallet) => ({
    asset: wallet.asset,
    address: wallet.address,
    balance: integerJson(settledBalance(wallet)),
  }));
  return answer({ total_count: list.length, list });
}

/** One wallet per asset, with inherited policies; an asset the fund already has is 409 (4.5). */
function addAssets(context: Context) {
  const fund = fundOf(context);
  const { world, body, account } = context;
  const codes = requiredTexts(body, 'assets').map((code) => knownAsset(code, account));
  if (new Set(codes).size !== codes.length) throw invalidField('assets');
  if (fund.wallets.some((wallet) => codes.includes(wallet.asset))) throw conflict('asset exists');
  const plain = { type: 0, withdraw: undefined, tx: undefined, connect: [] };
  const made = codes.map((asset) => makeWallet(world, fund, { ...plain, name: asset, asset }));
  return answer({ wallets: made.map((wallet) => wallet.id) });
}

function addWallets(context: Context) {
  const fund = fundOf(context);
  const { world, body } = context;
  const list = optionalList(body, 'wallets');
  if (list === undefined) throw missingField('wallets');
  if (list.length === 0) throw invalidField('wallets');
  const made = wantedWallets(list, world, fund.company).map((wanted) => makeWallet(world, fund, wanted));
  return answer({ wallets: made.map((wallet) => wallet.id) });
}

function searchFunds(context: Context) {
  const text = (context.query.get('query') ?? '').toLowerCase();
  const found = [...companyOf(context).funds.values()].filter((fund) => fund.name.toLowerCase().includes(text));
  return answer({ total_count: found.length, list: found.map(({ id, name }) => ({ name, id })) });
}

const fundPath = '/company/{company_id}/fund';

/** 11 to 13, 16, 17, 19 and the legacy D1: funds and their wallets (4.5). */
export const fundOperations: readonly Operation[] = [
  writeOperation('11', 'POST', fundPath, createFund),
  readOperation('12', `${fundPath}/{fund_id}`, readFund),
  readOperation('13', `${fundPath}/{fund_id}/deposit`, readDeposits),
  writeOperation('16', 'POST', `${fundPath}/{fund_id}/asset`, addAssets),
  writeOperation('D1', 'POST', `${fundPath}/{fund_id}/deposit`, addAssets),
  writeOperation('17', 'POST', `${fundPath}/{fund_id}/wallet`, addWallets),
  readOperation('19', `${fundPath}/search`, searchFunds),
];
