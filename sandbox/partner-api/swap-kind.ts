import { closeActions, closeProposal } from './custody.ts';
import { listOnHub, removeFromHub, tellHub } from './hub.ts';
import { integerJson, type JsonObject } from './json.ts';
import type { KindRules } from './kinds.ts';
import type { Action, Proposal, SwapSide, Transaction } from './model.ts';
import { addRow, chainRefuses, markSettled, outgoingLegs, releaseHold } from './transactions.ts';
import { movementDetails } from './transfer-kind.ts';
import type { World } from './world.ts';

/** A side of a swap: the movement it pays, and what it gets for it. */
export type Side = Transaction & { readonly swap: SwapSide };

/**
 * The maker's side (6.4): custody by the tx policy of the wallet that pays, then open until it is taken, cancelled or
 * expired.
 *
 *     pending ─threshold─► taker_pending ─take approved─► taker_approved ─► approved
 *        └ refused, expired    └ cancelled (initiate_rejected), expired, chain_rejected
 */
export const quoteRules: KindRules = {
  actionType: 'ApproveSwap',
  agreed: (world, proposal) => openQuote(world, proposal as Side),
  closed: (world, proposal) => closeQuote(world, proposal as Side),
  details: swapDetails,
};

/** The taker's side (6.4): custody by the tx policy of the wallet that pays; then both sides settle in one step. */
export const takeRules: KindRules = {
  actionType: 'ApproveSwapTake',
  agreed: (world, proposal) => settleSwap(world, proposal as Side),
  closed: (world, proposal) => closeTake(world, proposal as Side),
  details: swapDetails,
};

function openQuote(world: World, quote: Side): void {
  quote.status = 'taker_pending';
  closeActions(world, quote);
  if (quote.swap.wantsHub) listOnHub(world, quote);
}

/** A take cannot outlive its quote: it ends with it and in the same way, at expiry or when the chain refuses both. */
function closeQuote(world: World, quote: Side): void {
  releaseHold(world, quote);
  if (quote.swap.take !== undefined) closeProposal(world, quote.swap.take, quote.status);
  removeFromHub(world, quote);
}

/** A take that came to nothing leaves its quote takable again. */
function closeTake(world: World, take: Side): void {
  releaseHold(world, take);
  quoteOf(take).swap.take = undefined;
}

/**
 * Moves both legs or neither, in one posting. The chain sees one transaction: both sides carry its id, and when a fault
 * makes it refuse, both end `chain_rejected`.
 */
function settleSwap(world: World, take: Side): void {
  const quote = quoteOf(take);
  quote.status = 'taker_approved';
  tellHub(world, quote);
  if (chainRefuses(world, [take.wallet, quote.wallet])) {
    closeProposal(world, quote, 'chain_rejected');
    return;
  }
  world.ledger.post([
    ...outgoingLegs(world, quote, take.swap.receiveWallet),
    ...outgoingLegs(world, take, quote.swap.receiveWallet),
  ]);
  const chainTxId = world.ids.base58();
  for (const side of [quote, take]) markSettled(world, side, chainTxId);
  for (const side of [quote, take]) addIncoming(world, side);
  removeFromHub(world, quote);
}

function addIncoming(world: World, side: Side): void {
  const { receiveWallet, receiveAmount } = side.swap;
  const row = addRow(world, side, { wallet: receiveWallet, direction: 'in', type: 'swapIn', netAmount: receiveAmount });
  world.emit({ kind: 'movement', row, isSweep: false });
}

function quoteOf(take: Side): Side {
  return take.swap.quote as Side;
}

/** The members of a transfer's action, and what comes back; nobody is named on the other side. */
function swapDetails(action: Action): JsonObject {
  const { swap } = action.proposal as Proposal & Side;
  return {
    ...movementDetails(action, 'swap'),
    recipientID: '',
    recipientName: '',
    receiveAsset: swap.receiveWallet.asset,
    receiveAmount: integerJson(swap.receiveAmount),
  };
}
