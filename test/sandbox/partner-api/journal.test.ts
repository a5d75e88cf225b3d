import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { Bench } from './helpers.ts';

let folder = '';
let journal = '';
beforeEach(() => {
  folder = temporaryFolder();
  journal = join(folder, 'sandbox.journal');
});

/** A sandbox on the same journal, at the time the other one had. */
function restarted(bench: Bench): Bench {
  bench.sandbox.close();
  const next = new Bench({ journal, seed: undefined }, bench.nowMs);
  next.apiKeyId = bench.apiKeyId;
  return next;
}

/** Everything a partner can see of a set-up. */
function view(bench: Bench, at: ReturnType<Bench['setUp']>): unknown[] {
  const company = `/company/${at.companyId}`;
  const paths = [company, `${company}/holding`, `${company}/trustedparty`, `${company}/fund/${at.fundId}`];
  const more = [`${company}/fund/${at.fundId}/ledger`, `/wallet/${at.walletIds[0]}/history`];
  return [...paths, ...more].map((path) => bench.call('GET', path).body).concat(bench.control('GET', '/ledger').body);
}

describe('the journal', () => {
  it('brings everything back after a restart, down to the ids drawn next', () => {
    const bench = new Bench({ journal, seed: undefined });
    const at = bench.setUp({ voters: 2, threshold: 1 });
    const open = bench.transfer(at, { partner_txID: 'open' }).body.tx_id;
    bench.transfer(at, { send: { symbol: 'BTC-TESTNET', amount: 99_000_000 } });
    bench.nowMs += 5000;
    bench.transfer(at, { partner_txID: 'done' });
    bench.approve(at.users[0] as string);
    const before = view(bench, at);
    const next = restarted(bench);
    expect(view(next, at)).toEqual(before);
    expect(next.transfer(at, { partner_txID: 'open' }).body).toEqual({ tx_id: open, status: 'existing' });
    expect(next.transfer(at).body.status).toBe('new');
  });

  it('carries out after a restart what came due meanwhile, at its own moment', () => {
    const bench = new Bench({ journal });
    const at = bench.setUp();
    bench.control('PUT', `/voters/${at.users[0]}`, { autoApprove: { delayMs: 60_000 } });
    const { tx_id } = bench.transfer(at).body;
    bench.nowMs += 500_000;
    // Nobody looks at the old sandbox any more: only the new one can carry it out.
    const next = restarted(bench);
    const info = next.call('GET', `/company/${at.companyId}/transfer/${tx_id}`).body;
    expect(info).toMatchObject({ txStatus: 'approved', status: [{ timestamp: 1_700_000_060 }] });
  });

  it('keeps the clock as it was moved, and accepted nonces', () => {
    const bench = new Bench({ journal });
    bench.newKey();
    bench.control('POST', '/clock', { nowMs: 1_800_000_000_000, frozen: true });
    const account = bench.sandbox.world.accounts.get(bench.apiKeyId);
    if (account !== undefined) bench.sandbox.useNonce(account, 41n);
    const next = restarted(bench);
    expect(next.control('GET', '/clock').body).toMatchObject({ nowMs: 1_800_000_000_000, frozen: true });
    expect(next.sandbox.world.accounts.get(bench.apiKeyId)?.lastNonce).toBe(41n);
  });

  it('keeps the fees it was started with: they are part of what happened', () => {
    const bench = new Bench({ journal, feesBps: { transferOut: 100 } });
    const at = bench.setUp();
    bench.transfer(at);
    const next = restarted(bench);
    expect(next.available(at.walletIds[0])).toBe(bench.available(at.walletIds[0]));
    expect(bench.control('GET', '/ledger').body.assets[0].held).toBe(252_500);
    expect(next.control('GET', '/ledger').body.assets[0].held).toBe(252_500);
  });

  it('drops a torn last line, whatever its length, and goes on behind the last whole one', () => {
    const bench = new Bench({ journal });
    const at = bench.setUp();
    const whole = readFileSync(journal).length;
    bench.transfer(at);
    bench.sandbox.close();
    const full = readFileSync(journal).length;
    for (const length of [whole + 1, whole + 20, full - 1]) {
      const copy = join(folder, `torn-${length}`);
      writeFileSync(copy, readFileSync(journal));
      truncateSync(copy, length);
      const next = new Bench({ journal: copy });
      next.apiKeyId = bench.apiKeyId;
      expect(next.available(at.walletIds[0])).toBe(5_000_000);
      expect(next.transfer(at).body.status).toBe('new');
      next.sandbox.close();
      const third = new Bench({ journal: copy });
      third.apiKeyId = bench.apiKeyId;
      expect(third.available(at.walletIds[0])).toBe(4_749_750);
      third.sandbox.close();
    }
  });

  it('refuses a file damaged in the middle, and one that never was a journal, without touching it', () => {
    const bench = new Bench({ journal });
    bench.setUp();
    bench.sandbox.close();
    const lines = readFileSync(journal, 'utf8').split('\n');
    lines[2] = (lines[2] as string).replace('"', "'");
    writeFileSync(journal, lines.join('\n'));
    expect(() => new Bench({ journal })).toThrow('line 3 is damaged');
    writeFileSync(journal, 'my notes');
    expect(() => new Bench({ journal })).toThrow('not a journal');
    expect(readFileSync(journal, 'utf8')).toBe('my notes');
  });

  it('is for one sandbox at a time: a second is refused before it reads the file', () => {
    const first = new Bench({ journal, seed: undefined });
    const at = first.setUp();
    const link = join(folder, 'another-name');
    symlinkSync(journal, link);
    // A line that the first is about to end looks torn to everybody else.
    const whole = readFileSync(journal, 'utf8');
    appendFileSync(journal, '1234abcd {"t":17');
    for (const name of [journal, link]) {
      expect(() => new Bench({ journal: name })).toThrow(`the journal ${name} is in use by another sandbox`);
    }
    expect(readFileSync(journal, 'utf8')).toBe(`${whole}1234abcd {"t":17`);
    writeFileSync(journal, whole);
    expect(first.transfer(at).body.status).toBe('new');
    const before = view(first, at);
    expect(view(restarted(first), at)).toEqual(before);
  });

  it('can be opened again after a start that failed', () => {
    new Bench({ journal }).sandbox.close();
    const header = readFileSync(journal, 'utf8');
    const step = '{"t":1700000000000,"a":"nobody","n":"1"}';
    appendFileSync(journal, `${crc32(step).toString(16).padStart(8, '0')} ${step}\n`);
    expect(() => new Bench({ journal })).toThrow('the journal does not replay: step 1: ');
    writeFileSync(journal, header);
    new Bench({ journal }).sandbox.close();
  });

  it('ends a sandbox into whose file somebody has written: nothing happens there, and nothing is told any more', () => {
    const bench = new Bench({ journal, seed: undefined });
    const at = bench.setUp();
    bench.transfer(at, { partner_txID: 'one' });
    const before = view(bench, at);
    const whole = readFileSync(journal, 'utf8');
    const told: string[] = [];
    bench.sandbox.listeners.add((event) => told.push(event.kind));
    appendFileSync(journal, 'x');
    expect(bench.transfer(at, { partner_txID: 'two' }).status).toBe(500);
    writeFileSync(journal, whole);
    bench.nowMs += 7_200_000;
    bench.sandbox.tick();
    expect([bench.call('GET', '/assets').status, bench.control('GET', '/ledger').status]).toEqual([500, 500]);
    expect([told, bench.sandbox.nextDueAtMs]).toEqual([['reset'], undefined]);
    bench.nowMs -= 7_200_000;
    expect(view(restarted(bench), at)).toEqual(before);
  });

  it('does not keep a step whose answer cannot be written, and what it did is not shown to anybody', () => {
    const bench = new Bench({ journal, seed: undefined });
    const at = bench.setUp();
    const exchange = bench.newExchange();
    const walletId = bench.connectedWallet(at, exchange);
    const [action] = bench.actionsOf(exchange);
    const [connection] = bench.sandbox.world.wallets.get(walletId)?.connections ?? [];
    // No request can do this any more; a fault of the sandbox could.
    if (connection !== undefined) connection.clientData['customer_email'] = 2n ** 64n;
    const path = `/coreclient/${exchange}/action/${action?.id}`;
    expect(bench.call('GET', path).status).toBe(500);
    expect(bench.call('GET', `/wallet/${walletId}`).body.status).toBe('pending');
    expect(bench.call('PUT', path).status).toBe(500);
    expect(bench.call('GET', `/wallet/${walletId}`).status).toBe(500);
    const next = restarted(bench);
    expect(next.call('GET', `/wallet/${walletId}`).body.status).toBe('pending');
    expect(next.call('PUT', path).status).toBe(200);
    expect(next.call('GET', `/wallet/${walletId}`).body.status).toBe('ready');
  });

  it('writes no line for a request that was refused or only read', () => {
    const bench = new Bench({ journal });
    const at = bench.setUp();
    const before = readFileSync(journal).length;
    bench.transfer(at, { send: { symbol: 'BTC-TESTNET', amount: 99_000_000 } });
    bench.call('POST', '/fees', { type: 'swap', asset: 'BTC-TESTNET', amount: 1 });
    bench.balance(at.walletIds[0]);
    expect(readFileSync(journal).length).toBe(before);
    bench.sandbox.close();
  });

  it('has every answered transfer after kill -9 in the middle of a stream of them', async () => {
    const first = await startServer(journal);
    const at = await setUpOver(first);
    const answered: string[] = [];
    const load = (async () => {
      for (let index = 0; index < 5000; index++) {
        const made = await fetch(`${first.baseUrl}/company/${at.companyId}/transfer`, {
          method: 'POST',
          headers: { 'x-api-key': first.apiKey },
          body: JSON.stringify({ ...at.body, partner_txID: `k-${index}` }),
        });
        answered.push(((await made.json()) as { tx_id: string }).tx_id);
      }
    })().catch(() => {});
    while (answered.length < 50) await new Promise((resolve) => setTimeout(resolve, 5));
    const ended = once(first.child, 'exit');
    first.child.kill('SIGKILL');
    // Until it has ended it holds the journal.
    await Promise.all([ended, load]);
    appendFileSync(journal, '1234abcd {"t":17');
    const second = await startServer(journal);
    for (const [index, txId] of answered.entries()) {
      const again = await fetch(`${second.baseUrl}/company/${at.companyId}/transfer`, {
        method: 'POST',
        headers: { 'x-api-key': second.apiKey },
        body: JSON.stringify({ ...at.body, partner_txID: `k-${index}` }),
      });
      expect(await again.json()).toEqual({ tx_id: txId, status: 'existing' });
    }
    const proof = (await (await fetch(`${second.controlUrl}/ledger`)).json()) as { balanced: boolean };
    expect(proof.balanced).toBe(true);
    second.child.kill('SIGKILL');
  });
});

