import { acceptInstruction } from '../instructions/accept.ts';
import { quote } from '../instructions/kinds/quote.ts';
import type { Place } from '../instructions/record.ts';
import { InvalidRequest } from '../platform/http/errors.ts';
import type { QuoteDesk } from './desk.ts';
import { type Offer, quoteKey } from './strategy.ts';

/**
 * Asks for the quote of an offer, as an instruction like any other: its id follows from strategy and generation, so asking
 * twice asks for one. With `calledOff` it is stored as cancelled, and nobody can ask for it any more.
 *
 * @throws InvalidRequest 404 for a client or a wallet that has left the configuration, unless it is called off
 */
export async function askForQuote(desk: QuoteDesk, offer: Offer, calledOff?: string): Promise<void> {
  const { companyId, sendWalletId, receiveWalletId, sendAmount, receiveAmount, expiresAtSeconds } = offer.terms;
  const bound = calledOff === undefined ? clientOf(desk, offer) : { id: offer.client, bindings: placesOf(offer) };
  await acceptInstruction(desk, {
    kind: quote,
    source: 'schedule',
    client: bound,
    strategy: offer.strategy,
    idempotencyKey: quoteKey(offer.strategy, offer.generation),
    body: { companyId, sendWalletId, receiveWalletId, sendAmount, receiveAmount, expiresAt: expiresAtSeconds },
    ...(calledOff === undefined ? {} : { calledOff }),
  });
}

function clientOf(desk: QuoteDesk, offer: Offer) {
  const client = desk.clients.find(({ id }) => id === offer.client);
  if (client === undefined) throw new InvalidRequest(404, 'client', offer.strategy);
  return client;
}

/** The wallets as they were bound when the offer was decided on: what is called off needs no configuration. */
function placesOf({ terms, fundId }: Offer): Place[] {
  const { companyId, sendWalletId, sendAsset, receiveWalletId, receiveAsset } = terms;
  return [
    { companyId, fundId, walletId: sendWalletId, asset: sendAsset },
    { companyId, fundId, walletId: receiveWalletId, asset: receiveAsset },
  ];
}
