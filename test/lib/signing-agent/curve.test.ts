import { readFileSync } from 'node:fs';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { describe, expect, it } from 'vitest';
import {
  blsPublicKey,
  blsSign,
  blsVerify,
  clientSecret,
  prove,
  proves,
  readCompressedG1,
  readG1,
  readG2,
  readScalar,
  secretFromBytes,
  tokenOf,
} from '../../../lib/signing-agent/curve/index.ts';

interface Vectors {
  keys: { secretKey: string; publicKey: string }[];
  bls: { message: string; secretKey: string; publicKey: string; signature: string }[];
  mpinOnePass: {
    id: string;
    pin: number;
    masterSecret: string;
    clientSecret: string;
    token: string;
    x: string;
    ET: number;
    U: string;
    V: string;
  }[];
}

const file = new URL('../../vectors/signing-agent-vectors.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
const hex = (text: string) => Buffer.from(text, 'hex');
const flipped = (bytes: Uint8Array, at: number) => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ 1;
  return copy;
};

describe('keys and signatures', () => {
  it.each(vectors.keys)('makes the public key of $secretKey', ({ secretKey, publicKey }) => {
    expect(blsPublicKey(readScalar(hex(secretKey))).toString('hex')).toBe(publicKey);
  });

  it.each(vectors.bls)('signs and verifies $message', ({ message, secretKey, publicKey, signature }) => {
    expect(blsSign(hex(message), readScalar(hex(secretKey))).toString('hex')).toBe(signature);
    expect(blsVerify(hex(message), hex(signature), hex(publicKey))).toBe(true);
  });

  it('refuses another message, another key, the other sign, and bytes that are no points', () => {
    const [one, other] = vectors.bls as [Vectors['bls'][0], Vectors['bls'][0]];
    const [message, signature, publicKey] = [hex(one.message), hex(one.signature), hex(one.publicKey)];
    expect(blsVerify(Buffer.from('another'), signature, publicKey)).toBe(false);
    const stranger = blsPublicKey(secretFromBytes(Buffer.alloc(48, 7)));
    expect(blsVerify(message, signature, stranger)).toBe(false);
    expect(blsVerify(message, flipped(signature, 0), publicKey)).toBe(false);
    expect(blsVerify(message, hex(other.signature), publicKey)).toBe(other.message === one.message);
    expect(blsVerify(message, Buffer.alloc(49), publicKey)).toBe(false);
    expect(blsVerify(message, signature.subarray(1), publicKey)).toBe(false);
    expect(blsVerify(message, signature, flipped(publicKey, 191))).toBe(false);
    expect(blsVerify(message, signature, Buffer.alloc(192))).toBe(false);
  });
});

describe('points and scalars', () => {
  it('must lie in the group, not only on the curve', () => {
    // The first small x of the curve: outside the subgroup that signatures live in.
    const { Fp } = bls12_381.fields;
    expect(() => readG2(Buffer.alloc(192))).toThrow('not a point of G2');
    const outside = [4n, 5n, 6n, 7n, 8n, 9n].find((x) => {
      try {
        Fp.sqrt(Fp.create(x ** 3n + 4n));
        return true;
      } catch {
        return false;
      }
    }) as bigint;
    const bytes = hex(`02${outside.toString(16).padStart(96, '0')}`);
    expect(() => readCompressedG1(bytes)).toThrow('not a point of G1');
    expect(() => readG1(Buffer.alloc(97, 4))).toThrow('not a point of G1');
    expect(() => readG2(Buffer.alloc(192, 1))).toThrow('not a point of G2');
  });

  it('must be in range', () => {
    const tooLarge = Buffer.concat([Buffer.alloc(16), Buffer.alloc(32, 0xff)]);
    for (const bytes of [Buffer.alloc(48), Buffer.alloc(47, 1), tooLarge]) expect(() => readScalar(bytes)).toThrow();
    for (const fill of [0, 1, 0xff]) expect(secretFromBytes(Buffer.alloc(48, fill))).toBeGreaterThan(0n);
  });
});

describe('one-pass proofs', () => {
  it.each(vectors.mpinOnePass)('computes secret, token and proof of $id with PIN $pin', (vector) => {
    const clientId = hex(vector.id);
    const master = readScalar(hex(vector.masterSecret));
    expect(clientSecret(clientId, master).toString('hex')).toBe(vector.clientSecret);
    const token = tokenOf(clientId, hex(vector.clientSecret), vector.pin);
    expect(token.toString('hex')).toBe(vector.token);
    const proof = prove({ clientId, token, pin: vector.pin }, vector.ET, readScalar(hex(vector.x)));
    expect([Buffer.from(proof.u).toString('hex'), Buffer.from(proof.v).toString('hex')]).toEqual([vector.U, vector.V]);
    expect(proves(clientId, proof, master)).toBe(true);
  });

  it('prove nothing at another time, with another id, PIN or master secret, or as garbage', () => {
    const [vector] = vectors.mpinOnePass as [Vectors['mpinOnePass'][0]];
    const clientId = hex(vector.id);
    const master = readScalar(hex(vector.masterSecret));
    const x = readScalar(hex(vector.x));
    const proof = { timeSeconds: vector.ET, u: hex(vector.U), v: hex(vector.V) };
    expect(proves(clientId, { ...proof, timeSeconds: vector.ET + 1 }, master)).toBe(false);
    expect(proves(Buffer.from('somebody else'), proof, master)).toBe(false);
    expect(proves(clientId, proof, master + 1n)).toBe(false);
    expect(proves(clientId, { ...proof, v: proof.u }, master)).toBe(false);
    expect(proves(clientId, { ...proof, u: Buffer.alloc(97) }, master)).toBe(false);
    const wrongPin = prove({ clientId, token: hex(vector.token), pin: vector.pin + 1 }, vector.ET, x);
    expect(proves(clientId, wrongPin, master)).toBe(false);
  });
});
