import fc from 'fast-check';
import { operations } from '../../../sandbox/partner-api/operations.ts';

/** Ids that exist, by the name of the path parameter they fit. */
export type Known = Record<'company_id' | 'fund_id' | 'wallet_id' | 'other_wallet_id' | 'client_id' | 'member', string>;

/** A body that would be accepted, by operation number; every member of it is spoilt in turn. */
function goodBodies(known: Known): Record<string, object> {
  const group = { threshold: 1, members: [known.member] };
  const wallet = {
    name: 'w',
    asset: 'BTC-TESTNET',
    custodygroup_tx: group,
    custodygroup_withdraw: null,
    type: 0,
    connect: null,
  };
  return {
    2: { type: 'transferOut', asset: 'BTC-TESTNET', amount: 5 },
    3: { name: 'A', city: 'B', country: 'C', domain: 'd', ref: 'e' },
    5: { name: 'A', city: 'B' },
    8: { address: known.member, type: 'user', name: 'x' },
    11: { name: 'F', description: 'd', custodygroup_tx: group, custodygroup_withdraw: group, wallets: [wallet] },
    15: { name: 'x', asset: 'BTC-TESTNET', address: 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD' },
    16: { assets: ['ETH-TESTNET'] },
    17: { wallets: [wallet] },
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
    36: { name: 'bot' },
    45: { message_hash_hex: 'a7ffc6f8' },
    46: { message_hash_hex: 'a7ffc6f8', signature_hex: `02${'00'.repeat(48)}`, signer_id: known.client_id },
    47: { name: 'agent', blsPublicKey: 'ab'.repeat(192), ecPublicKey: `04${'ab'.repeat(64)}` },
    48: { idDocSignatureHex: `02${'00'.repeat(48)}` },
    51: { signatures: [`02${'00'.repeat(48)}`] },
  };
}

const odd: fc.Arbitrary<unknown> = fc.oneof(
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
function spoil(body: object, pick: number, value: unknown): object {
  const copy = structuredClone(body) as Record<string, unknown>;
  const places: [Record<string, unknown>, string][] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const name of Object.keys(node)) {
      places.push([node as Record<string, unknown>, name]);
      collect((node as Record<string, unknown>)[name]);
    }
  };
  collect(copy);
  const [node, name] = places[pick % places.length] as [Record<string, unknown>, string];
  node[name] = value;
  return copy;
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
  const good = goodBodies(known);
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
      const fill = (_: string, name: string) => (at++ === oddAt ? segment : (known[name as keyof Known] ?? 'none'));
      const path = operation.path.replace(/\{(\w+)\}/g, fill);
      const body = good[operation.number === 'D1' ? '16' : operation.number];
      const text = wild ?? (body === undefined ? '' : JSON.stringify(spoil(body, pick, value)));
      return { method: operation.method, path: query === null ? path : `${path}?${query}`, body: text };
    });
}
