import { endingOf, freshKey, type Scenario, type Stage } from './scenario.ts';

/** The price of one BTC in ETH, as the pricing engine pushes it. */
const price = '15.3125';

/** A strategy's quote is published from a pushed price, taken by a second company, and both sides settle. */
export const swap: Scenario = {
  name: 'swap',
  about: 'a quote is published, taken and settled',
  async play(stage) {
    const keepPushing = pushPrices(stage);
    try {
      const published = await stage.partner.event('quote.published', ({ type }) => type === 'quote.published');
      const { txId, instructionId, sendAmount, receiveAmount } = published.data as unknown as QuoteTold;
      stage.say('  on the hub', `${sendAmount} BTC-TESTNET for ${receiveAmount} ETH-TESTNET (${txId})`);
      const { trading } = stage.system.demo;
      const body = {
        companyId: trading.eth.companyId,
        sendWalletId: trading.eth.walletId,
        receiveWalletId: trading.btc.walletId,
        worstPrice: { sendAmount: receiveAmount, receiveAmount: sendAmount },
        reference: 'cf-9',
      };
      const take = await stage.partner.askAndWatch(`/quotes/${txId}/take`, body, freshKey('swap'));
      await stage.partner.event(
        'the quote has settled',
        ({ type, data }) => type === 'instruction.completed' && data.id === instructionId,
      );
      await stage.partner.event(
        'quote.taken',
        ({ type, data }) => type === 'quote.taken' && data['instructionId'] === instructionId,
      );
      return {
        ...endingOf(stage, take),
        quoteInstructionId: instructionId,
        quoteTxId: txId,
        sendAmount,
        receiveAmount,
      };
    } finally {
      keepPushing();
    }
  },
};

interface QuoteTold {
  readonly txId: string;
  readonly instructionId: string;
  readonly sendAmount: string;
  readonly receiveAmount: string;
}

/** A pricing engine pushes again and again: a price that is not repeated goes stale, and the quote comes off the hub. */
function pushPrices({ partner }: Stage): () => void {
  const push = () =>
    void partner
      .send('POST', '/prices', { body: JSON.stringify({ name: 'btc-eth', price, at: new Date().toISOString() }) })
      .catch(() => {});
  push();
  const timer = setInterval(push, 2_000);
  return () => clearInterval(timer);
}
