import { createHash } from 'node:crypto';
import { type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { toBase64url } from './base64url.ts';
import type { Signer } from './signer.ts';

/**
 * A signer whose private key never leaves AWS KMS (an RSA key for SIGN_VERIFY, 2048 to 4096 bits). It sends the SHA-256
 * digest, since KMS takes raw messages up to 4096 bytes only and a body may be longer.
 * @param kmsKeyId key id, ARN or alias.
 */
export function createKmsSigner(kms: Pick<KMSClient, 'send'>, kmsKeyId: string): Signer {
  return {
    keyId: kmsKeyId,
    async sign(bytes) {
      const answer = await kms.send(
        new SignCommand({
          KeyId: kmsKeyId,
          Message: createHash('sha256').update(bytes).digest(),
          MessageType: 'DIGEST',
          SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
        }),
      );
      if (answer.Signature === undefined) throw new Error('AWS KMS answered without a signature');
      return toBase64url(answer.Signature);
    },
  };
}
