import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SigningKeyError, type SigningKeyProblem } from './errors.ts';

/** The shortest modulus that is accepted; the service itself worked with this length (reference 2.3). */
export const minimumKeyBits = 2048;

type Check = { problem: SigningKeyProblem; looksLike: (pem: string) => boolean; message: string };

/** In this order: the kind of text is named first, so that nobody is told to mend the newlines of a public key. */
const checks: Check[] = [
  { problem: 'empty', looksLike: (pem) => pem.trim() === '', message: 'The private key is empty.' },
  {
    problem: 'encrypted',
    looksLike: (pem) => pem.includes('BEGIN ENCRYPTED PRIVATE KEY') || /Proc-Type:\s*4,\s*ENCRYPTED/.test(pem),
    message: 'The private key is encrypted with a passphrase. Store it decrypted (openssl pkey -in FILE -out PLAIN).',
  },
  {
    problem: 'public_key',
    looksLike: (pem) => /BEGIN (RSA )?PUBLIC KEY/.test(pem) && !pem.includes('PRIVATE KEY'),
    message: 'This is a public key. The private key is needed to sign.',
  },
  {
    problem: 'certificate',
    looksLike: (pem) => pem.includes('BEGIN CERTIFICATE') && !pem.includes('PRIVATE KEY'),
    message: 'This is a certificate. The private key is needed to sign.',
  },
  {
    problem: 'openssh',
    looksLike: (pem) => pem.includes('BEGIN OPENSSH PRIVATE KEY'),
    message: 'The private key is in OpenSSH form. Convert a copy to PEM (ssh-keygen -p -m PEM -f FILE).',
  },
  {
    problem: 'not_rsa',
    looksLike: (pem) => /BEGIN (EC|DSA) PRIVATE KEY/.test(pem),
    message: 'The private key is not an RSA key. The Partner API takes RSA keys only.',
  },
  {
    problem: 'not_a_pem',
    looksLike: (pem) => !/-----BEGIN (RSA )?PRIVATE KEY-----/.test(pem),
    message: 'The private key is not a PEM: there is no BEGIN PRIVATE KEY or BEGIN RSA PRIVATE KEY line.',
  },
  {
    problem: 'newlines_lost',
    looksLike: (pem) => pem.includes('\\n'),
    message:
      'The line breaks of the private key were turned into the two characters \\n. Store it with real line breaks.',
  },
  {
    problem: 'unreadable',
    looksLike: (pem) => !pem.includes('-----END'),
    message: 'The private key is cut short: its END line is missing.',
  },
  {
    problem: 'newlines_lost',
    looksLike: (pem) => !/-----BEGIN (RSA )?PRIVATE KEY-----[ \t]*\r?\n/.test(pem) || !/\n[ \t]*-----END/.test(pem),
    message: 'The private key lost its line breaks: BEGIN line, key and END line must stand on lines of their own.',
  },
];

/**
 * The RSA key of a PKCS#1 or PKCS#8 PEM; both forms of one key sign alike (reference 2.3).
 * @throws {SigningKeyError} that says in plain words what is wrong, without any of the key. Nothing is repaired
 * silently: a key that was damaged on its way into a secret should be seen, not guessed at.
 */
export function parsePrivateKey(pem: string): KeyObject {
  const failed = checks.find((check) => check.looksLike(pem));
  if (failed !== undefined) throw new SigningKeyError(failed.problem, failed.message);
  const key = readPem(pem);
  if (key.asymmetricKeyType !== 'rsa') {
    throw new SigningKeyError('not_rsa', 'The private key is not an RSA key. The Partner API takes RSA keys only.');
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < minimumKeyBits) {
    throw new SigningKeyError('too_short', `The private key has ${bits} bits; at least ${minimumKeyBits} are needed.`);
  }
  return key;
}

function readPem(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new SigningKeyError('unreadable', 'The private key is damaged: its PEM cannot be decoded.', { cause });
  }
}
