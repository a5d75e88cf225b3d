import type { Bindings } from '../../lib/instructions/bindings.ts';
import { derivedId } from '../../lib/instructions/ids.ts';
import type { Kind } from '../../lib/instructions/kinds/kind.ts';
import { quote } from '../../lib/instructions/kinds/quote.ts';
import { sweep } from '../../lib/instructions/kinds/sweep.ts';
import { take } from '../../lib/instructions/kinds/take.ts';
import { withdrawal } from '../../lib/instructions/kinds/withdrawal.ts';
import type { Plan } from './faults.ts';
import type { Ends, Run } from './plans.ts';
import { SimulatedApi } from './sandbox.ts';
import { Timeline } from './timeline.ts';
import { type RunSettings, SimulatedWorld } from './world.ts';

const startMs = Date.UTC(2026, 0, 5, 9);
const client = 'treasury-desk';
const expiresAt = startMs / 1000 + 3600;
const coldStore = 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn';

/** Everything a course may use to set its stage. */
interface Stage {
  readonly api: SimulatedApi;
  readonly world: SimulatedWorld;
  readonly timeline: Timeline;
  asks(kind: Kind, key: string, may: Bindings, body: Record<string, unknown>): void;
}

/** A course of events of one kind, before anything breaks. */
export interface KindCourse {
  readonly name: string;
  /** The states of its instructions at the end of a run without faults, in the order they were asked for. */
  readonly ends: Ends;
  /** How else it may end when something breaks: what comes late, and what was never asked for. */
  readonly orEnds?: readonly Ends[];
  readonly approveAfterMs: number | null;
  play(stage: Stage): void;
}

/** The instruction of the quote, in every course that has one. */
export const theQuote = { client, id: idOf('q-31') };

function idOf(key: string): string {
  return derivedId('simulation', 'http', client, key);
}