async function startServer(file: string) {
  const cli = new URL('../../../cli/sandbox.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [cli, '--port', '0', '--journal', file, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, ...(JSON.parse(line) as { baseUrl: string; controlUrl: string; apiKey: string }) };
  }
  throw new Error('the server did not start');
}

async function setUpOver({ baseUrl, controlUrl, apiKey }: { baseUrl: string; controlUrl: string; apiKey: string }) {
  const post = async (url: string, body: object) =>
    (
      await fetch(url, { method: 'POST', headers: { 'x-api-key': apiKey }, body: JSON.stringify(body) })
    ).json() as Promise<Record<string, string>>;
  const { company_id } = await post(`${baseUrl}/company`, { name: 'A' });
  const wallets = ['a', 'b'].map((name) => ({ name, asset: 'BTC-TESTNET' }));
  const { fund_id } = await post(`${baseUrl}/company/${company_id}/fund`, { name: 'F', wallets });
  const list = await fetch(`${baseUrl}/company/${company_id}/fund/${fund_id}`, { headers: { 'x-api-key': apiKey } });
  const [from, to] = ((await list.json()) as { wallets: { wallet_id: string }[] }).wallets.map(
    (item) => item.wallet_id,
  );
  await post(`${controlUrl}/deposits`, { walletId: from as string, amount: 1e12 });
  const send = { symbol: 'BTC-TESTNET', amount: 1000 };
  const expires = Math.floor(performance.timeOrigin / 1000) + 86_400;
  return { companyId: company_id, body: { wallet_id: from, counterparty_wallet_address: to, expires, send } };
}
