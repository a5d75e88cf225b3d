import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../lib/approvals/decision.ts';
import { listDecisions } from '../../../lib/approvals/list.ts';
import { approveActions } from '../../../lib/approvals/run.ts';
import { arrivalsIn, type Deposit } from '../../../lib/deposits/deposit.ts';
import { watchDeposits } from '../../../lib/deposits/run.ts';
import { acceptInstruction } from '../../../lib/instructions/accept.ts';
import type { Kind } from '../../../lib/instructions/kinds/kind.ts';
import { transfer } from '../../../lib/instructions/kinds/transfer.ts';
import { poll } from '../../../lib/instructions/poll.ts';
import { fundGroup, type Instruction } from '../../../lib/instructions/record.ts';
import { submitInstruction } from '../../../lib/instructions/submit.ts';
import { latestReport } from '../../../lib/reconciliation/report.ts';
import { reconcile } from '../../../lib/reconciliation/run.ts';
import { Service } from './service.ts';

type Company = Awaited<ReturnType<Service['company']>>;

const matching = (coreClientId: string) => ({
  coreClientId,
  client: 'desk',
  rules: [{ name: 'ours', decide: 'approve' as const, when: { matchesInstruction: true as const } }],
});

/** Has an instruction accepted and submitted. */
async function ask(service: Service, kind: Kind, { bindings }: Company, key: string, body: object): Promise<string> {
  const { instruction } = await acceptInstruction(service.worker(), {
    kind,
    source: 'http',
    client: { id: 'desk', bindings },
    idempotencyKey: key,
    body,
  });
  await submitInstruction(service.worker(), instruction.id);
  return instruction.id;
}

function transferBody({ one, two }: Company) {
  const { companyId, walletId } = one;
  return { companyId, walletId, counterpartyWalletId: two.walletId, amount: '250000', reference: 'inv-1' };
}

const asKind = (kind: unknown) => kind as Kind;
const run = (service: Service, company: Company) =>
  approveActions(service.approver(), matching(company.coreClientId), service.nowMs + 55_000);

async function stateOf(service: Service, company: Company, id: string): Promise<string | undefined> {
  service.nowMs += 60_000;
  await poll(service.worker(), fundGroup(company.one));
  return (await service.table.get<Instruction>(id))?.state;
}

describe('approvals against the sandbox', () => {
  it('approve our transfer, and not one with the same fields by somebody else who holds the API key', async () => {
    const service = new Service();
    const company = await service.company();
    const id = await ask(service, asKind(transfer), company, 'order-1', transferBody(company));
    await service.initiator.api.transfers.create(company.companyId, {
      walletId: company.one.walletId,
      counterpartyWalletId: company.two.walletId,
      asset: 'BTC-TESTNET',
      amountBaseUnits: 250_000n,
      expiresAtSeconds: Math.floor(service.nowMs / 1000) + 86_400,
      reference: 'inv-1',
      partnerTxId: 'another',
    });
    for (let minute = 0; minute < 20; minute++) {
      await run(service, company);
      service.nowMs += 60_000;
    }
    expect(await stateOf(service, company, id)).toBe('completed');
    const waiting = await service.approverKey.api.coreClients.actions(company.coreClientId);
    expect(waiting).toHaveLength(1);
    const { items } = await listDecisions({ store: service.table }, 'desk', {});
    expect(items).toMatchObject([{ rule: 'ours', status: 'approved', matched: { instructionId: id } }]);
    expect((await service.initiator.api.wallets.get(company.two.walletId)).balanceBaseUnits).toBe(250_000n);
    expect(service.sandbox.world.ledger.proof().balanced).toBe(true);
    expect(service.alarms).toEqual([]);
  });

  it('and people together reach a threshold of two', async () => {
    const service = new Service();
    const company = await service.company({ people: ['nina@heron.example'], threshold: 2 });
    const id = await ask(service, asKind(transfer), company, 'order-1', transferBody(company));
    expect(await stateOf(service, company, id)).toBe('pending');
    await run(service, company);
    expect(await stateOf(service, company, id)).toBe('completed');
    await run(service, company);
    expect(service.table.all<Decision>().filter(({ id: key }) => key.startsWith('decision/'))).toMatchObject([
      { status: 'approved' },
    ]);
  });

  it('reject by rule', async () => {
    const service = new Service();
    const company = await service.company();
    const id = await ask(service, asKind(transfer), company, 'order-1', transferBody(company));
    const rules = [
      { name: 'none', decide: 'reject' as const, when: { assets: ['BTC-TESTNET'], amount: { min: '1' } } },
    ];
    await approveActions(service.approver(), { ...matching(company.coreClientId), rules }, service.nowMs + 55_000);
    expect(await stateOf(service, company, id)).toBe('rejected');
  });
});

describe('deposits against the sandbox', () => {
  it('tell each arrival once: from outside, and from a wallet of the same fund', async () => {
    const service = new Service();
    const company = await service.company();
    const settings = {
      watches: [{ client: 'desk' }],
      clients: [{ id: 'desk', bindings: company.bindings, sweeps: [] }],
    };
    await ask(service, asKind(transfer), company, 'order-1', transferBody(company));
    await run(service, company);
    for (let minute = 0; minute < 3; minute++) {
      await watchDeposits(service.worker(), settings, service.nowMs + 55_000);
      service.nowMs += 60_000;
    }
    const deposits = service.table.all<Deposit>().filter(({ subject }) => subject === 'deposit');
    expect(deposits.map(({ walletId, amount, txId }) => [walletId, amount, txId !== undefined]).toSorted()).toEqual(
      [
        [company.one.walletId, '5000000', false],
        [company.two.walletId, '250000', true],
        [company.eth.walletId, '900000000', false],
      ].toSorted(),
    );
    const history = await service.initiator.api.wallets.history(company.one.walletId);
    expect(arrivalsIn('test', { client: 'desk', walletId: company.one.walletId }, history)).toMatchObject([
      { id: deposits.find(({ walletId }) => walletId === company.one.walletId)?.id },
    ]);
  });
});

describe('reconciliation against the sandbox', () => {
  it('agrees on what we did, and names what somebody else did with the API key', async () => {
    const service = new Service();
    const company = await service.company();
    const id = await ask(service, asKind(transfer), company, 'order-1', transferBody(company));
    await run(service, company);
    expect(await stateOf(service, company, id)).toBe('completed');
    const foreign = await service.initiator.api.transfers.create(company.companyId, {
      walletId: company.one.walletId,
      counterpartyWalletId: company.two.walletId,
      asset: 'BTC-TESTNET',
      amountBaseUnits: 7n,
      expiresAtSeconds: Math.floor(service.nowMs / 1000) + 600,
      partnerTxId: 'another',
    });
    service.nowMs += 24 * 3_600_000;
    const desk = { id: 'desk', bindings: company.bindings };
    await reconcile(service.worker(), [desk], service.nowMs + 55_000);
    const report = await latestReport({ store: service.table }, 'desk');
    expect(report).toMatchObject({
      differencesFound: 1,
      differences: [{ what: 'ledgerOnly', txId: foreign.txId, ledger: { status: 'expired', amount: '7' } }],
      funds: [{ rows: 2, instructions: 1, truncated: false }],
    });
  });
});
