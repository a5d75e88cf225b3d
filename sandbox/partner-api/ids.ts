import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { words } from './words.ts';

const base62Alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base58Alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const ksuidEpochSeconds = 1_400_000_000;
const seededEpochSeconds = 1_700_000_000;
const blockBytes = 4096;
/** Setting up the cipher costs more than a block of it, so so many blocks are made at a time. */
const blocksAtOnce = 16;

/**
 * Random bytes that a seed fixes: an AES-256-CTR key stream. Its position can be put back, so that a refused
 * request leaves no trace in the ids that follow.
 */
export class RandomStream {
  readonly #key: Buffer;
  #blocks = Buffer.alloc(0);
  #firstBlock = Number.NEGATIVE_INFINITY;
  /** Bytes drawn so far. */
  position = 0;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The next `length` bytes, at most one block (4096); the caller's own copy. */
  bytes(length: number): Buffer {
    return Buffer.from(this.view(length));
  }

  /** The same without a copy: only to be read. */
  view(length: number): Buffer {
    const offset = this.position % blockBytes;
    // A draw never straddles two blocks, which keeps it one slice.
    if (offset + length > blockBytes) this.position += blockBytes - offset;
    const block = Math.floor(this.position / blockBytes);
    if (block < this.#firstBlock || block >= this.#firstBlock + blocksAtOnce) this.#fill(block);
    const start = this.position - this.#firstBlock * blockBytes;
    this.position += length;
    return this.#blocks.subarray(start, start + length);
  }

  /** 64 bytes for one purpose, always the same for a seed, wherever the stream stands. */
  derive(purpose: string): Buffer {
    return createHmac('sha512', this.#key).update(purpose).digest();
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.bytes(4).readUInt32BE() / 2 ** 32;
  }

  #fill(block: number): void {
    const counter = Buffer.alloc(16);
    counter.writeBigUInt64BE(BigInt(block) * BigInt(blockBytes / 16), 8);
    const zeros = Buffer.alloc(blocksAtOnce * blockBytes);
    this.#blocks = createCipheriv('aes-256-ctr', this.#key, counter).update(zeros);
    this.#firstBlock = block;
  }
}

/** The stream's key for a seed; without one it is drawn from the machine's randomness. */
export function streamKey(seed: number | string | undefined, purpose: string): Buffer {
  return seed === undefined ? randomBytes(32) : createHash('sha256').update(`${purpose}:${seed}`).digest();
}

/** Where `encode` writes digits, from the end; longer than any text it makes. */
const digits = Buffer.alloc(64);

/** The digits of big-endian bytes in an alphabet, padded to `length`. Limbs of 16 bits keep it in plain numbers. */
function encode(bytes: Buffer, alphabet: string, length: number): string {
  const base = alphabet.length;
  const group = base ** 5;
  const limbs: number[] = [];
  for (let index = 0; index < bytes.length; index += 2) limbs.push(bytes.readUInt16BE(index));
  let end = digits.length;
  let first = 0;
  while (first < limbs.length) {
    let remainder = 0;
    for (let index = first; index < limbs.length; index++) {
      const value = remainder * 65536 + (limbs[index] as number);
      const quotient = Math.floor(value / group);
      limbs[index] = quotient;
      remainder = value - quotient * group;
    }
    while (first < limbs.length && limbs[first] === 0) first++;
    for (let digit = 0; digit < 5; digit++) {
      const rest = Math.floor(remainder / base);
      digits[--end] = alphabet.charCodeAt(remainder - rest * base);
      remainder = rest;
    }
  }
  while (end < digits.length && digits[end] === alphabet.charCodeAt(0)) end++;
  return digits.toString('latin1', end).padStart(length, alphabet[0]);
}

/** The 32 bytes that an id of `base58()` stands for. */
export function base58Bytes(text: string): Buffer {
  let value = 0n;
  for (const sign of text) value = value * 58n + BigInt(base58Alphabet.indexOf(sign));
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

function base58Check(version: number, payload: Buffer): string {
  const body = Buffer.concat([Buffer.of(version), payload]);
  const once = createHash('sha256').update(body).digest();
  const checksum = createHash('sha256').update(once).digest().subarray(0, 4);
  const bytes = Buffer.concat([body, checksum]);
  const digits = encode(Buffer.concat([Buffer.alloc(bytes.length % 2), bytes]), base58Alphabet, 0);
  let zeros = 0;
  while (bytes[zeros] === 0) zeros++;
  return '1'.repeat(zeros) + digits;
}

/** Makes every identifier of the sandbox in the shapes of reference 1.5. */
export class IdMaker {
  readonly stream: RandomStream;
  readonly #fixedTime: boolean;

  /** With `fixedTime` (a given seed) the time inside KSUIDs follows the draws, not the clock. */
  constructor(stream: RandomStream, fixedTime: boolean) {
    this.stream = stream;
    this.#fixedTime = fixedTime;
  }

  /** A KSUID of 27 characters for companies, funds, policies, transactions and actions. */
  ksuid(nowSeconds: number): string {
    const seconds = this.#fixedTime ? seededEpochSeconds + Math.floor(this.stream.position / 16) : nowSeconds;
    const bytes = Buffer.alloc(20);
    bytes.writeUInt32BE((seconds - ksuidEpochSeconds) >>> 0);
    bytes.set(this.stream.view(16), 4);
    return encode(bytes, base62Alphabet, 27);
  }

  /** 32 bytes in Base58, 43 to 44 characters, for wallets, users, core clients, account codes and chain ids. */
  base58(): string {
    const bytes = this.stream.bytes(32);
    // A leading bit keeps the value above 58^42, so that the text never falls short of 43 characters.
    bytes[0] = (bytes[0] as number) | 0x08;
    return encode(bytes, base58Alphabet, 43);
  }

  /** The `key_id` (14 characters) of a new API key. */
  keyId(): string {
    return this.stream.bytes(10).toString('base64url');
  }

  /** The secret part (43 characters) of a new API key. */
  keySecret(): string {
    return this.stream.bytes(32).toString('base64url');
  }

  /** A deposit address in the form of the asset's own chain: P2PKH for Bitcoin, `0x` and 40 hex digits else. */
  address(asset: string): string {
    if (!asset.startsWith('BTC')) return `0x${this.stream.bytes(20).toString('hex')}`;
    return base58Check(asset === 'BTC' ? 0x00 : 0x6f, this.stream.bytes(20));
  }

  /** Three words that `isTaken` does not know yet. */
  shortCode(isTaken: (code: string) => boolean): string {
    for (let attempt = 0; attempt < 1000; attempt++) {
      const draw = this.stream.bytes(6);
      const code = [0, 2, 4].map((at) => words[draw.readUInt16BE(at) % words.length]).join(' ');
      if (!isTaken(code)) return code;
    }
    throw new Error('the sandbox has run out of short codes');
  }
}
