import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Demo, seedDemo } from '../demo.ts';
import type { Sandbox } from '../partner-api/sandbox.ts';

/** What a local system must know again after a restart: who it is, and what its sandbox was filled with. */
export interface Keepsake {
  /** Of whoever initiates, and of the desk bot that approves: two keys, so that neither can do the other's work. */
  readonly privateKeyPem: string;
  readonly deskBotPrivateKeyPem: string;
  readonly webhookSecret: string;
  readonly demo: Demo;
}

/** Where a local system keeps its state, or `undefined` for in memory only. */
export interface StateFiles {
  readonly folder: string;
  readonly journal: string;
  readonly keepsake: string;
  readonly webhooks: string;
  readonly requests: string;
}

/** The files below a data folder, which is made if need be. */
export function stateFiles(folder: string | undefined): StateFiles | undefined {
  if (folder === undefined) return undefined;
  mkdirSync(folder, { recursive: true });
  const files: StateFiles = {
    folder,
    journal: join(folder, 'partner-api.journal'),
    keepsake: join(folder, 'local.json'),
    webhooks: join(folder, 'webhooks.jsonl'),
    requests: join(folder, 'requests.jsonl'),
  };
  // A run that was killed while it filled its sandbox left half of one: nothing else has been done with it yet.
  if (!existsSync(files.keepsake)) rmSync(files.journal, { force: true });
  return files;
}

/** What was kept, or a freshly filled sandbox with new keys, kept from now on. */
export function recallOrSeed(sandbox: Sandbox, files: StateFiles | undefined, approveAfterMs: number): Keepsake {
  if (files !== undefined && existsSync(files.keepsake))
    return JSON.parse(readFileSync(files.keepsake, 'utf8')) as Keepsake;
  const own = keyPair();
  const deskBot = keyPair();
  const keepsake: Keepsake = {
    privateKeyPem: own.privateKeyPem,
    deskBotPrivateKeyPem: deskBot.privateKeyPem,
    webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
    demo: seedDemo(sandbox, {
      publicKeyPem: own.publicKeyPem,
      deskBotPublicKeyPem: deskBot.publicKeyPem,
      approveAfterMs,
    }),
  };
  if (files !== undefined) {
    writeFileSync(`${files.keepsake}.new`, JSON.stringify(keepsake), { mode: 0o600 });
    renameSync(`${files.keepsake}.new`, files.keepsake);
  }
  return keepsake;
}

function keyPair(): { publicKeyPem: string; privateKeyPem: string } {
  const { publicKey: publicKeyPem, privateKey: privateKeyPem } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return { publicKeyPem, privateKeyPem };
}
