import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../lib/approvals/decision.ts';
import { listDecisions } from '../../../lib/approvals/list.ts';
import { approveActions } from '../../../lib/approvals/run.ts';
import { arrivalsIn, type Deposit } from '../../../lib/deposits/deposit.ts';
import { watchDeposits } from '../../../lib/deposits/run.ts';
import { acceptInstruction } from '../../../lib/instructions/accept.ts';
import type { SweepBinding } from '../../../lib/instructions/bindings.ts';
import type { Kind } from '../../../lib/instructions/kinds/kind.ts';
import { quote } from '../../../lib/instructions/kinds/quote.ts';
import { sweep } from '../../../lib/instructions/kinds/sweep.ts';
import { take } from '../../../lib/instructions/kinds/take.ts';
import { transfer } from '../../../lib/instructions/kinds/transfer.ts';
import { withdrawal } from '../../../lib/instructions/kinds/withdrawal.ts';
import { poll } from '../../../lib/instructions/poll.ts';
import { fundGroup, type Instruction } from '../../../lib/instructions/record.ts';
import { submitInstruction } from '../../../lib/instructions/submit.ts';
import { latestReport } from '../../../lib/reconciliation/report.ts';
import { reconcile } from '../../../lib/reconciliation/run.ts';
import { Crash, faultKinds, Service } from './service.ts';

type Company = Awaited<ReturnType<Service['company']>>;

const matching = (coreClientId: string) => ({
  coreClientId,
  client: 'desk',
  rules: [{ name: 'ours', decide: 'approve' as const, when: { matchesInstruction: true as const } }],
});

