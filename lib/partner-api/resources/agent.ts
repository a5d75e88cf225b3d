import { checkedText } from '../check.ts';
import type { CallOptions, Calls, ZkpTokenSource } from '../operation.ts';
import * as read from '../read.ts';
import { path } from '../urls.ts';

/** What a Signing Agent registers with (reference 10.4). */
export interface AgentRegistration {
  name: string;
  /** 192 bytes, an uncompressed G2 point. */
  blsPublicKeyHex: string;
  /** 65 bytes, an uncompressed secp256k1 point. */
  ecPublicKeyHex: string;
}

/** What the API answers to a registration; the rest of the handshake is computed from it. */
export interface AgentInitiation {
  id: string;
  accountCode: string;
  clientIdHex: string;
  clientSecretHex: string;
  /** The unsigned identity document. */
  idDocHex: string;
  timestampSeconds: number;
}

/**
 * The Signing Agent's group. After the first call it authenticates with `x-api-zkp` alone, for which each method takes a
 * source of fresh tokens: one token is for one attempt (reference 10.5).
 */
export function agentResource({ call, callForStatus }: Calls) {
  return {
    /** Starts a registration; signed with the API key. `POST /coreclient/init` (47). */
    init: async (registration: AgentRegistration, options?: CallOptions): Promise<AgentInitiation> =>
      call(
        {
          name: 'agent.init',
          method: 'POST',
          path: '/coreclient/init',
          body: {
            name: checkedText(registration.name, 'name'),
            blsPublicKey: checkedText(registration.blsPublicKeyHex, 'blsPublicKeyHex'),
            ecPublicKey: checkedText(registration.ecPublicKeyHex, 'ecPublicKeyHex'),
          },
        },
        (wire) => ({
          id: read.requiredText(wire, 'id'),
          accountCode: read.requiredText(wire, 'accountCode'),
          clientIdHex: read.requiredText(wire, 'clientID'),
          clientSecretHex: read.requiredText(wire, 'clientSecret'),
          idDocHex: read.requiredText(wire, 'idDoc'),
          timestampSeconds: read.integer(wire, 'timestamp'),
        }),
        options,
      ),

    /** Ends a registration with the signed identity document; the feed's address. `POST /coreclient/finish` (48). */
    finish: async (
      zkpToken: ZkpTokenSource,
      idDocSignatureHex: string,
      options?: CallOptions,
    ): Promise<{ feedUrl: string }> =>
      call(
        {
          name: 'agent.finish',
          method: 'POST',
          path: '/coreclient/finish',
          body: { idDocSignatureHex: checkedText(idDocSignatureHex, 'idDocSignatureHex') },
          zkpToken,
        },
        (wire) => ({ feedUrl: read.text(wire, 'feed') }),
        options,
      ),

    /** The messages to sign for one action, in hex. `GET /coreclient/action/{action_id}` (50). */
    action: async (
      zkpToken: ZkpTokenSource,
      actionId: string,
      options?: CallOptions,
    ): Promise<{ messagesHex: string[] }> =>
      call(
        { name: 'agent.action', method: 'GET', path: path`/coreclient/action/${actionId}`, zkpToken },
        (wire) => ({ messagesHex: read.texts(wire, 'messages') }),
        options,
      ),

    /** Approves with one signature per message, in their order. `PUT /coreclient/action/{action_id}` (51). */
    approve: async (
      zkpToken: ZkpTokenSource,
      actionId: string,
      signaturesHex: readonly string[],
      options?: CallOptions,
    ): Promise<void> =>
      callForStatus(
        {
          name: 'agent.approve',
          method: 'PUT',
          path: path`/coreclient/action/${actionId}`,
          body: { signatures: signaturesHex },
          zkpToken,
        },
        options,
      ),

    /** Rejects. `DELETE /coreclient/action/{action_id}` (52). */
    reject: async (zkpToken: ZkpTokenSource, actionId: string, options?: CallOptions): Promise<void> =>
      callForStatus(
        { name: 'agent.reject', method: 'DELETE', path: path`/coreclient/action/${actionId}`, zkpToken },
        options,
      ),
  };
}
