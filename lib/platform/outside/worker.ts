import type { Worker } from '../../instructions/outside.ts';
import { environment } from '../environment.ts';
import { door } from './door.ts';
import { credentialsIn, partnerApiAs } from './partner-api.ts';

let made: Worker | undefined;

/** What a worker touches: what a door does, and the Partner API with the signing key out of Secrets Manager. */
export function worker(): Worker {
  made ??= { ...door(), api: partnerApiAs(credentialsIn(environment.signingSecretId)) };
  return made;
}
