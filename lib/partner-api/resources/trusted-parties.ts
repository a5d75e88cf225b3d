import { checkedText } from '../check.ts';
import type { JsonObject } from '../json.ts';
import type { CallOptions, Calls } from '../operation.ts';
import * as read from '../read.ts';
import { path } from '../urls.ts';

/** Somebody a company trusts and may name in its policies (reference 5.2). */
export interface TrustedParty {
  /** The id to use in policies. */
  trustedEntityId: string;
  name: string;
  /** The e-mail of a user, the id of a core client. */
  address: string;
  type: 'user' | 'core-client' | 'company' | (string & {});
  /** When it joined. */
  createdAtSeconds: number;
}

/** The trusted network of a company. */
export function trustedPartiesResource({ call, callForStatus }: Calls) {
  return {
    /** Who has joined; invited users only after they accepted. `GET …/trustedparty` (7). */
    list: async (companyId: string, options?: CallOptions): Promise<TrustedParty[]> =>
      call(
        { name: 'trustedParties.list', method: 'GET', path: path`/company/${companyId}/trustedparty` },
        (wire) => flatRows(wire).map(readTrustedParty),
        options,
      ),

    /**
     * Invites a network user by e-mail, or enlists a core client or agent by its id. `POST …/trustedparty` (8).
     * One address per call: several in one object would be duplicate members (reference 4.3).
     */
    add: async (companyId: string, address: string, options?: CallOptions): Promise<void> =>
      callForStatus(
        {
          name: 'trustedParties.add',
          method: 'POST',
          path: path`/company/${companyId}/trustedparty`,
          body: { address: checkedText(address, 'address') },
        },
        options,
      ),

    /** Removes one. `DELETE …/trustedparty/{trustedparty_id}` (9). */
    remove: async (companyId: string, trustedEntityId: string, options?: CallOptions): Promise<void> =>
      callForStatus(
        {
          name: 'trustedParties.remove',
          method: 'DELETE',
          path: path`/company/${companyId}/trustedparty/${trustedEntityId}`,
        },
        options,
      ),
  };
}

/** The rows of a flat list, or of the lists nested in one (K8). */
function flatRows(wire: JsonObject): JsonObject[] {
  return read.objects(wire, 'list').flatMap((row) => (row['list'] === undefined ? [row] : read.objects(row, 'list')));
}

function readTrustedParty(wire: JsonObject): TrustedParty {
  return {
    trustedEntityId: read.requiredText(wire, 'trusted_entity_id', 'trusted_party_id', 'trustedparty_id'),
    name: read.text(wire, 'name'),
    address: read.text(wire, 'address'),
    type: read.text(wire, 'type'),
    createdAtSeconds: read.integer(wire, 'created'),
  };
}
