import { randomBytes } from 'node:crypto';
import { invalid, missing, ok, okFrame, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { equal, fits } from '../expect.ts';

const signature = fits(/^0[23][0-9a-f]{96}$/);

const hash = () => randomBytes(32).toString('hex');

/** A message signed by a core client, as operation 46 wants it. */
async function signed(api: Api) {
  const id = await api.desks.coreClient();
  const message_hash_hex = hash();
  const body = ok(await api.client.post(`/coreclient/${id}/sign`, { message_hash_hex }));
  return { message_hash_hex, ...body } as Record<'message_hash_hex' | 'signature_hex' | 'signer_id', string>;
}

/** 45 and 46: messages signed by core clients. */
export const messageSigningChecks = [
  check('45', 'answers a compressed point of 49 bytes and who signed', async (api) => {
    const id = await api.desks.coreClient();
    const body = { message_hash_hex: hash() };
    const made = okWith(await api.client.post(`/coreclient/${id}/sign`, body), {
      signature_hex: signature,
      signer_id: id,
    });
    equal(ok(await api.client.post(`/coreclient/${id}/sign`, body)), made, 'the same signature for the same message');
    const other = await api.desks.coreClient();
    const theirs = ok(await api.client.post(`/coreclient/${other}/sign`, body));
    equal(theirs.signature_hex === made.signature_hex, false, 'another core client signs the same');
  }),
  check('45', 'takes up to 64 bytes of hex', async (api) => {
    const id = await api.desks.coreClient();
    const sign = (message_hash_hex: unknown) => api.client.post(`/coreclient/${id}/sign`, { message_hash_hex });
    okWith(await sign('ab'.repeat(64)), { signature_hex: signature, signer_id: id });
    okWith(await sign('AB'), { signature_hex: signature, signer_id: id });
    refused(await sign('ab'.repeat(65)), 400, 'invalid_message_hex_size');
    for (const text of ['xyz', 'abc', 'g0']) refused(await sign(text), 400, 'invalid_message_hex');
    missing(await sign(undefined), 'message_hash_hex');
    invalid(await sign(5), 'message_hash_hex');
  }),
  check('45', 'signs with core clients of the key only: 404 core client', async (api) => {
    const { client } = await api.stranger();
    const theirs = await api.desks.coreClient('theirs', client);
    for (const id of [theirs, 'nobody']) {
      refused(await api.client.post(`/coreclient/${id}/sign`, { message_hash_hex: 'ab' }), 404, 'core client');
    }
  }),
  check('46', 'confirms what a core client signed', async (api) => {
    okWith(await api.client.post('/coreclient/verify', await signed(api)), okFrame);
  }),
  check('46', 'lets the holder of any key verify', async (api) => {
    const { client } = await api.stranger();
    okWith(await client.post('/coreclient/verify', await signed(api)), okFrame);
  }),
  check('46', 'answers a signature of another message or signer with 403 invalid_signature', async (api) => {
    const one = await signed(api);
    const other = await signed(api);
    const verify = (more: object) => api.client.post('/coreclient/verify', { ...one, ...more });
    refused(await verify({ message_hash_hex: hash() }), 403, 'invalid_signature');
    refused(await verify({ signature_hex: other.signature_hex }), 403, 'invalid_signature');
    refused(await verify({ signer_id: other.signer_id }), 403, 'invalid_signature');
  }),
  check('46', 'names what is missing, malformed or unknown', async (api) => {
    const one = await signed(api);
    const verify = (more: object) => api.client.post('/coreclient/verify', { ...one, ...more });
    for (const name of ['message_hash_hex', 'signature_hex', 'signer_id']) {
      missing(await verify({ [name]: undefined }), name);
      invalid(await verify({ [name]: 5 }), name);
    }
    refused(await verify({ message_hash_hex: 'xyz' }), 400, 'invalid_message_hex');
    refused(await verify({ message_hash_hex: 'ab'.repeat(65) }), 400, 'invalid_message_hex_size');
    refused(await verify({ signature_hex: 'xyz' }), 400, 'invalid_signature_hex');
    refused(await verify({ signer_id: 'nobody' }), 404, 'core client', 'signer_not_found');
  }),
];
