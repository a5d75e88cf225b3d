import { createHash } from 'node:crypto';
import { blsPublicKey, blsSign, prove, secretFromBytes, tokenOf } from '../../../lib/signing-agent/curve/index.ts';

/** A Signing Agent as it is on its own machine: keys, and once registered the token that proofs are made of. */
export class TestAgent {
  readonly secret: bigint;
  readonly registration: { name: string; blsPublicKey: string; ecPublicKey: string };
  id = '';
  #clientId: Buffer = Buffer.alloc(0);
  #token: Buffer = Buffer.alloc(0);
  #proofs = 0;

  constructor(name = 'agent') {
    this.secret = secretFromBytes(createHash('sha512').update(name).digest());
    const ecPublicKey = `04${'ab'.repeat(64)}`;
    this.registration = { name, blsPublicKey: blsPublicKey(this.secret).toString('hex'), ecPublicKey };
  }

  /** Takes in the answer of operation 47 and gives back the body of operation 48. */
  initiated(answer: { id: string; clientID: string; clientSecret: string; idDoc: string }): {
    idDocSignatureHex: string;
  } {
    this.id = answer.id;
    this.#clientId = Buffer.from(answer.clientID, 'hex');
    this.#token = tokenOf(this.#clientId, Buffer.from(answer.clientSecret, 'hex'), 0);
    return { idDocSignatureHex: this.sign(answer.idDoc) };
  }

  sign(messageHex: string): string {
    return blsSign(Buffer.from(messageHex, 'hex'), this.secret).toString('hex');
  }

  /** A fresh value of `x-api-zkp`. */
  proof(timeSeconds: number): string {
    this.#proofs += 1;
    const x = secretFromBytes(createHash('sha512').update(`proof ${this.#proofs}`).digest());
    const { u, v } = prove({ clientId: this.#clientId, token: this.#token, pin: 0 }, timeSeconds, x);
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    const token = { ID: base64(this.#clientId), ET: timeSeconds, U: base64(u), V: base64(v) };
    return Buffer.from(JSON.stringify(token)).toString('hex');
  }
}
