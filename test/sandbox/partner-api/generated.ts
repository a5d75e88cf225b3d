import fc from 'fast-check';
import { operations } from '../../../sandbox/partner-api/operations.ts';
import type { Sandbox } from '../../../sandbox/partner-api/sandbox.ts';

type BasicId = 'company_id' | 'fund_id' | 'wallet_id' | 'other_wallet_id' | 'client_id' | 'member';
type MarketId =
  | 'tx_id'
  | 'address'
  | 'maker_wallet_id'
  | 'ether_wallet_id'
  | 'other_ether_wallet_id'
  | 'swept_wallet_id';

/** Ids that exist, by the name of the path parameter they fit. */
export type Known = Record<BasicId | MarketId, string>;

/**
 * Adds to a company what swaps, withdrawals and sweeps need: the core client as an exchange with a connected wallet, two
 * Ether wallets, a whitelisted address, and an open quote.
 */
export function makeMarket(sandbox: Sandbox, apiKeyId: string, basic: Record<BasicId, string>): Known {
  const call = (target: string, body: object) =>
    JSON.parse(sandbox.call({ apiKeyId, method: 'POST', target, body: JSON.stringify(body) }).body);
  const control = (target: string, body: object) =>
    sandbox.control({ method: 'POST', target, body: JSON.stringify(body) });
  const approveAll = () => {
    const { actions } = JSON.parse(
      sandbox.control({ method: 'GET', target: `/voters/${basic.client_id}/actions` }).body,
    );
    for (const { id } of actions) sandbox.control({ method: 'PUT', target: `/actions/${id}` });
  };
  const company = `/company/${basic.company_id}`;
  const address = 'mzJTabY1r3238VqzWN1GXFwwqQMeCXksuZ';
  const fields = ['customer_id', 'customer_email'].map((id) => ({ id, type: 'string', name: id }));
  control('/exchanges', { coreClientId: basic.client_id, fields });
  call(`${company}/trustedparty`, { address: basic.client_id });
  call(`${company}/fund/${basic.fund_id}/whitelist`, { name: 'x', asset: 'BTC-TESTNET', address });
  const group = { threshold: 1, members: [basic.client_id] };
  const wallets = [
    { name: 'maker', asset: 'BTC-TESTNET', custodygroup_tx: group },
    { name: 'ether', asset: 'ETH-GOERLI' },
    { name: 'more ether', asset: 'ETH-GOERLI' },
    { name: 'swept', asset: 'BTC-TESTNET', type: 1, connect: [{ counterparty_id: basic.client_id, client_id: 'C' }] },
  ];
  const [maker, ether, otherEther, swept] = call(`${company}/fund/${basic.fund_id}/wallet`, { wallets }).wallets;
  approveAll();
  for (const walletId of [maker, otherEther, swept]) control('/deposits', { walletId, amount: 1_000_000 });
  const { tx_id } = call(`${company}/atomicswap/make`, quoteBody(maker, ether));
  approveAll();
  const made = { maker_wallet_id: maker, ether_wallet_id: ether, other_ether_wallet_id: otherEther };
  return { ...basic, ...made, swept_wallet_id: swept, tx_id, address };
}

function quoteBody(sendWalletId: string, receiveWalletId: string): object {
  return {
    send_wallet_id: sendWalletId,
    receive_wallet_id: receiveWalletId,
    expires: 4_000_000_000,
    reference: 'q',
    partner_txID: '',
    send: { symbol: 'BTC-TESTNET', amount: 5 },
    receive: { symbol: 'ETH-GOERLI', amount: 5 },
    add_to_liquidity_hub: true,
  };
}

