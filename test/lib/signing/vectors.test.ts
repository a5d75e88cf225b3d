import { describe, expect, it } from 'vitest';
import { createKeySigner, keyFingerprint, signedHeaders, verifySignature } from '../../../lib/signing/index.ts';
import { file, pkcs1, pkcs8, publicKey, stampOf, type Vector } from './vectors.ts';

const verifies = (vector: Vector): boolean =>
  verifySignature({
    stamp: stampOf(vector),
    url: vector.url,
    body: vector.body,
    signature: vector.x_sign,
    publicKey,
  });

describe('the signing vectors', () => {
  it('are all there', () => {
    expect([file.vectors.length, file.must_be_rejected.length]).toEqual([18, 9]);
    expect(keyFingerprint(publicKey)).toBe(file.key.public_key_sha256_of_spki_der);
  });

  describe.each([
    ['PKCS#1', pkcs1],
    ['PKCS#8', pkcs8],
  ])('signed with a %s key', (_form, pem) => {
    const credentials = { apiKey: file.api_keys[0]?.base64url_unpadded as string, signer: createKeySigner(pem) };

    it.each(file.vectors)('reproduce $name as headers', async (vector) => {
      const { url, body } = vector;
      const headers =
        vector.nonce === undefined
          ? await signedHeaders({ credentials, url, body, timestampSeconds: Number(vector.timestamp) })
          : await signedHeaders({ credentials, url, body, nonce: BigInt(vector.nonce) });
      const stampHeader = vector.nonce === undefined ? 'x-timestamp' : 'x-nonce';
      expect(headers).toEqual({
        'x-api-key': credentials.apiKey,
        [stampHeader]: stampOf(vector),
        'x-sign': vector.x_sign,
      });
    });

    it.each(file.vectors)('sign the bytes of $name as they sign its text', async (vector) => {
      const body = Buffer.from(vector.body, 'utf8');
      const headers = await signedHeaders({ credentials, url: vector.url, body, nonce: BigInt(stampOf(vector)) });
      expect(headers['x-sign']).toBe(vector.x_sign);
    });
  });

  it.each(file.vectors)('verify $name', (vector) => {
    expect(verifies(vector)).toBe(true);
  });

  it.each(file.must_be_rejected)('reject $name', (vector) => {
    expect(verifies(vector)).toBe(false);
  });

  it('accept a padded signature, and refuse another alphabet', () => {
    const other = (name: string) => {
      const encoding = file.same_bytes_other_encoding.find((entry) => entry.name === name);
      const vector = file.vectors.find((entry) => entry.name === encoding?.derived_from) as Vector;
      return verifies({ ...vector, x_sign: encoding?.x_sign as string });
    };
    expect([other('padded-base64url'), other('standard-base64')]).toEqual([true, false]);
  });
});
