import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** An issuer of access tokens with its key set on loopback, which can misbehave. */
export interface TestIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** How often the key set was asked for. */
  requests(): number;
  /** What the key set answers from now on: keys, another status, or no answer at all. */
  behave(mode: 'keys' | 'error' | 'silent' | 'no json' | 'endless'): void;
  /** Adds a key with this id and signs with it from now on. */
  rotate(keyId: string, algorithm?: string): Promise<void>;
  token(claims?: Record<string, unknown>, header?: { alg?: string; kid?: string }): Promise<string>;
  stop(): Promise<void>;
}

/** Starts one whose tokens begin and end around `nowSeconds`. */
export async function startIssuer(nowSeconds: number): Promise<TestIssuer> {
  const keys: JWK[] = [];
  let signingKey: CryptoKey;
  let keyId = '';
  let algorithm = '';
  let requests = 0;
  let mode: Parameters<TestIssuer['behave']>[0] = 'keys';

  const server = createServer((_, response) => {
    requests += 1;
    if (mode === 'silent') return;
    if (mode === 'error') return void response.writeHead(500).end('{}');
    if (mode === 'no json') return void response.end('<html>');
    response.end(mode === 'endless' ? 'x'.repeat(400_000) : JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function rotate(id: string, alg = 'ES256') {
    const pair = await generateKeyPair(alg, { extractable: true });
    keys.push({ ...(await exportJWK(pair.publicKey)), kid: id, alg, use: 'sig' });
    algorithm = alg;
    signingKey = pair.privateKey;
    keyId = id;
  }
  await rotate('first');

  const issuer = `${base}/`;
  const audience = 'qredo-functions';
  return {
    issuer,
    audience,
    jwksUrl: `${base}/jwks.json`,
    requests: () => requests,
    behave: (next) => {
      mode = next;
    },
    rotate,
    async token(claims = {}, header = {}) {
      const payload = {
        iss: issuer,
        aud: audience,
        sub: 'desk',
        scope: 'transfers:write',
        exp: nowSeconds + 600,
        ...claims,
      };
      const present = Object.fromEntries(Object.entries(payload).filter(([, value]) => value !== undefined));
      return new SignJWT(present).setProtectedHeader({ alg: algorithm, kid: keyId, ...header }).sign(signingKey);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
