import { endingOf, freshKey, type Scenario } from './scenario.ts';

/** An exchange sweeps a wallet that is connected to it; its own core client approves. */
export const sweep: Scenario = {
  name: 'sweep',
  about: 'an exchange sweeps a connected wallet',
  async play(stage) {
    const { exchange, operating } = stage.system.demo;
    const body = {
      coreClientId: exchange.coreClientId,
      walletId: exchange.connected.walletId,
      recipientWalletId: operating.btc.walletId,
      amount: '300000',
      reference: 'fill-902',
    };
    return endingOf(stage, await stage.partner.askAndWatch('/sweeps', body, freshKey('sweep')));
  },
};
