import { blsVerify } from '../../../lib/signing-agent/curve/index.ts';
import { badRequest, forbidden, notFound, okBody } from '../errors.ts';
import { requiredText } from '../fields.ts';
import { answer, askOperation, type Context, type Operation } from '../operation.ts';
import { publicKeyOf, signFor } from '../signing-keys.ts';
import { coreClientOf } from './lookups.ts';

/** Counted in bytes, before they were written in hex (4.8). */
const longestMessageBytes = 64;

function messageOf({ body }: Context): Buffer {
  const text = requiredText(body, 'message_hash_hex');
  if (text.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(text)) throw badRequest('invalid_message_hex');
  if (text.length > longestMessageBytes * 2) throw badRequest('invalid_message_hex_size');
  return Buffer.from(text, 'hex');
}

/** Only for core clients whose key the server holds: an agent signs for itself (10.1). */
function sign(context: Context) {
  const client = coreClientOf(context);
  const message = messageOf(context);
  if (client.agent !== undefined) throw badRequest('core_client_seed');
  return answer({ signature_hex: signFor(context.world, client, message).toString('hex'), signer_id: client.id });
}

/** Anybody may verify; the signer is looked up by id, whoever it belongs to (Appendix A). */
function verify(context: Context) {
  const { world, body } = context;
  const message = messageOf(context);
  const signature = requiredText(body, 'signature_hex');
  const signer = world.coreClients.get(requiredText(body, 'signer_id'));
  if (!/^[0-9a-f]{98}$/i.test(signature)) throw badRequest('invalid_signature_hex');
  if (signer === undefined) throw notFound('core client');
  if (!blsVerify(message, Buffer.from(signature, 'hex'), publicKeyOf(world, signer)))
    throw forbidden('invalid_signature');
  return answer(okBody);
}

/** 45 and 46: BLS signatures of message hashes (4.8). */
export const messageSigningOperations: readonly Operation[] = [
  askOperation('45', '/coreclient/{client_id}/sign', sign),
  askOperation('46', '/coreclient/verify', verify),
];
