/**
 * Signatures a second on one core: everything `lib/signing` does for one request (signing string, signature, headers)
 * beside `openssl speed rsa2048`. Both are counted in processor time, as openssl does by itself, so that a busy machine
 * slows neither more than the other; they take turns, so that a change of its clock speed meets both.
 */
import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createKeySigner, signedHeaders } from '../lib/signing/index.ts';
import { type Benchmark, median, printTable } from './measure.ts';

/** Many short ones: what disturbs the machine for a second or two then spoils a few rounds, and not the best one. */
const rounds = 15;
const roundSeconds = 1;

const url = 'https://api.example.com/api/v1/company/2BbvVvwsDu1kVkvqFCCuXnUd8tM/transfer';
const body = JSON.stringify({
  wallet_id: 'FCvtYzXbHkNmqYSvrJyrXJcMyzKf6jhbyhaYQUqxpXB5',
  counterparty_wallet_address: '7n8xJ6kQWjRT4GZ9QMPu1mZpV2rPxS6mL4fRhyVpJgNd',
  amount: 12_345_678,
  expires: 1_700_000_000,
  reference: 'invoice 2024-000123',
  partner_txID: '9ZkQyF3H8XGg1tJr7dLwVb2nRs4pTcKm6uAeYxBh5DfW',
});

/** Calls per second of processor time of this process. */
async function perSecond(call: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  const endMs = performance.now() + roundSeconds * 1000;
  let calls = 0;
  while (performance.now() < endMs) {
    for (let i = 0; i < 50; i++) await call();
    calls += 50;
  }
  return calls / (process.cpuUsage(before).user / 1_000_000);
}

/** Signatures per second by `openssl speed`, or `undefined` where there is no openssl. */
function opensslPerSecond(): number | undefined {
  try {
    const output = execFileSync('openssl', ['speed', '-mr', '-seconds', String(roundSeconds), 'rsa2048'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    // `+F2:<index>:<bits>:<signatures per second>:<verifications per second>`; before 1.1 the seconds that one takes.
    const value = Number(/^\+F2:\d+:2048:([\d.e+-]+):/m.exec(output)?.[1]);
    if (!(value > 0)) return undefined;
    return value > 1 ? value : 1 / value;
  } catch {
    return undefined;
  }
}

interface Contender {
  readonly name: string;
  readonly measure: () => Promise<number | undefined> | number | undefined;
}

function contenders(pem: string, key: KeyObject): Contender[] {
  const credentials = { apiKey: 'bench', signer: createKeySigner(pem) };
  const bytes = Buffer.from(`1700000000${url}${body}`);
  return [
    { name: 'openssl speed rsa2048', measure: opensslPerSecond },
    {
      name: 'lib/signing signedHeaders',
      measure: () => perSecond(() => signedHeaders({ credentials, url, body, timestampSeconds: 1_700_000_000 })),
    },
    { name: 'node:crypto, key kept', measure: () => perSecond(() => sign('sha256', bytes, key)) },
    {
      name: 'node:crypto, PEM parsed each time',
      measure: () => perSecond(() => sign('sha256', bytes, createPrivateKey(pem))),
    },
  ];
}

/** See the head of this file. The target is over openssl; without openssl over `node:crypto`. */
export const run: Benchmark = async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const all = contenders(pem, privateKey);
  const results = all.map(() => [] as number[]);
  for (let round = 0; round < rounds; round++) {
    for (const [index, { measure }] of all.entries()) {
      const value = await measure();
      if (value !== undefined) results[index]?.push(value);
    }
  }

  const [openssl = [], ours = [], crypto = []] = results;
  const hasOpenssl = openssl.length === rounds;
  if (!hasOpenssl) console.log('No usable openssl here: compared with node:crypto instead.\n');
  printTable(
    ['signatures per second of processor time', 'median', 'lowest', 'highest'],
    all.flatMap(({ name }, index) => {
      const values = results[index] ?? [];
      return values.length === 0
        ? []
        : [[name, ...[median(values), Math.min(...values), Math.max(...values)].map(Math.round)]];
    }),
  );
  const [reference, name] = hasOpenssl ? [openssl, 'openssl speed'] : [crypto, 'node:crypto'];
  // Of the best rounds: whatever else the machine does can only make one slower.
  return [{ name: `lib/signing over ${name}`, value: Math.max(...ours) / Math.max(...reference), atLeast: 0.95 }];
};
