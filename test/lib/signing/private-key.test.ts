import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parsePrivateKey, SigningKeyError } from '../../../lib/signing/index.ts';
import { file, pkcs1, pkcs8 } from './vectors.ts';

const pemOf = (type: 'pkcs1' | 'pkcs8', bits: number): string =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type, format: 'pem' }) as string;
const encrypted = (type: 'pkcs1' | 'pkcs8'): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type,
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  }) as string;
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const damaged = pkcs8
  .split('\n')
  .map((line, index) => (index === 3 ? line.slice(2) : line))
  .join('\n');

function problemOf(pem: string): SigningKeyError {
  try {
    parsePrivateKey(pem);
  } catch (error) {
    return error as SigningKeyError;
  }
  throw new Error('the key was accepted');
}

describe('a private key', () => {
  it.each([
    ['PKCS#1', pkcs1],
    ['PKCS#8', pkcs8],
    ['CRLF line ends', pkcs8.replaceAll('\n', '\r\n')],
    ['blank lines around it', `\n\n${pkcs8}\n\n`],
    ['3072 bits', pemOf('pkcs8', 3072)],
  ])('is accepted: %s', (_name, pem) => {
    expect(parsePrivateKey(pem).asymmetricKeyType).toBe('rsa');
  });

  it.each([
    ['empty', 'empty', ''],
    ['blank', 'empty', ' \n\t'],
    ['line breaks removed', 'newlines_lost', pkcs8.replaceAll('\n', '')],
    ['line breaks become blanks', 'newlines_lost', pkcs1.replaceAll('\n', ' ')],
    ['line breaks become backslash n', 'newlines_lost', pkcs8.replaceAll('\n', '\\n')],
    ['encrypted PKCS#8', 'encrypted', encrypted('pkcs8')],
    ['encrypted PKCS#1', 'encrypted', encrypted('pkcs1')],
    ['encrypted, line breaks removed', 'encrypted', encrypted('pkcs8').replaceAll('\n', '')],
    ['public key', 'public_key', file.key.public_key_spki_pem],
    ['certificate', 'certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'],
    ['OpenSSH', 'openssh', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n'],
    ['EC, PKCS#8', 'not_rsa', elliptic.export({ type: 'pkcs8', format: 'pem' }) as string],
    ['EC, SEC1', 'not_rsa', elliptic.export({ type: 'sec1', format: 'pem' }) as string],
    ['1024 bits, PKCS#1', 'too_short', pemOf('pkcs1', 1024)],
    ['2040 bits, PKCS#8', 'too_short', pemOf('pkcs8', 2040)],
    ['bare base64', 'not_a_pem', pkcs8.split('\n').slice(1, -2).join('\n')],
    ['any text', 'not_a_pem', 'hello'],
    ['damaged', 'unreadable', damaged],
    ['cut short', 'unreadable', pkcs8.slice(0, 800)],
  ])('is refused in plain words, without any of it: %s', (_name, problem, pem) => {
    const error = problemOf(pem);
    expect(error).toBeInstanceOf(SigningKeyError);
    expect([error.code, error.problem]).toEqual(['signing_key', problem]);
    const said = `${error.message} ${error.stack} ${String(error.cause)}`;
    const lines = pem.split(/\\n|\s/).filter((line) => line.length >= 20 && !line.includes('-----'));
    expect(lines.filter((line) => said.includes(line.slice(0, 20)))).toEqual([]);
  });
});
