import { announcedId, approvedCount } from '../custody.ts';
import { forbidden, notFound } from '../errors.ts';
import { requiredText } from '../fields.ts';
import { createOnce } from '../idempotency.ts';
import { integerJson } from '../json.ts';
import type { CoreClient, Transaction } from '../model.ts';
import { answer, type Context, type Operation, readOperation, writeOperation } from '../operation.ts';
import type { World } from '../world.ts';
import { coreClientOf, ofAsset, recipientWallet, transactionById } from './lookups.ts';
import { isMovement, type Movement, readMovement, submitMovement } from './movements.ts';

function createSweep(context: Context) {
  const client = coreClientOf(context);
  const { world } = context;
  const wanted = readMovement(context.body);
  const destination = requiredText(context.body, 'recipient_wallet_id');
  const { transaction, status } = createOnce(world, {
    scope: client.sweepsByPartnerId,
    partnerTxId: wanted.partnerTxId,
    create: () => startSweep(world, client, wanted, destination),
    isAskedFor: (known) => {
      const recipient = world.findWallet(destination)?.id ?? '';
      return isMovement(world, wanted, { kind: 'sweep', recipient })(known);
    },
  });
  return answer({ tx_id: transaction.id, status });
}

/** Out of a connected wallet of anybody, to any wallet of the network; the core client alone approves (6.5). */
function startSweep(world: World, client: CoreClient, wanted: Movement, destination: string): Transaction {
  const found = world.findWallet(wanted.walletId);
  if (found === undefined) throw notFound('wallet');
  const isConnected = found.connections.some((item) => item.exchange === client && item.status === 'connected');
  if (!isConnected) throw forbidden('not connected');
  const wallet = ofAsset(found, wanted.send.symbol, client.account);
  const recipient = recipientWallet(world, wallet, destination, 'recipient_wallet_id');
  return submitMovement(world, wanted, {
    kind: 'sweep',
    company: undefined,
    wallet,
    recipientWallet: recipient,
    recipientAddress: recipient.id,
    recipientName: recipient.fund.company.name,
    requestedBy: client.exchange?.name ?? client.name,
    feeType: 'sweep',
    rowType: 'transferOut',
    electorate: { members: [client], threshold: 1, dedicated: undefined, initiator: undefined },
  });
}

/** A sweep of the core client of the path, by its own id or by that of its action (K35). */
function sweepOf(context: Context): Transaction {
  const client = coreClientOf(context);
  const { world } = context;
  const id = context.params['tx_id'] as string;
  const sweep = transactionById(world, id);
  const isTheirs = sweep?.custody.actions.some((action) => action.voter === client);
  if (sweep?.kind !== 'sweep' || !isTheirs) throw notFound('transaction');
  return sweep;
}

/** `SweepInfo`, documented in snake_case only (K26). */
function sweepBody(sweep: Transaction): object {
  const { custody, wallet } = sweep;
  return {
    tx_id: sweep.id,
    tx_status: sweep.status,
    approver_count: approvedCount(custody),
    threshold_required: custody.threshold,
    expires: sweep.expiresAtSeconds,
    initiated_timestamp: sweep.submittedAtSeconds,
    reference: sweep.reference,
    status: custody.actions.map((action) => ({
      action_id: announcedId(action),
      status: action.status,
      timestamp: action.decidedAtSeconds || action.createdAtSeconds,
      entity: action.voter.id,
    })),
    status_details: {
      amount: integerJson(sweep.netAmount + sweep.fees),
      asset: sweep.asset,
      expires: 0,
      fees: integerJson(sweep.fees),
      wallet_id: wallet.id,
      net_amount: integerJson(sweep.netAmount),
      recipient_wallet_id: sweep.recipientAddress,
      reference: sweep.reference,
      requested_by: sweep.requestedBy,
    },
  };
}

/** 43 and 44: sweeps (4.8, 6.5). */
export const sweepOperations: readonly Operation[] = [
  writeOperation('43', 'POST', '/coreclient/{client_id}/sweep', createSweep),
  readOperation('44', '/coreclient/{client_id}/sweep/{tx_id}', (context) => answer(sweepBody(sweepOf(context)))),
];
