import { base58Bytes } from './ids.ts';
import type { Action, Agent, Proposal, Transaction } from './model.ts';
import { protobufMessage } from './protobuf.ts';

const typeName = 'qredo-core-client';

/** The unsigned identity document of an agent (10.4): type, id, name and both public keys. */
export function identityDocument(id: string, agent: Pick<Agent, 'blsPublicKey' | 'ecPublicKey'>): Buffer {
  const keys = protobufMessage([
    [1, typeName],
    [4, agent.blsPublicKey],
    [6, agent.ecPublicKey],
  ]);
  return protobufMessage([
    [1, 2],
    [2, base58Bytes(id)],
    [9, typeName],
    [17, keys],
  ]);
}

/**
 * What an agent signs to approve an action (10.5): the chain transaction as protocol-buffer bytes. The real layout is not
 * known; this one names all that the vote is about and never changes, so the same action is the same bytes.
 */
export function messagesToSign(action: Action): Buffer[] {
  const { proposal } = action;
  return [
    protobufMessage([
      [1, proposal.id],
      [2, proposal.kind],
      [3, proposal.submittedAtSeconds],
      [4, proposal.expiresAtSeconds],
      [5, action.id],
      ...movementFields(proposal),
    ]),
  ];
}

function movementFields(proposal: Proposal): [number, string | bigint | Buffer][] {
  if (!('netAmount' in proposal)) return [];
  const { asset, netAmount, fees, wallet, recipientAddress, reference } = proposal as Transaction;
  const policy = (name: string) =>
    protobufMessage([
      [1, name],
      [2, 't1 > 0'],
    ]);
  return [
    [6, asset],
    [7, netAmount],
    [8, fees],
    [9, wallet.id],
    [10, wallet.shortCode],
    [11, wallet.address],
    [12, recipientAddress],
    [13, reference],
    [14, policy('Settle')],
    [14, policy('TransferPush')],
  ];
}