/** A body that would be accepted, by operation number; every member of it is spoilt in turn. */
export function goodBodies(known: Known): Record<string, object> {
  const group = { threshold: 1, members: [known.member] };
  const wallet = {
    name: 'w',
    asset: 'BTC-TESTNET',
    custodygroup_tx: group,
    custodygroup_withdraw: null,
    type: 0,
    connect: null,
  };
  const link = { counterparty_id: known.client_id, client_id: 'C', customer_email: 'm@heron.example' };
  return {
    2: { type: 'transferOut', asset: 'BTC-TESTNET', amount: 5 },
    3: { name: 'A', city: 'B', country: 'C', domain: 'd', ref: 'e' },
    5: { name: 'A', city: 'B' },
    8: { address: known.member, type: 'user', name: 'x' },
    11: { name: 'F', description: 'd', custodygroup_tx: group, custodygroup_withdraw: group, wallets: [wallet] },
    15: { name: 'x', asset: 'BTC-TESTNET', address: 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD' },
    16: { assets: ['ETH-TESTNET'] },
    17: { wallets: [{ ...wallet, type: 2, connect: [link] }] },
    24: {
      wallet_id: known.wallet_id,
      counterparty_wallet_address: known.other_wallet_id,
      expires: 4_000_000_000,
      benefit_of: 'a',
      account_no: 'b',
      reference: 'c',
      partner_txID: '',
      authorize_id: '',
      send: { symbol: 'BTC-TESTNET', amount: 5 },
    },
    26: {
      wallet_id: known.wallet_id,
      address: known.address,
      expires: 4_000_000_000,
      benefit_of: 'a',
      account_no: 'b',
      reference: 'c',
      partner_txID: '',
      authorize_id: '',
      send: { symbol: 'BTC-TESTNET', amount: 5 },
    },
    28: quoteBody(known.maker_wallet_id, known.ether_wallet_id),
    31: {
      swap_id: known.tx_id,
      send_wallet_id: known.other_ether_wallet_id,
      receive_wallet_id: known.other_wallet_id,
      reference: 't',
      partner_txID: '',
    },
    34: { tx_id: known.tx_id },
    36: { name: 'bot' },
    43: {
      wallet_id: known.swept_wallet_id,
      recipient_wallet_id: known.wallet_id,
      expires: 4_000_000_000,
      reference: 's',
      partner_txID: '',
      send: { symbol: 'BTC-TESTNET', amount: 5 },
    },
    53: { policy_id: 'none', threshold: 1, members: [known.member], type: 'policy-tx' },
    45: { message_hash_hex: 'a7ffc6f8' },
    46: { message_hash_hex: 'a7ffc6f8', signature_hex: `02${'00'.repeat(48)}`, signer_id: known.client_id },
    47: { name: 'agent', blsPublicKey: 'ab'.repeat(192), ecPublicKey: `04${'ab'.repeat(64)}` },
    48: { idDocSignatureHex: `02${'00'.repeat(48)}` },
    51: { signatures: [`02${'00'.repeat(48)}`] },
  };
}

/** A number in JSON that no number of the language can hold. */
export const beyondNumbers = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON('12345678901234567890');

const odd: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(beyondNumbers) },
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    0.5,
    1e300,
    2 ** 63,
    '',
    ' ',
    [],
    {},
    [[]],
    [null],
    { a: 1 },
    '-1',
    '1e3',
    '99999999999999999999',
  ),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.anything({ maxDepth: 2 }).filter((value) => JSON.stringify(value) !== undefined),
);

/** A copy of `body` in which the member at one of its paths, chosen by `pick`, has become `value`. */
export function spoil(body: object, pick: number, value: unknown): object {
  const copy = structuredClone(body);
  const places = placesOf(copy);
  const [node, name] = places[pick % places.length] as [Record<string, unknown>, string];
  node[name] = value;
  return copy;
}

/** Every member of a body, on all levels: the object or list it is in, and its name there. */
export function placesOf(body: object): [Record<string, unknown>, string][] {
  const places: [Record<string, unknown>, string][] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const name of Object.keys(node)) {
      places.push([node as Record<string, unknown>, name]);
      collect((node as Record<string, unknown>)[name]);
    }
  };
  collect(body);
  return places;
}

/** Null six times out of seven. */
function seldom<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> {
  return fc.oneof({ weight: 6, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** A request that is mostly right and somewhere wrong: path, query or one member of the body. */
export interface Generated {
  method: string;
  path: string;
  body: string;
}

/** Requests to every operation the server has, seeded by the caller's `fc` parameters. */
export function generatedRequests(known: Known): fc.Arbitrary<Generated> {
  const bodies = goodBodies(known);
  const oddSegment = fc.oneof(
    fc.constantFrom('x', '%20', '..', '%', '%00', '%ff', ';', '~'),
    fc.string().map(encodeURIComponent),
  );
  return fc
    .record({
      operation: fc.constantFrom(...operations.filter((operation) => operation.number !== '9')),
      oddAt: fc.constantFrom(-1, -1, -1, -1, -1, 0, 1, 2),
      segment: oddSegment.filter((text) => text !== ''),
      query: seldom(fc.webQueryParameters()),
      pick: fc.nat(),
      value: odd,
      wild: seldom(fc.oneof(fc.string(), fc.constantFrom('', '[]', 'null', '{}', '{"a":', '{"name":"x"}'))),
    })
    .map(({ operation, oddAt, segment, query, pick, value, wild }) => {
      let at = 0;
      // A quote that was really cancelled could not be taken any more: operation 30 gets no id that exists.
      const good = operation.number === '30' ? { ...known, tx_id: 'none' } : known;
      const fill = (_: string, name: string) => (at++ === oddAt ? segment : (good[name as keyof Known] ?? 'none'));
      const path = operation.path.replace(/\{(\w+)\}/g, fill);
      const body = bodies[operation.number === 'D1' ? '16' : operation.number];
      const text = wild ?? (body === undefined ? '' : JSON.stringify(spoil(body, pick, value)));
      return { method: operation.method, path: query === null ? path : `${path}?${query}`, body: text };
    });
}
