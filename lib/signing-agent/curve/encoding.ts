import { bls12_381 } from '@noble/curves/bls12-381.js';

/** A point of the group G1 of BLS12-381. */
export type G1 = InstanceType<typeof bls12_381.G1.Point>;
/** A point of the group G2 of BLS12-381. */
export type G2 = InstanceType<typeof bls12_381.G2.Point>;

const { Fp, Fr } = bls12_381.fields;
const coordinateBytes = 48;

/** The order of both groups. */
export const groupOrder: bigint = Fr.ORDER;

/** Bytes that are no point of the group they should be in, or no number of the range. */
export class CurveEncodingError extends Error {
  readonly code = 'CURVE_ENCODING';
  override readonly name = 'CurveEncodingError';
}

/** A big-endian integer of any length. */
export function integerOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** A number as 48 bytes, big-endian. */
export function bytes48(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(coordinateBytes * 2, '0'), 'hex');
}

/** A scalar of 48 bytes. @throws {CurveEncodingError} when it is 0 or not below the group order. */
export function readScalar(bytes: Uint8Array): bigint {
  const value = integerOf(bytes);
  if (bytes.length !== coordinateBytes || value === 0n || value >= groupOrder)
    throw new CurveEncodingError('not a scalar');
  return value;
}

/** 97 bytes: `04`, x, y. */
export function writeG1(point: G1): Buffer {
  const { x, y } = point.toAffine();
  return Buffer.concat([Buffer.of(4), bytes48(x), bytes48(y)]);
}

/** Reads the 97 bytes of `writeG1`. @throws {CurveEncodingError} unless it is a point of the group, not infinity. */
export function readG1(bytes: Uint8Array): G1 {
  if (bytes.length !== 1 + 2 * coordinateBytes || bytes[0] !== 4) throw new CurveEncodingError('not a G1 point');
  const x = integerOf(bytes.subarray(1, 1 + coordinateBytes));
  const y = integerOf(bytes.subarray(1 + coordinateBytes));
  return checked('G1', () => bls12_381.G1.Point.fromAffine({ x, y }));
}

/** 49 bytes: `02` or `03` by the parity of y, then x. */
export function writeCompressedG1(point: G1): Buffer {
  const { x, y } = point.toAffine();
  return Buffer.concat([Buffer.of(2 + Number(y & 1n)), bytes48(x)]);
}

/** Reads the 49 bytes of `writeCompressedG1`. @throws {CurveEncodingError} unless it is a point of the group. */
export function readCompressedG1(bytes: Uint8Array): G1 {
  const [sign] = bytes;
  if (bytes.length !== 1 + coordinateBytes || (sign !== 2 && sign !== 3))
    throw new CurveEncodingError('not a G1 point');
  return checked('G1', () => {
    const x = integerOf(bytes.subarray(1));
    const root = Fp.sqrt(curveRight(Fp.create(x)));
    const y = (root & 1n) === BigInt(sign - 2) ? root : Fp.neg(root);
    return bls12_381.G1.Point.fromAffine({ x, y });
  });
}

/** x³ + 4, what y² has to be. */
export function curveRight(x: bigint): bigint {
  return Fp.add(Fp.mul(Fp.sqr(x), x), 4n);
}

/** 192 bytes without a prefix: both components of x, then both of y, the real one first. */
export function writeG2(point: G2): Buffer {
  const { x, y } = point.toAffine();
  return Buffer.concat([x.c0, x.c1, y.c0, y.c1].map(bytes48));
}

/** Reads the 192 bytes of `writeG2`. @throws {CurveEncodingError} unless it is a point of the group, not infinity. */
export function readG2(bytes: Uint8Array): G2 {
  if (bytes.length !== 4 * coordinateBytes) throw new CurveEncodingError('not a G2 point');
  const component = (at: number) => integerOf(bytes.subarray(at * coordinateBytes, (at + 1) * coordinateBytes));
  const x = { c0: component(0), c1: component(1) };
  const y = { c0: component(2), c1: component(3) };
  return checked('G2', () => bls12_381.G2.Point.fromAffine({ x, y }));
}

/** `assertValidity` looks at the ranges, the equation and the subgroup, but lets infinity pass in some of its curves. */
function checked<Point extends { assertValidity(): void; is0(): boolean }>(group: string, make: () => Point): Point {
  try {
    const point = make();
    if (point.is0()) throw new Error('infinity');
    point.assertValidity();
    return point;
  } catch (cause) {
    throw new CurveEncodingError(`not a point of ${group}`, { cause });
  }
}
