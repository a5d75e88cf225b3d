import { blsPublicKey, blsSign, clientSecret, secretFromBytes } from '../../lib/signing-agent/curve/index.ts';
import type { CoreClient } from './model.ts';
import type { World } from './world.ts';

/** The key the server holds for a core client that is no agent (10.1): fixed by the seed, drawn from no stream. */
function secretOf(world: World, client: CoreClient): bigint {
  return secretFromBytes(world.ids.stream.derive(`core client:${client.id}`));
}

/** Signs for a core client whose key the server holds: 49 bytes. */
export function signFor(world: World, client: CoreClient, message: Uint8Array): Buffer {
  return blsSign(message, secretOf(world, client));
}

/** The public key signatures of a core client are verified with: an agent's own, else the server's for it. */
export function publicKeyOf(world: World, client: CoreClient): Buffer {
  return client.agent?.blsPublicKey ?? blsPublicKey(secretOf(world, client));
}

/** The secret behind all client secrets, which agents prove that they have theirs from. */
export function masterSecret(world: World): bigint {
  return secretFromBytes(world.ids.stream.derive('one-pass master secret'));
}

/** What an agent is given at registration: a real point of the curve, for agents do arithmetic with it (10.5). */
export function clientSecretOf(world: World, clientId: string): Buffer {
  return clientSecret(Buffer.from(clientId), masterSecret(world));
}
