import { closeActions, newCustody, putToVote } from './custody.ts';
import type { JsonObject } from './json.ts';
import type { KindRules } from './kinds.ts';
import type { Action, Connection, ConnectionRequest, ProposalStatus, Wallet } from './model.ts';
import type { World } from './world.ts';

/** How long an exchange has to answer (6.6, Appendix C). */
const lifetimeSeconds = 3600;

/**
 * The connection of a wallet to an exchange (6.8): the exchange's core client alone decides. A dedicated wallet waits for
 * it, a multi-counterparty one is ready anyway.
 *
 *     initiated ─approve─► connected
 *         └ reject ► rejected, an hour ► expired
 */
export const connectionRules: KindRules = {
  actionType: 'ApproveNewWalletConnect',
  agreed: (world, proposal) => {
    const request = proposal as ConnectionRequest;
    request.status = 'approved';
    closeActions(world, request);
    request.connection.status = 'connected';
    request.wallet.status = 'ready';
  },
  closed: (_world, proposal, status) => {
    const { connection, wallet } = proposal as ConnectionRequest;
    const word = wordOf(status);
    connection.status = word;
    if (wallet.type === 1) wallet.status = word;
  },
  details: connectionDetails,
};

function wordOf(status: ProposalStatus): 'expired' | 'rejected' {
  return status === 'expired' ? 'expired' : 'rejected';
}

function connectionDetails(action: Action): JsonObject {
  const { wallet, connection } = action.proposal as ConnectionRequest;
  const typeCode = wallet.type === 1 ? 'dedicated' : 'multi-counterparty';
  const { id: walletID, name, asset, type } = wallet;
  return { clientData: connection.clientData, wallet: { walletID, name, asset, type, typeCode } };
}

/** Puts a connection to its exchange, for the first time or, after it expired, again. */
export function requestConnection(world: World, wallet: Wallet, connection: Connection): ConnectionRequest {
  const electorate = { members: [connection.exchange], threshold: 1, dedicated: undefined, initiator: undefined };
  const request: ConnectionRequest = {
    id: world.newId(),
    kind: 'walletConnection',
    status: 'pending',
    submittedAtSeconds: world.nowSeconds,
    expiresAtSeconds: world.nowSeconds + lifetimeSeconds,
    custody: newCustody(electorate),
    wallet,
    connection,
  };
  connection.status = 'initiated';
  if (wallet.type === 1) wallet.status = 'pending';
  connection.exchange.exchange?.requests.push(request);
  putToVote(world, request, electorate);
  return request;
}
