import { fileOf } from './check-concern.ts';
import type { Binding, ClientConfig, SweepBindingConfig } from './clients.ts';
import { error, type Problem, type ProblemInFile, warning } from './concern.ts';
import type { Config } from './concerns.ts';
import type { LiveFacts } from './live-facts.ts';
import type { StrategyConfig } from './strategies.ts';

/** Comparisons made side by side, so that a long configuration does not take all day nor all of the API's rate limit. */
const atOnce = 4;

/**
 * What in a valid configuration is not so at the Partner API: wallets that do not exist, are in another fund or company or
 * hold another asset, core clients that are somebody else's. Nothing is changed.
 *
 * @param facts as the key sees them that initiates
 * @param approverFacts as the approver's key sees them; without it core clients of approvals are not compared
 * @returns every difference with its file and path; warnings for what cannot be seen from here
 * @throws PartnerApiError when the API cannot be asked
 */
export async function checkLive(config: Config, facts: LiveFacts, approverFacts?: LiveFacts): Promise<Problem[]> {
  const checks = [
    ...config.clients.flatMap((client, place) => clientChecks(client, `clients[${place}]`, facts)),
    ...config.strategies.map((strategy, place) => ({
      file: fileOf('strategies'),
      check: () => checkStrategy(strategy, `strategies[${place}]`, config.clients, facts),
    })),
    ...config.approvals.flatMap(({ coreClientId, rules }, place) => [
      {
        file: fileOf('approvals'),
        check: () => checkApprover(coreClientId, `approvals[${place}].coreClientId`, facts, approverFacts),
      },
      ...rules.map(({ when }, rule) => ({
        file: fileOf('approvals'),
        check: () => checkAssets(when.assets ?? [], `approvals[${place}].rules[${rule}].when.assets`, facts),
      })),
    ]),
  ];
  const problems: Problem[] = [];
  for (let start = 0; start < checks.length; start += atOnce) {
    const some = checks.slice(start, start + atOnce);
    const found = await Promise.all(
      some.map(async ({ file, check }) => (await check()).map((problem) => ({ file, ...problem }))),
    );
    problems.push(...found.flat());
  }
  return problems;
}

interface Check {
  readonly file: string;
  check(): Promise<ProblemInFile[]>;
}

function clientChecks(client: ClientConfig, path: string, facts: LiveFacts): Check[] {
  const file = fileOf('clients');
  return [
    ...client.bindings.map((binding, place) => ({
      file,
      check: () => checkBinding(binding, `${path}.bindings[${place}]`, facts),
    })),
    ...client.sweeps.map((sweep, place) => ({
      file,
      check: () => checkSweep(sweep, `${path}.sweeps[${place}]`, facts),
    })),
  ];
}

const noCompany = 'the Partner API knows no such company of this key';
const noAsset = 'the Partner API knows no asset';

async function checkBinding(
  { companyId, fundId, walletId, asset }: Binding,
  path: string,
  facts: LiveFacts,
): Promise<ProblemInFile[]> {
  const fund = await facts.fund(companyId, fundId);
  if (fund === undefined) {
    return (await facts.hasCompany(companyId))
      ? [error(`${path}.fundId`, `the company has no fund "${fundId}"`)]
      : [error(`${path}.companyId`, `${noCompany}: "${companyId}"`)];
  }
  const wallet = fund.wallets.find((each) => each.walletId === walletId);
  if (wallet === undefined) return [error(`${path}.walletId`, await whereIs(walletId, fundId, facts))];
  const problems: ProblemInFile[] = [];
  if (wallet.asset !== asset)
    problems.push(error(`${path}.asset`, `is "${asset}", but the wallet holds ${wallet.asset}`));
  if (wallet.status !== 'ready')
    problems.push(warning(`${path}.walletId`, `the wallet is ${wallet.status}, not ready`));
  return problems;
}

/** Why a wallet is not in its fund, in words. */
async function whereIs(walletId: string, fundId: string, facts: LiveFacts): Promise<string> {
  const elsewhere = await facts.wallet(walletId);
  if (elsewhere === undefined) return `the Partner API knows no wallet "${walletId}" of this key`;
  if (elsewhere.walletId !== walletId) return `is a short code: bind the wallet by its id, "${elsewhere.walletId}"`;
  return `the wallet "${walletId}" is not in the fund "${fundId}"`;
}