/** Has an instruction accepted and submitted. */
async function ask(
  service: Service,
  kind: Kind,
  { bindings }: Pick<Company, 'bindings'>,
  key: string,
  body: object,
  sweeps: readonly SweepBinding[] = [],
): Promise<string> {
  const { instruction } = await acceptInstruction(service.worker(), {
    kind,
    source: 'http',
    client: { id: 'desk', bindings, sweeps },
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

/** Who has to approve, besides the rules. */
const mixes = [
  { who: 'rules alone', approvers: () => ({}) },
  { who: 'rules and a person', approvers: (name: string) => ({ people: [`${name}@heron.example`], threshold: 2 }) },
];

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

  it.each(mixes)('$who: approve a withdrawal of ours, whose company the API may leave blank', async ({ approvers }) => {
    const service = new Service();
    const company = await service.company(approvers('nina'));
    const address = 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD';
    const { companyId, fundId } = company;
    await service.initiator.api.funds.addToWhitelist(companyId, fundId, {
      name: 'Cold',
      asset: 'BTC-TESTNET',
      address,
    });
    const { walletId } = company.one;
    const id = await ask(service, asKind(withdrawal), company, 'w-1', {
      companyId,
      walletId,
      address,
      amount: '120000',
    });
    await run(service, company);
    expect(await stateOf(service, company, id)).toBe('completed');
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

describe('a transfer approved by rule, with one fault at any outside call', () => {
  /** Everything the schedules and queues would do, once a minute; what fails is not repeated by anybody. */
  async function minute(service: Service, company: Company, id: string): Promise<void> {
    const flows = [
      () => submitInstruction(service.worker(), id),
      () => run(service, company),
      () => poll(service.worker(), fundGroup(company.one)),
    ];
    for (const flow of flows) {
      try {
        await flow();
      } catch (error) {
        if (!(error instanceof Crash || (error as Error).message === 'planted')) throw error;
      }
    }
    service.nowMs += 60_000;
  }

  async function accepted(): Promise<{ service: Service; company: Company; id: string }> {
    const service = new Service();
    const company = await service.company();
    const { instruction } = await acceptInstruction(service.worker(), {
      kind: asKind(transfer),
      source: 'http',
      client: { id: 'desk', bindings: company.bindings },
      idempotencyKey: 'order-1',
      body: transferBody(company),
    });
    service.calls = 0;
    return { service, company, id: instruction.id };
  }

  it('is carried out and approved once, and both sides agree on it', async () => {
    const plain = await accepted();
    for (let turn = 0; turn < 3; turn++) await minute(plain.service, plain.company, plain.id);
    expect(plain.service.calls).toBeGreaterThan(30);
    for (let call = 0; call < plain.service.calls; call++) {
      for (const kind of faultKinds) {
        const { service, company, id } = await accepted();
        service.fault = { call, kind };
        for (let turn = 0; turn < 15; turn++) await minute(service, company, id);
        const what = `${kind} at call ${call}`;
        expect((await service.table.get<Instruction>(id))?.state, what).toBe('completed');
        expect(
          [...service.sandbox.world.transactions.values()].map(({ status }) => status),
          what,
        ).toEqual(['approved']);
        const decisions = service.table.all<Decision>().filter(({ id: key }) => key.startsWith('decision/'));
        expect(decisions, what).toMatchObject([{ decision: 'approve', status: 'approved' }]);
        expect(service.alarms, what).toEqual([]);
      }
    }
  });
});

describe('approvals of swaps, sweeps and connections against the sandbox', () => {
  it.each(mixes)('$who: approve both sides of a swap of ours, with balances as done by hand', async ({ approvers }) => {
    const service = new Service();
    const maker = await service.company(approvers('nina'));
    const taker = await service.company(approvers('tom'));
    const client = { bindings: [...maker.bindings, ...taker.bindings] };
    const quoteId = await ask(service, asKind(quote), client, 'quote-1', {
      companyId: maker.companyId,
      sendWalletId: maker.one.walletId,
      receiveWalletId: maker.eth.walletId,
      sendAmount: '640000',
      receiveAmount: '98000000',
    });
    await run(service, maker);
    expect(await stateOf(service, maker, quoteId)).toBe('open');
    const { txId } = (await service.table.get<Instruction>(quoteId)) as Instruction;
    const takeId = await ask(service, asKind(take), client, 'take-1', {
      txId,
      companyId: taker.companyId,
      sendWalletId: taker.eth.walletId,
      receiveWalletId: taker.one.walletId,
      worstPrice: { sendAmount: '98000000', receiveAmount: '640000' },
    });
    await run(service, taker);
    expect(await stateOf(service, taker, takeId)).toBe('completed');
    expect(await stateOf(service, maker, quoteId)).toBe('completed');
    const balance = async (walletId: string) => (await service.initiator.api.wallets.get(walletId)).balanceBaseUnits;
    expect(await balance(maker.one.walletId)).toBe(5_000_000n - 640_000n - 640n);
    expect(await balance(maker.eth.walletId)).toBe(900_000_000n + 98_000_000n);
    expect(await balance(taker.one.walletId)).toBe(5_000_000n + 640_000n);
    expect(await balance(taker.eth.walletId)).toBe(900_000_000n - 98_000_000n - 98_000n);
    const settings = { watches: [{ client: 'desk' }], clients: [{ id: 'desk', ...client, sweeps: [] }] };
    await watchDeposits(service.worker(), settings, service.nowMs + 55_000);
    const deposits = service.table.all<Deposit>().filter(({ subject }) => subject === 'deposit');
    expect(deposits.map(({ txId: transaction }) => transaction)).toEqual([undefined, undefined, undefined, undefined]);
    expect(service.alarms).toEqual([]);
  });

  it('decide wallet connections by the customer data, and approve our sweep out of the connected wallet', async () => {
    const service = new Service();
    const customer = await service.company();
    const { coreClientId: exchangeId } = await service.initiator.api.coreClients.create('Tern Exchange');
    service.control('POST', '/exchanges', { coreClientId: exchangeId, name: 'Tern', url: 'tern.example' });
    const connect = (name: string, clientId: string) =>
      service.initiator.api.funds.addWallets(customer.companyId, customer.fundId, [
        { name, asset: 'BTC-TESTNET', type: 1, connect: [{ counterpartyId: exchangeId, clientId }] },
      ]);
    const [wanted] = await connect('Tern trading', 'C-4471');
    await connect('Somebody else', 'X-1');
    const config = {
      coreClientId: exchangeId,
      client: 'desk',
      rules: [
        {
          name: 'customers',
          decide: 'approve' as const,
          when: { actionTypes: ['ApproveNewWalletConnect'], customer: { customer_id: { startsWith: 'C-' } } },
        },
        { name: 'strangers', decide: 'reject' as const, when: { actionTypes: ['ApproveNewWalletConnect'] } },
        { name: 'ours', decide: 'approve' as const, when: { matchesInstruction: true as const } },
      ],
    };
    // The exchange votes with the key its core client belongs to.
    const exchange = service.approver(service.initiator.keyId);
    await approveActions(exchange, config, service.nowMs + 55_000);
    const { wallets } = await service.initiator.api.funds.get(customer.companyId, customer.fundId);
    const statusOf = (name: string) => wallets.find((wallet) => wallet.name === name)?.status;
    expect([statusOf('Tern trading'), statusOf('Somebody else')]).toEqual(['ready', 'rejected']);

    const walletId = wanted as string;
    service.control('POST', '/deposits', { walletId, amount: '1000000' });
    const recipientWalletId = customer.two.walletId;
    const binding = {
      coreClientId: exchangeId,
      walletId,
      asset: 'BTC-TESTNET',
      recipientWalletIds: [recipientWalletId],
    };
    const body = { coreClientId: exchangeId, walletId, recipientWalletId, amount: '300000', reference: 'fill-902' };
    const id = await ask(service, asKind(sweep), { bindings: [] }, 'sweep-1', body, [binding]);
    await approveActions(exchange, config, service.nowMs + 55_000);
    service.nowMs += 60_000;
    await poll(service.worker(), id);
    expect((await service.table.get<Instruction>(id))?.state).toBe('completed');
    const balance = async (wallet: string) => (await service.initiator.api.wallets.get(wallet)).balanceBaseUnits;
    expect(await balance(walletId)).toBe(1_000_000n - 300_000n - 300n);
    expect(await balance(recipientWalletId)).toBe(300_000n);
  });

  it('leave a change of a policy to people', async () => {
    const service = new Service();
    const company = await service.company();
    const { transferPolicyId } = await service.initiator.api.wallets.get(company.one.walletId);
    const change = {
      policyId: transferPolicyId,
      threshold: 1,
      members: [company.coreClientId],
      type: 'policy-tx' as const,
    };
    await service.initiator.api.wallets.setPolicy({ ...company.one }, change);
    await run(service, company);
    const waiting = await service.approverKey.api.coreClients.actions(company.coreClientId);
    expect(waiting).toMatchObject([{ type: 'ApproveUpdatePolicy', status: 'pending' }]);
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
