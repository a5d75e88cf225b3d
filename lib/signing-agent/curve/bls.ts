import { createHash } from 'node:crypto';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import {
  CurveEncodingError,
  type G1,
  groupOrder,
  readCompressedG1,
  readG2,
  writeCompressedG1,
  writeG2,
} from './encoding.ts';
import { mapToG1 } from './map-to-g1.ts';

const { G2, fields } = bls12_381;

/** The point of a message: SHAKE256 to 48 bytes, then the map. No domain tag, no hash before. */
function messagePoint(message: Uint8Array): G1 {
  return mapToG1(createHash('shake256', { outputLength: 48 }).update(message).digest());
}

/** The public key of a secret in [1, group order): 192 bytes. */
export function blsPublicKey(secret: bigint): Buffer {
  return writeG2(G2.Point.BASE.multiply(secret));
}

/** Signs the raw bytes of a message: 49 bytes. */
export function blsSign(message: Uint8Array, secret: bigint): Buffer {
  return writeCompressedG1(messagePoint(message).multiply(secret));
}

/** Whether a signature of 49 bytes fits message and public key (192 bytes). False too for bytes that are no points. */
export function blsVerify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    const pairs = [
      { g1: readCompressedG1(signature).negate(), g2: G2.Point.BASE },
      { g1: messagePoint(message), g2: readG2(publicKey) },
    ];
    return fields.Fp12.eql(bls12_381.pairingBatch(pairs), fields.Fp12.ONE);
  } catch (error) {
    if (error instanceof CurveEncodingError) return false;
    throw error;
  }
}

/** A secret in [1, group order) out of at least 48 evenly random bytes. */
export function secretFromBytes(bytes: Uint8Array): bigint {
  return (BigInt(`0x${Buffer.from(bytes).toString('hex')}`) % (groupOrder - 1n)) + 1n;
}
