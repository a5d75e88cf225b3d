import type { Approver } from '../../approvals/approver.ts';
import { environment } from '../environment.ts';
import { door } from './door.ts';
import { credentialsIn, partnerApiAs } from './partner-api.ts';

let made: Approver | undefined;

/** What the approver touches: the table, and the Partner API with a key of its own that no other function can read. */
export function approver(): Approver {
  made ??= { ...door(), api: partnerApiAs(credentialsIn(environment.approverSecretId)) };
  return made;
}