/** What the sandbox answers to a request of the account's own, made beside the functions. */
function requested<T>(api: SimulatedApi, method: string, target: string, body?: object): T {
  const { status, body: text } = api.sandbox.call({
    apiKeyId: api.demo.keyId,
    method,
    target,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (status >= 300) throw new Error(`${method} ${target}: ${status} ${text}`);
  return JSON.parse(text) as T;
}

function controlled<T>(api: SimulatedApi, method: string, target: string, body?: object): T {
  const { status, body: text } = api.sandbox.control({
    method,
    target,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (status >= 300) throw new Error(`${method} ${target}: ${status} ${text}`);
  return JSON.parse(text) as T;
}

/** Somebody votes on everything that is put to them, every few seconds. */
function votes({ api, timeline }: Stage, decision: 'PUT' | 'DELETE', everyMs = 5_000): void {
  timeline.after(everyMs, async () => {
    const { actions } = controlled<{ actions: { id: string }[] }>(api, 'GET', '/actions');
    for (const { id } of actions) controlled(api, decision, `/actions/${id}`);
    votes({ api, timeline } as Stage, decision, everyMs);
  });
}

function operatingBindings({ demo }: SimulatedApi): Bindings {
  return { bindings: [demo.operating.btc, demo.operating.eth] };
}

function asksToWithdraw({ api, asks }: Stage): void {
  const { companyId, walletId } = api.demo.operating.btc;
  asks(withdrawal, 'cold-7', operatingBindings(api), {
    companyId,
    walletId,
    address: coldStore,
    amount: '120000',
    expiresAt,
    reference: 'cold-7',
  });
}

function asksToQuote({ api, asks }: Stage, lifetimeSeconds = 3600): void {
  const { btc, eth } = api.demo.operating;
  asks(quote, 'q-31', operatingBindings(api), {
    companyId: btc.companyId,
    sendWalletId: btc.walletId,
    receiveWalletId: eth.walletId,
    sendAmount: '640000',
    receiveAmount: '98000000',
    expiresAt: startMs / 1000 + lifetimeSeconds,
  });
}

/** The settlement desk takes the quote as soon as it sees it on the hub. */
function takesWhenListed(stage: Stage, worstSendAmount: string): void {
  const { api, timeline, asks } = stage;
  const { btc, eth } = api.demo.settlement;
  timeline.after(3_000, async () => {
    const made = api.transactions().find(({ partnerTxId }) => partnerTxId === theQuote.id);
    if (made?.status !== 'taker_pending') return takesWhenListed(stage, worstSendAmount);
    requested(api, 'POST', `/company/${btc.companyId}/liquidityhub`, { tx_id: made.id });
    asks(
      take,
      'cf-9',
      { bindings: [btc, eth] },
      {
        txId: made.id,
        companyId: btc.companyId,
        sendWalletId: eth.walletId,
        receiveWalletId: btc.walletId,
        worstPrice: { sendAmount: worstSendAmount, receiveAmount: '640000' },
      },
    );
  });
}

/** The operating BTC wallet's neighbour is connected to an exchange of the same key, which may sweep it. */
function asksToSweep({ api, asks }: Stage): void {
  const { operating, settlement } = api.demo;
  const { companyId, fundId } = operating.btc;
  const { id: coreClientId } = requested<{ id: string }>(api, 'POST', '/coreclient', { name: 'tern' });
  controlled(api, 'POST', '/exchanges', { coreClientId, name: 'Tern Exchange' });
  const connect = [{ counterparty_id: coreClientId, client_id: 'C-4471' }];
  const wallets = [{ name: 'Tern trading', asset: 'BTC-TESTNET', type: 1, connect }];
  const made = requested<{ wallets: string[] }>(api, 'POST', `/company/${companyId}/fund/${fundId}/wallet`, {
    wallets,
  });
  const [walletId = ''] = made.wallets;
  const { actions } = controlled<{ actions: { id: string }[] }>(api, 'GET', '/actions');
  for (const { id } of actions) controlled(api, 'PUT', `/actions/${id}`);
  controlled(api, 'POST', '/deposits', { walletId, amount: '900000' });
  const recipientWalletId = settlement.btc.walletId;
  const bound = { coreClientId, walletId, asset: 'BTC-TESTNET', recipientWalletIds: [recipientWalletId] };
  asks(
    sweep,
    'fill-902',
    { bindings: [], sweeps: [bound] },
    {
      coreClientId,
      walletId,
      recipientWalletId,
      amount: '300000',
      expiresAt,
      reference: 'fill-902',
    },
  );
}

/** The courses every fault is tried in. */
export const kindCourses: readonly KindCourse[] = [
  {
    name: 'a withdrawal to a whitelisted address',
    ends: ['completed'],
    approveAfterMs: 2_000,
    play(stage) {
      const { companyId, fundId, asset } = stage.api.demo.operating.btc;
      const entry = { name: 'Cold store', asset, address: coldStore };
      requested(stage.api, 'POST', `/company/${companyId}/fund/${fundId}/whitelist`, entry);
      asksToWithdraw(stage);
    },
  },
  {
    name: 'a withdrawal to an address nobody whitelisted',
    ends: ['failed'],
    approveAfterMs: 2_000,
    play: asksToWithdraw,
  },
  {
    name: 'a sweep the core client approves',
    ends: ['completed'],
    approveAfterMs: null,
    play(stage) {
      asksToSweep(stage);
      votes(stage, 'PUT');
    },
  },
  {
    name: 'a sweep the core client refuses',
    ends: ['rejected'],
    approveAfterMs: null,
    play(stage) {
      asksToSweep(stage);
      votes(stage, 'DELETE');
    },
  },
  {
    name: 'a quote that nobody takes',
    ends: ['expired'],
    orEnds: [[]],
    approveAfterMs: 2_000,
    play: (stage) => asksToQuote(stage, 12),
  },
  {
    name: 'a quote that is called off while it is open',
    ends: ['cancelled'],
    orEnds: [['expired']],
    approveAfterMs: 2_000,
    play(stage) {
      asksToQuote(stage);
      stage.world.partnerCancels(theQuote.client, theQuote.id, 6_000);
    },
  },
  {
    name: 'a quote and its take',
    ends: ['completed', 'completed'],
    approveAfterMs: 2_000,
    play(stage) {
      asksToQuote(stage);
      takesWhenListed(stage, '98000000');
    },
  },
  {
    name: 'a take whose price is too bad, and the quote called off after it',
    ends: ['cancelled', 'failed'],
    orEnds: [['expired', 'failed'], ['cancelled']],
    approveAfterMs: 2_000,
    play(stage) {
      asksToQuote(stage);
      takesWhenListed(stage, '97999999');
      stage.world.partnerCancels(theQuote.client, theQuote.id, 10_000);
    },
  },
  {
    name: 'a quote called off while a take is open, which custody then refuses',
    ends: ['cancelled', 'rejected'],
    orEnds: [['expired', 'rejected'], ['cancelled', 'failed'], ['cancelled']],
    approveAfterMs: null,
    play(stage) {
      asksToQuote(stage);
      // Custody approves the quote, and refuses everything that comes after it.
      const approveQuote = (): void =>
        stage.timeline.after(1_000, async () => {
          const quoteTx = stage.api.transactions().find(({ partnerTxId }) => partnerTxId === theQuote.id);
          const { actions } = controlled<{ actions: { id: string; txId: string }[] }>(stage.api, 'GET', '/actions');
          const own = actions.find(({ txId }) => txId === quoteTx?.id);
          if (own === undefined) return approveQuote();
          controlled(stage.api, 'PUT', `/actions/${own.id}`);
          votes(stage, 'DELETE', 9_000);
        });
      approveQuote();
      takesWhenListed(stage, '98000000');
      stage.world.partnerCancels(theQuote.client, theQuote.id, 6_000);
    },
  },
];

/** Runs one course from its first request to the end of everything. */
export async function runKind(
  course: KindCourse,
  settings: Partial<RunSettings> & { plans: readonly Plan[]; clockAheadMs?: number },
): Promise<Run> {
  const { clockAheadMs: aheadMs = 0, ...rest } = settings;
  const timeline = new Timeline(startMs);
  const api = new SimulatedApi({ nowMs: timeline.nowMs, approveAfterMs: course.approveAfterMs, aheadMs });
  const world = new SimulatedWorld(api, timeline, { seed: 1, ...rest });
  const asks: Stage['asks'] = (kind, key, may, body) => world.partnerAsks(kind, client, may, key, body);
  course.play({ api, world, timeline, asks });
  await world.runToTheEnd(3 * 24 * 3_600_000);
  return { world, api };
}
