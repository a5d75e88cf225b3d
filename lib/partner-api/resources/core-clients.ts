import { checkedText } from '../check.ts';
import { PartnerApiError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { type Action, type ActionDetails, readAction, readActionDetails } from '../models/action.ts';
import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';
import type { ActionStatus } from '../status.ts';
import { path } from '../urls.ts';

/** An approver without a person; it belongs to the API key (reference 4.8, operation 36). */
export interface CoreClient {
  coreClientId: string;
  name: string;
  /** The address of its feed. */
  feedUrl: string;
  createdAtSeconds: number;
}

/** A wallet that is connected to a core client, or asks to be. */
export interface ConnectedWallet {
  walletId: string;
  /** The action that connects it. */
  actionId: string;
  status: ActionStatus;
  expiresAtSeconds: number;
}

/** A BLS signature by a core client (reference 4.8, operation 45). */
export interface CoreClientSignature {
  signatureHex: string;
  signerId: string;
}

/** Core clients and their votes. */
export function coreClientsResource({ call, callForStatus }: Calls) {
  return {
    /** Makes one. It has no idempotency key: never repeat it blindly. `POST /coreclient` (36). */
    create: async (name: string, options?: CallOptions): Promise<CoreClient> =>
      call(
        { name: 'coreClients.create', method: 'POST', path: '/coreclient', body: { name: checkedText(name, 'name') } },
        readCoreClient,
        options,
      ),

    /** All of this API key. `GET /coreclient` (37). */
    list: async (options?: CallOptions): Promise<CoreClient[]> =>
      call(
        { name: 'coreClients.list', method: 'GET', path: '/coreclient' },
        (wire) => read.objects(wire, 'clients').map(readCoreClient),
        options,
      ),

    /** Actions that wait for this core client's vote. `GET …/actions` (38). */
    actions: async (coreClientId: string, options?: CallOptions): Promise<Action[]> =>
      call(
        { name: 'coreClients.actions', method: 'GET', path: path`/coreclient/${coreClientId}/actions` },
        (wire) => read.objects(wire, 'actions').map(readAction),
        options,
      ),

    /** One action, whatever its status, with what it is about. `GET …/action/{action_id}` (39). */
    action: async (coreClientId: string, actionId: string, options?: CallOptions): Promise<ActionDetails> =>
      call(
        { name: 'coreClients.action', method: 'GET', path: path`/coreclient/${coreClientId}/action/${actionId}` },
        readActionDetails,
        options,
      ),

    /** Votes for; final. A second vote is refused. `PUT …/action/{action_id}` (40). */
    approve: async (coreClientId: string, actionId: string, options?: CallOptions): Promise<void> =>
      callForStatus(
        { name: 'coreClients.approve', method: 'PUT', path: path`/coreclient/${coreClientId}/action/${actionId}` },
        options,
      ),

    /** Votes against; final. `DELETE …/action/{action_id}` (41). */
    reject: async (coreClientId: string, actionId: string, options?: CallOptions): Promise<void> =>
      callForStatus(
        { name: 'coreClients.reject', method: 'DELETE', path: path`/coreclient/${coreClientId}/action/${actionId}` },
        options,
      ),

    /** Wallets connected to this core client, or asking to be. `GET …/wallets` (42). */
    wallets: async (coreClientId: string, options?: CallOptions): Promise<ConnectedWallet[]> =>
      call(
        { name: 'coreClients.wallets', method: 'GET', path: path`/coreclient/${coreClientId}/wallets` },
        (wire) =>
          read.objects(wire, 'wallets').map((row) => ({
            walletId: read.requiredText(row, 'wallet_id'),
            actionId: read.text(row, 'action_id'),
            status: read.text(row, 'status'),
            expiresAtSeconds: read.integer(row, 'expires'),
          })),
        options,
      ),

    /** Signs a hash of at most 64 bytes, in hex. `POST …/sign` (45). */
    sign: async (coreClientId: string, messageHashHex: string, options?: CallOptions): Promise<CoreClientSignature> =>
      call(
        {
          name: 'coreClients.sign',
          method: 'POST',
          path: path`/coreclient/${coreClientId}/sign`,
          body: { message_hash_hex: checkedText(messageHashHex, 'messageHashHex') },
        },
        (wire) => ({
          signatureHex: read.requiredText(wire, 'signature_hex'),
          signerId: read.requiredText(wire, 'signer_id'),
        }),
        options,
      ),

    /** Whether a signature of {@link CoreClientSignature} is that of the hash. `POST /coreclient/verify` (46). */
    verify: async (
      { messageHashHex, signatureHex, signerId }: CoreClientSignature & { messageHashHex: string },
      options?: CallOptions,
    ): Promise<boolean> => {
      const body = { message_hash_hex: messageHashHex, signature_hex: signatureHex, signer_id: signerId };
      const operation = { name: 'coreClients.verify', method: 'POST', path: '/coreclient/verify', body } as const;
      try {
        await callForStatus({ ...operation, repeatable: true }, options);
        return true;
      } catch (error) {
        // Here 403 is an answer and not a missing permission (reference 3.3); its reason is not settled.
        const isAnswer = error instanceof PartnerApiError && error.status === 403;
        if (isAnswer && /signature/.test(error.reason ?? 'signature')) return false;
        throw error;
      }
    },
  };
}

function readCoreClient(wire: JsonObject): CoreClient {
  return {
    coreClientId: read.requiredText(wire, 'id'),
    name: read.text(wire, 'name'),
    feedUrl: read.text(wire, 'feed'),
    createdAtSeconds: read.integer(wire, 'timestamp'),
  };
}
