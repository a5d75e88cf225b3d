import { control, type Scenario } from './scenario.ts';

/** Assets arrive from outside, and the partner is told. */
export const deposit: Scenario = {
  name: 'deposit',
  about: 'a deposit is noticed and told',
  async play(stage) {
    const { walletId } = stage.system.demo.operating.btc;
    const amount = '1234567';
    const { chainTxId } = control<{ chainTxId: string }>(stage, 'POST', '/deposits', { walletId, amount });
    stage.say('  paid in from outside', `${amount} to ${walletId}`);
    const { type, data } = await stage.partner.event(
      'deposit.received',
      (event) => event.type === 'deposit.received' && event.data['chainTxId'] === chainTxId,
    );
    return { ok: data['amount'] === amount, state: 'received', event: type, walletId, amount: data['amount'] };
  },
};
