import { checkedInteger, checkedText } from '../check.ts';
import { InvalidRequestError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import * as read from '../read.ts';
import { type Entity, readEntity, unwrapped } from './entity.ts';

/** A policy, also called custody group (reference 5.5): how many of whom must approve. */
export interface Policy {
  id: string;
  name: string;
  /** Approvals needed. */
  threshold: number;
  /** `dedicated` marks the exchange of a dedicated wallet, whose approval is needed on top. */
  members: { dedicated: boolean; entity: Entity }[];
  /** A change of this policy is waiting for approval. */
  locked: boolean;
  /** The transaction of that change, `''` if none. */
  lockedTxId: string;
}

/** Reads a policy, its members plain or wrapped (K29). */
export function readPolicy(wire: JsonObject): Policy {
  return {
    id: read.text(wire, 'id'),
    name: read.text(wire, 'name'),
    threshold: read.integer(wire, 'threshold'),
    members: read.objects(wire, 'members').map((member) => ({
      dedicated: read.flag(member, 'dedicated'),
      entity: readEntity(unwrapped(member, 'entity')),
    })),
    locked: read.flag(wire, 'locked'),
    lockedTxId: read.text(wire, 'lockedTxID', 'locked_tx_id'),
  };
}

/** A policy to be made: `members` are trusted parties of the company, by their ids. */
export interface NewPolicy {
  threshold: number;
  members: readonly string[];
}

/** The wire form of a new policy; the threshold must be within the number of members (reference 4.5). */
export function writeNewPolicy(policy: NewPolicy, field: string): JsonObject {
  if (policy.members.length === 0) throw new InvalidRequestError(`${field}.members is empty`);
  return {
    threshold: checkedInteger(policy.threshold, `${field}.threshold`, 1, policy.members.length),
    members: policy.members.map((member) => checkedText(member, `${field}.members`)),
  };
}
