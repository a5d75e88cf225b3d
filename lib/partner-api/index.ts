/**
 * The typed client of the Partner API v1. The feeds are in `feeds.ts`, apart, so that no bundle carries a web socket it
 * does not use.
 */
export { createPartnerApi, type PartnerApi, type PartnerApiOptions } from './client.ts';
export * from './errors.ts';
export type { Action, ActionDetails, ActionSubject, ActionType } from './models/action.ts';
export type { Entity, FundMember } from './models/entity.ts';
export type { NewPolicy, Policy } from './models/policy.ts';
export type {
  Approval,
  CreatedTransaction,
  SwapDetails,
  Transaction,
  TransactionDetails,
} from './models/transaction.ts';
export { type NewWallet, type Wallet, type WalletConnection, walletTypes } from './models/wallet.ts';
export type { CallOptions, CallReport, Operation, ZkpTokenSource } from './operation.ts';
export type { AgentInitiation, AgentRegistration } from './resources/agent.ts';
export type { Asset } from './resources/assets.ts';
export type { Company, CompanyDetails, CompanyMatch } from './resources/companies.ts';
export type { ConnectedWallet, CoreClient, CoreClientSignature } from './resources/core-clients.ts';
export type { FeeRequest, Fees } from './resources/fees.ts';
export type { CreatedFund, DepositAddress, Fund, NewFund, WhitelistEntry } from './resources/funds.ts';
export type { Holding } from './resources/holdings.ts';
export type { HubQuote } from './resources/hub.ts';
export {
  type LedgerEntry,
  type LedgerFilter,
  type LedgerPage,
  type LedgerType,
  largestLedgerPage,
} from './resources/ledger.ts';
export type { CreatedQuote, NewQuote, NewTake, SwapLeg } from './resources/swaps.ts';
export type { NewSweep } from './resources/sweeps.ts';
export type { NewTransfer } from './resources/transfers.ts';
export type { TrustedParty } from './resources/trusted-parties.ts';
export type { Exchange, PolicyChange, WalletMovement } from './resources/wallets.ts';
export type { NewWithdrawal } from './resources/withdrawals.ts';
export { type ActionStatus, isFinalStatus, shortStatus, type TransactionStatus } from './status.ts';
export type { Transport, TransportAnswer, TransportRequest } from './transport.ts';
export { type ClosableTransport, createUndiciTransport, type UndiciTransportOptions } from './undici-transport.ts';
