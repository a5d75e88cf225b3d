import { checkedText } from '../check.ts';
import { InvalidRequestError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { type FundMember, readFundMember } from '../models/entity.ts';
import { type NewPolicy, type Policy, readPolicy, writeNewPolicy } from '../models/policy.ts';
import { type NewWallet, readWallet, type Wallet, writeNewWallet } from '../models/wallet.ts';
import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';
import { path } from '../urls.ts';

/** A fund to be made (reference 4.5). Its policies can never be changed; without any, its transactions get stuck. */
export interface NewFund {
  name: string;
  description?: string;
  transferPolicy?: NewPolicy;
  withdrawPolicy?: NewPolicy;
  wallets?: readonly NewWallet[];
}

/** What a new fund is answered with. */
export interface CreatedFund {
  fundId: string;
  transferPolicyId: string;
  withdrawPolicyId: string;
}

/** A fund with its policies and wallets. */
export interface Fund extends CreatedFund {
  name: string;
  description: string;
  transferPolicy?: Policy;
  withdrawPolicy?: Policy;
  members: FundMember[];
  assets: string[];
  wallets: Wallet[];
}

/** Where assets of a fund can be sent to from outside. */
export interface DepositAddress {
  asset: string;
  address: string;
  balanceBaseUnits: bigint;
}

/** An external address withdrawals may go to (reference 5.9). */
export interface WhitelistEntry {
  name: string;
  asset: string;
  address: string;
}

/** Funds of a company. */
export function fundsResource({ call, callForStatus }: Calls) {
  const addAssets = (name: string, place: string, assets: readonly string[], options?: CallOptions) =>
    call({ name, method: 'POST', path: place, body: { assets: checkedAssets(assets) } }, readWalletIds, options);

  return {
    /** Makes a fund. It has no idempotency key: never repeat it blindly. `POST …/fund` (11). */
    create: async (companyId: string, fund: NewFund, options?: CallOptions): Promise<CreatedFund> =>
      call(
        { name: 'funds.create', method: 'POST', path: path`/company/${companyId}/fund`, body: writeNewFund(fund) },
        readCreatedFund,
        options,
      ),

    /** One fund. `GET …/fund/{fund_id}` (12). */
    get: async (companyId: string, fundId: string, options?: CallOptions): Promise<Fund> =>
      call({ name: 'funds.get', method: 'GET', path: path`/company/${companyId}/fund/${fundId}` }, readFund, options),

    /** Funds whose name holds `query`; all without one. `GET …/fund/search` (19). */
    search: async (
      companyId: string,
      query?: string,
      options?: CallOptions,
    ): Promise<{ fundId: string; name: string }[]> =>
      call(
        { name: 'funds.search', method: 'GET', path: path`/company/${companyId}/fund/search`, query: { query } },
        (wire) =>
          read.objects(wire, 'list', 'matches').map((match) => ({
            fundId: read.requiredText(match, 'id', 'fund_id'),
            name: read.text(match, 'name'),
          })),
        options,
      ),

    /** Deposit addresses and balances, one row per wallet. `GET …/deposit` (13). */
    deposits: async (companyId: string, fundId: string, options?: CallOptions): Promise<DepositAddress[]> =>
      call(
        { name: 'funds.deposits', method: 'GET', path: path`/company/${companyId}/fund/${fundId}/deposit` },
        (wire) =>
          read.objects(wire, 'list').map((row) => ({
            asset: read.text(row, 'asset'),
            address: read.text(row, 'address'),
            balanceBaseUnits: read.amount(row, 'balance'),
          })),
        options,
      ),

    /** Addresses withdrawals may go to. `GET …/whitelist` (14). */
    whitelist: async (
      companyId: string,
      fundId: string,
      filter: { address?: string; asset?: string } = {},
      options?: CallOptions,
    ): Promise<WhitelistEntry[]> =>
      call(
        {
          name: 'funds.whitelist',
          method: 'GET',
          path: path`/company/${companyId}/fund/${fundId}/whitelist`,
          query: { address: filter.address, asset: filter.asset },
        },
        (wire) =>
          read.objects(wire, 'list').map((row) => ({
            name: read.text(row, 'name'),
            asset: read.text(row, 'asset'),
            address: read.text(row, 'address'),
          })),
        options,
      ),

    /** Allows withdrawals to an address, at once and for good: it cannot be removed. `POST …/whitelist` (15). */
    addToWhitelist: async (
      companyId: string,
      fundId: string,
      { name, asset, address }: WhitelistEntry,
      options?: CallOptions,
    ): Promise<void> =>
      callForStatus(
        {
          name: 'funds.addToWhitelist',
          method: 'POST',
          path: path`/company/${companyId}/fund/${fundId}/whitelist`,
          body: {
            name: checkedText(name, 'name'),
            asset: checkedText(asset, 'asset'),
            address: checkedText(address, 'address'),
          },
        },
        options,
      ),

    /** Makes one wallet per asset, with the fund's policies; the ids of the wallets. `POST …/asset` (16). */
    addAssets: async (
      companyId: string,
      fundId: string,
      assets: readonly string[],
      options?: CallOptions,
    ): Promise<string[]> =>
      addAssets('funds.addAssets', path`/company/${companyId}/fund/${fundId}/asset`, assets, options),

    /** The same by its legacy path, for servers that know no other (K10). `POST …/deposit` (D1). */
    addAssetsLegacy: async (
      companyId: string,
      fundId: string,
      assets: readonly string[],
      options?: CallOptions,
    ): Promise<string[]> =>
      addAssets('funds.addAssetsLegacy', path`/company/${companyId}/fund/${fundId}/deposit`, assets, options),

    /** Makes wallets; their ids in the order of the request. Wallets cannot be removed. `POST …/wallet` (17). */
    addWallets: async (
      companyId: string,
      fundId: string,
      wallets: readonly NewWallet[],
      options?: CallOptions,
    ): Promise<string[]> =>
      call(
        {
          name: 'funds.addWallets',
          method: 'POST',
          path: path`/company/${companyId}/fund/${fundId}/wallet`,
          body: { wallets: writeWallets(wallets) },
        },
        readWalletIds,
        options,
      ),
  };
}

function writeWallets(wallets: readonly NewWallet[]): JsonObject[] {
  return wallets.map((wallet, index) => writeNewWallet(wallet, `wallets.${index}`));
}

function checkedAssets(assets: readonly string[]): string[] {
  if (assets.length === 0) throw new InvalidRequestError('assets is empty');
  return assets.map((asset) => checkedText(asset, 'assets'));
}

function writeNewFund(fund: NewFund): JsonObject {
  const { transferPolicy, withdrawPolicy } = fund;
  return {
    name: checkedText(fund.name, 'name'),
    description: fund.description ?? '',
    custodygroup_withdraw: withdrawPolicy === undefined ? undefined : writeNewPolicy(withdrawPolicy, 'withdrawPolicy'),
    custodygroup_tx: transferPolicy === undefined ? undefined : writeNewPolicy(transferPolicy, 'transferPolicy'),
    wallets: fund.wallets === undefined ? undefined : writeWallets(fund.wallets),
  };
}

function readWalletIds(wire: JsonObject): string[] {
  return read.texts(wire, 'wallets');
}

function readCreatedFund(wire: JsonObject): CreatedFund {
  return {
    // One page prints blanks in the member names (K11).
    fundId: read.requiredText(wire, 'fund_id', 'fund id'),
    transferPolicyId: read.text(wire, 'custodygroup_tx', 'custodygroup tx'),
    withdrawPolicyId: read.text(wire, 'custodygroup_withdraw', 'custodygroup withdraw'),
  };
}

function readFund(wire: JsonObject): Fund {
  const transferPolicy = read.optionalObject(wire, 'policy_tx');
  const withdrawPolicy = read.optionalObject(wire, 'policy_withdraw');
  return {
    ...readCreatedFund(wire),
    name: read.text(wire, 'name'),
    description: read.text(wire, 'description'),
    ...(transferPolicy === undefined ? {} : { transferPolicy: readPolicy(transferPolicy) }),
    ...(withdrawPolicy === undefined ? {} : { withdrawPolicy: readPolicy(withdrawPolicy) }),
    members: read.objects(wire, 'members').map(readFundMember),
    assets: read.texts(wire, 'assets'),
    wallets: read.objects(wire, 'wallets').map(readWallet),
  };
}
