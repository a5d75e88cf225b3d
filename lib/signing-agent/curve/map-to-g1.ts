import { bls12_381 } from '@noble/curves/bls12-381.js';
import { curveRight, type G1, integerOf } from './encoding.ts';

const { Fp } = bls12_381.fields;
const cofactor = 0x396c8c005555e1568c00aaab0000aaabn;
/** Every second number is the x of a point; so many failures in a row do not happen. */
const mostTries = 1000;

/**
 * Maps 48 bytes to G1 by trying one x after the other, as the vendor's library does. It is not the map of RFC 9380. The
 * library's `clearCofactor` multiplies by another number; the points must be multiplied by the cofactor itself.
 */
export function mapToG1(bytes: Uint8Array): G1 {
  let x = Fp.create(integerOf(bytes));
  for (let attempt = 0; attempt < mostTries; attempt++, x = Fp.add(x, Fp.ONE)) {
    const y = evenRoot(curveRight(x));
    if (y === undefined) continue;
    const point = bls12_381.G1.Point.fromAffine({ x, y }).multiplyUnsafe(cofactor);
    if (!point.is0()) return point;
  }
  throw new Error('no point found on the curve');
}

/** The even one of the two square roots; undefined for zero and for what is no square. */
function evenRoot(square: bigint): bigint | undefined {
  if (Fp.is0(square)) return undefined;
  try {
    const root = Fp.sqrt(square);
    return (root & 1n) === 0n ? root : Fp.neg(root);
  } catch {
    return undefined;
  }
}
