import { expect, it } from 'vitest';
import { seedDemo } from '../../../../sandbox/demo.ts';
import { approval } from '../../../../sandbox/local/scenarios/approval.ts';
import type { Stage } from '../../../../sandbox/local/scenarios/scenario.ts';
import { Bench } from '../../partner-api/helpers.ts';

it('leaves nothing waiting that the person was asked while she was away', async () => {
  const bench = new Bench();
  const demo = seedDemo(bench.sandbox, { approveAfterMs: 1000 });
  bench.apiKeyId = demo.keyId;
  const { companyId, walletId } = demo.operating.btc;
  const transfer = `/company/${companyId}/transfer`;
  const status = (txId: string) => bench.call('GET', `${transfer}/${txId}`).body.txStatus;
  let txId = '';
  const partner = {
    // A standing instruction comes due, for one.
    askAndWatch: async () => {
      txId = bench.call('POST', transfer, {
        wallet_id: walletId,
        counterparty_wallet_address: demo.trading.btc.walletId,
        expires: bench.nowMs / 1000 + 3600,
        send: { symbol: 'BTC-TESTNET', amount: 1000 },
      }).body.tx_id;
      bench.nowMs += 5000;
      expect(status(txId)).toBe('pending');
      return { id: 'i', state: 'completed', history: [] };
    },
    send: async () => ({
      status: 200,
      body: { decisions: [{ decision: 'approve', rule: 'ours', instructionId: 'i' }] },
    }),
    wasTold: () => true,
  };
  const stage = { system: { demo, partnerApi: bench }, partner, say: () => {} } as unknown as Stage;
  expect(await approval.play(stage)).toMatchObject({ ok: true, rule: 'ours' });
  expect(status(txId)).toBe('approved');
  expect(bench.isBalanced()).toBe(true);
});
