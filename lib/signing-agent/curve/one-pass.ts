import { createHash } from 'node:crypto';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { CurveEncodingError, type G1, groupOrder, integerOf, readG1, writeG1 } from './encoding.ts';
import { mapToG1 } from './map-to-g1.ts';

const { G2, fields } = bls12_381;

/** A one-pass proof (M-Pin): what `x-api-zkp` carries besides the id. `u` and `v` are 97 bytes each. */
export interface OnePassProof {
  readonly timeSeconds: number;
  readonly u: Uint8Array;
  readonly v: Uint8Array;
}

/** SHA-256 behind 16 zero bytes, of the bytes alone or with a number (4 bytes) before them. */
function hash48(bytes: Uint8Array, number = 0): Buffer {
  const hash = createHash('sha256');
  if (number > 0) {
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(number);
    hash.update(prefix);
  }
  return Buffer.concat([Buffer.alloc(16), hash.update(bytes).digest()]);
}

function identityPoint(clientId: Uint8Array): G1 {
  return mapToG1(hash48(clientId));
}

function challenge({ timeSeconds, u }: Pick<OnePassProof, 'timeSeconds' | 'u'>): bigint {
  return integerOf(hash48(u, timeSeconds)) % groupOrder;
}

/** Multiplying by 0 is an error in the curve library; here it means "add nothing". */
function addPin(point: G1, identity: G1, pin: number): G1 {
  const factor = BigInt(pin % 10_000);
  return factor === 0n ? point : point.add(identity.multiply(factor));
}

/** What the server gives an agent at registration: the master secret times the point of its id, 97 bytes. */
export function clientSecret(clientId: Uint8Array, masterSecret: bigint): Buffer {
  return writeG1(identityPoint(clientId).multiply(masterSecret));
}

/** What the agent keeps of its client secret: the PIN taken out of it, 97 bytes. */
export function tokenOf(clientId: Uint8Array, secret: Uint8Array, pin: number): Buffer {
  const identity = identityPoint(clientId);
  return writeG1(addPin(readG1(secret), identity.negate(), pin));
}

/** Makes a proof; `x` is a fresh random scalar in [1, group order), never used twice. */
export function prove(
  agent: { clientId: Uint8Array; token: Uint8Array; pin: number },
  timeSeconds: number,
  x: bigint,
): OnePassProof {
  const identity = identityPoint(agent.clientId);
  const u = writeG1(identity.multiply(x));
  const y = challenge({ timeSeconds, u });
  const secret = addPin(readG1(agent.token), identity, agent.pin);
  return { timeSeconds, u, v: writeG1(secret.multiply((x + y) % groupOrder).negate()) };
}

/** The server's check of the equation; whether the time is fresh is for the caller to say. False for bad points. */
export function proves(clientId: Uint8Array, proof: OnePassProof, masterSecret: bigint): boolean {
  try {
    const claimed = readG1(proof.u).add(identityPoint(clientId).multiplyUnsafe(challenge(proof)));
    // The pairing is not defined there; an honest proof never leads to it.
    if (claimed.is0()) return false;
    const pairs = [
      { g1: readG1(proof.v), g2: G2.Point.BASE },
      { g1: claimed, g2: G2.Point.BASE.multiply(masterSecret) },
    ];
    return fields.Fp12.eql(bls12_381.pairingBatch(pairs), fields.Fp12.ONE);
  } catch (error) {
    if (error instanceof CurveEncodingError) return false;
    throw error;
  }
}
