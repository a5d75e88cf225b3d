import { endingOf, freshKey, type Scenario } from './scenario.ts';

/** A withdrawal to a whitelisted address, approved by a person. */
export const withdrawal: Scenario = {
  name: 'withdrawal',
  about: 'a withdrawal to a whitelisted address',
  async play(stage) {
    const { operating, withdrawalAddress } = stage.system.demo;
    const { companyId, walletId } = operating.btc;
    const body = { companyId, walletId, address: withdrawalAddress, amount: '120000', reference: 'cold-7' };
    return endingOf(stage, await stage.partner.askAndWatch('/withdrawals', body, freshKey('withdrawal')));
  },
};
