import { constants, createHash, privateEncrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createNonceSource, signedHeaders } from '../../../lib/signing/index.ts';
import { createKmsSigner } from '../../../lib/signing/kms-signer.ts';
import { file, privateKey, stampOf, type Vector } from './vectors.ts';

/** RSASSA-PKCS1-v1_5 over a digest made elsewhere, as KMS does it: the DigestInfo of SHA-256 before the digest. */
function signDigest(digest: Uint8Array): Buffer {
  const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  const padding = constants.RSA_PKCS1_PADDING;
  return privateEncrypt({ key: privateKey, padding }, Buffer.concat([digestInfo, digest]));
}

describe('a signer in AWS KMS', () => {
  it('gives the signature the key in memory gives, also of a long body', async () => {
    const inputs: Record<string, unknown>[] = [];
    const kms = {
      send: async (command: { input: Record<string, unknown> }) => {
        inputs.push(command.input);
        return { Signature: signDigest(command.input['Message'] as Uint8Array) };
      },
    };
    const vector = file.vectors.find((entry) => entry.name === 'post-large-10kb') as Vector;
    const credentials = { apiKey: 'k', signer: createKmsSigner(kms as never, 'alias/partner-api') };
    const { url, body } = vector;
    const headers = await signedHeaders({ credentials, url, body, timestampSeconds: Number(stampOf(vector)) });
    expect(headers['x-sign']).toBe(vector.x_sign);
    expect(inputs).toEqual([
      {
        KeyId: 'alias/partner-api',
        Message: createHash('sha256')
          .update(stampOf(vector) + url + body)
          .digest(),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
      },
    ]);
  });
});

describe('nonces', () => {
  it('grow strictly, also when the clock stands still or goes back', () => {
    let nowMs = 1000;
    const next = createNonceSource(() => nowMs);
    const nonces = [next(), next()];
    nowMs = 10;
    nonces.push(next());
    nowMs = 2000;
    nonces.push(next());
    expect(nonces).toEqual([1_000_000n, 1_000_001n, 1_000_002n, 2_000_000n]);
  });
});

describe('a stamp', () => {
  it.each([
    [{ timestampSeconds: 1.5 }, /timestampSeconds/],
    [{ timestampSeconds: -1 }, /timestampSeconds/],
    [{ nonce: Number.NaN }, /nonce/],
  ])('that is no whole number is refused: %j', async (stamp, message) => {
    const credentials = { apiKey: 'k', signer: { keyId: 'x', sign: () => 'signature' } };
    await expect(signedHeaders({ credentials, url: 'https://a/', ...(stamp as { nonce: number }) })).rejects.toThrow(
      message,
    );
  });
});
