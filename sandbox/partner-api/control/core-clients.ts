import { conflict, invalidField, notFound } from '../errors.ts';
import { optionalText, requiredText } from '../fields.ts';
import { answer } from '../operation.ts';
import { newCoreClient, registerCoreClient } from '../resources/core-clients.ts';
import { openAccount } from './keys.ts';
import { type ControlContext, type ControlOperation, lasting } from './operation.ts';

/** 32 bytes in Base58, as all ids of core clients are (reference 1.5). */
const coreClientId = /^[1-9A-HJ-NP-Za-km-z]{43,44}$/;

/**
 * Makes a core client under a given id, of a given key or of one that nobody has yet. The programs of others name core
 * clients that were there before them (a second approver in the Signing Agent's end-to-end test); the API itself draws
 * every id, so without this such programs could not be run unchanged.
 */
function plantCoreClient({ world, body }: ControlContext) {
  const id = requiredText(body, 'id');
  if (!coreClientId.test(id)) throw invalidField('id');
  const name = optionalText(body, 'name') || id;
  const keyId = optionalText(body, 'keyId');
  const known = world.accounts.get(keyId);
  if (keyId !== '' && known === undefined) throw notFound('key');
  if (world.findVoter(id) !== undefined || world.agents.has(id)) throw conflict('core client exists');
  const account =
    known ?? openAccount(world, { keyId: world.ids.keyId(), secret: world.ids.keySecret(), kind: 'sandbox' });
  registerCoreClient(world, newCoreClient(world, account, id, name));
  return answer({ coreClientId: id, name, keyId: account.keyId, apiKey: account.apiKey });
}

/** Core clients that were there before the program that is run. */
export const coreClientControls: readonly ControlOperation[] = [lasting('POST', '/core-clients', plantCoreClient)];