async function checkSweep(
  { coreClientId, walletId, asset, recipientWalletIds }: SweepBindingConfig,
  path: string,
  facts: LiveFacts,
): Promise<ProblemInFile[]> {
  const connected = await facts.connected(coreClientId);
  if (connected === undefined)
    return [error(`${path}.coreClientId`, `the Partner API knows no core client "${coreClientId}" of this key`)];
  const connection = connected.find((each) => each.walletId === walletId);
  if (connection === undefined)
    return [error(`${path}.walletId`, `the wallet "${walletId}" is not connected to this core client`)];
  const problems: ProblemInFile[] = [];
  if (connection.status !== 'approved')
    problems.push(warning(`${path}.walletId`, `its connection is ${connection.status}`));
  const wallet = await facts.wallet(walletId);
  if (wallet !== undefined && wallet.asset !== asset)
    problems.push(error(`${path}.asset`, `is "${asset}", but the wallet holds ${wallet.asset}`));
  for (const [place, recipientId] of recipientWalletIds.entries()) {
    problems.push(...(await checkRecipient(recipientId, asset, `${path}.recipientWalletIds[${place}]`, facts)));
  }
  return problems;
}

/** A sweep may pay any wallet of the network, and only our own can be seen. */
async function checkRecipient(
  recipientId: string,
  asset: string,
  path: string,
  facts: LiveFacts,
): Promise<ProblemInFile[]> {
  const recipient = await facts.wallet(recipientId);
  if (recipient === undefined) return [warning(path, 'is no wallet of this key: whether it exists cannot be seen')];
  return recipient.asset === asset ? [] : [error(path, `the wallet holds ${recipient.asset}, not ${asset}`)];
}

async function checkStrategy(
  strategy: StrategyConfig,
  path: string,
  clients: readonly ClientConfig[],
  facts: LiveFacts,
): Promise<ProblemInFile[]> {
  const client = clients.find(({ id }) => id === strategy.client);
  const sides = [
    { wallet: 'sendWalletId', scale: 'sendScale' },
    { wallet: 'receiveWalletId', scale: 'receiveScale' },
  ] as const;
  const found = sides.map(async (side) => {
    const walletId = strategy[side.wallet];
    const binding = client?.bindings.find(
      (each) => each.companyId === strategy.companyId && each.walletId === walletId,
    );
    if (binding === undefined) return [];
    const [first] = await checkBinding(binding, 'its binding', facts);
    if (first?.severity === 'error')
      return [error(`${path}.${side.wallet}`, `${first.path} is wrong: ${first.message}`)];
    return await checkScale(binding.asset, strategy[side.scale], `${path}.${side.scale}`, facts);
  });
  return (await Promise.all(found)).flat();
}

/** With another scale every price is wrong by powers of ten, and only the strategy's bounds stand in between. */
async function checkScale(asset: string, scale: string, path: string, facts: LiveFacts): Promise<ProblemInFile[]> {
  const known = (await facts.assets()).get(asset);
  if (known === undefined) return [error(path, `${noAsset} ${asset}`)];
  if (known.scale === BigInt(scale)) return [];
  return [error(path, `is ${scale}, but one ${known.unitCode || asset} is ${known.scale} base units`)];
}

async function checkApprover(
  coreClientId: string,
  path: string,
  facts: LiveFacts,
  approverFacts: LiveFacts | undefined,
): Promise<ProblemInFile[]> {
  const problems: ProblemInFile[] = [];
  if ((await facts.coreClientIds()).has(coreClientId))
    problems.push(warning(path, 'belongs to the key that initiates: whoever holds it can approve what it asks for'));
  if (approverFacts !== undefined && !(await approverFacts.coreClientIds()).has(coreClientId))
    problems.push(error(path, `the Partner API knows no core client "${coreClientId}" of the approver's key`));
  return problems;
}

/** A rule about an asset that is misspelt would never apply. */
async function checkAssets(codes: readonly string[], path: string, facts: LiveFacts): Promise<ProblemInFile[]> {
  if (codes.length === 0) return [];
  const known = await facts.assets();
  return codes.flatMap((code, place) => (known.has(code) ? [] : [error(`${path}[${place}]`, `${noAsset} ${code}`)]));
}
