import type { PartnerApi } from '../../../lib/partner-api/index.ts';
import { transfer } from './fake-api.ts';

const policy = { threshold: 1, members: ['m'] };
const sent = { asset: 'BTC', amountBaseUnits: 5n, expiresAtSeconds: 9, partnerTxId: 'k' };
const quote = {
  sendWalletId: 'w1',
  receiveWalletId: 'w2',
  send: { asset: 'BTC', amountBaseUnits: 5n },
  receive: { asset: 'ETH', amountBaseUnits: 6n },
  expiresAtSeconds: 9,
  reference: 'r',
  partnerTxId: 'k',
};
const take = { swapId: 's', sendWalletId: 'w1', receiveWalletId: 'w2', reference: 'r', partnerTxId: 'k' };
const place = { companyId: 'c', fundId: 'f', walletId: 'w' };
const wireSend = '"send":{"symbol":"BTC","amount":5}';

/** Its line in the reference's table 4.1, method and path, the call, and the canonical body. */
type Row = [number | string, string, (client: PartnerApi) => Promise<unknown>, string?];

/** Every operation of the reference's table 4.1 that is no feed: its line there, and the canonical body. */
export const operations: Row[] = [
  [1, 'GET /assets', (c) => c.assets.list()],
  [
    2,
    'POST /fees',
    (c) => c.fees.quote({ type: 'swap', asset: 'BTC', netAmountBaseUnits: 7n }),
    '{"type":"swap","asset":"BTC","amount":7}',
  ],
  [3, 'POST /company', (c) => c.companies.create({ name: 'N', ref: 'r' }), '{"name":"N","ref":"r"}'],
  [4, 'GET /company/c', (c) => c.companies.get('c')],
  [5, 'PUT /company/c', (c) => c.companies.update('c', { city: 'Porto' }), '{"city":"Porto"}'],
  [6, 'GET /company/search?query=h', (c) => c.companies.search('h')],
  ['6 without a query', 'GET /company/search', (c) => c.companies.search()],
  [7, 'GET /company/c/trustedparty', (c) => c.trustedParties.list('c')],
  [8, 'POST /company/c/trustedparty', (c) => c.trustedParties.add('c', 'n@x.example'), '{"address":"n@x.example"}'],
  [9, 'DELETE /company/c/trustedparty/e', (c) => c.trustedParties.remove('c', 'e')],
  [10, 'GET /company/c/holding', (c) => c.holdings.list('c')],
  [
    11,
    'POST /company/c/fund',
    (c) =>
      c.funds.create('c', {
        name: 'F',
        transferPolicy: policy,
        withdrawPolicy: policy,
        wallets: [{ name: 'W', asset: 'BTC', transferPolicy: policy }],
      }),
    '{"name":"F","description":"","custodygroup_withdraw":{"threshold":1,"members":["m"]},' +
      '"custodygroup_tx":{"threshold":1,"members":["m"]},"wallets":[{"name":"W","asset":"BTC","type":0,' +
      '"custodygroup_tx":{"threshold":1,"members":["m"]}}]}',
  ],
  [12, 'GET /company/c/fund/f', (c) => c.funds.get('c', 'f')],
  [13, 'GET /company/c/fund/f/deposit', (c) => c.funds.deposits('c', 'f')],
  [
    14,
    'GET /company/c/fund/f/whitelist?address=a&asset=B',
    (c) => c.funds.whitelist('c', 'f', { address: 'a', asset: 'B' }),
  ],
  [
    15,
    'POST /company/c/fund/f/whitelist',
    (c) => c.funds.addToWhitelist('c', 'f', { name: 'N', asset: 'B', address: 'a' }),
    '{"name":"N","asset":"B","address":"a"}',
  ],
  [16, 'POST /company/c/fund/f/asset', (c) => c.funds.addAssets('c', 'f', ['B']), '{"assets":["B"]}'],
  [
    17,
    'POST /company/c/fund/f/wallet',
    (c) =>
      c.funds.addWallets('c', 'f', [
        { name: 'W', asset: 'B', type: 1, connect: [{ counterpartyId: 'x', clientId: '7', customer_email: 'e' }] },
      ]),
    '{"wallets":[{"name":"W","asset":"B","type":1,' +
      '"connect":[{"customer_email":"e","counterparty_id":"x","client_id":"7"}]}]}',
  ],
  [
    18,
    'GET /company/c/fund/f/ledger?asset=B&wallet_id=a%20b%20c&direction=out&offset=5&limit=10',
    (c) => c.ledger.page('c', 'f', { asset: 'B', walletId: 'a b c', direction: 'out', offset: 5, limit: 10 }),
  ],
  [19, 'GET /company/c/fund/search?query=h', (c) => c.funds.search('c', 'h')],
  [20, 'GET /wallet/amber%20otter%20lantern', (c) => c.wallets.get('amber otter lantern')],
  [21, 'GET /wallet/w/history?since=5', (c) => c.wallets.history('w', 5)],
  [22, 'GET /wallet/w/max?pending=1&tx_type=swap', (c) => c.wallets.max('w', { type: 'swap', afterPending: true })],
  [23, 'GET /exchanges', (c) => c.wallets.exchanges()],
  [
    24,
    'POST /company/c/transfer',
    (c) =>
      c.transfers.create('c', {
        ...transfer,
        ...sent,
        benefitOf: 'b',
        accountNo: 'n',
        reference: 'r',
        authorizeId: 'z',
      }),
    `{"wallet_id":"w1","counterparty_wallet_address":"w2","expires":9,"benefit_of":"b","account_no":"n","reference":"r","authorize_id":"z","partner_txID":"k",${wireSend}}`,
  ],
  [25, 'GET /company/c/transfer/t', (c) => c.transfers.get('c', 't')],
  [
    26,
    'POST /company/c/withdraw',
    (c) => c.withdrawals.create('c', { walletId: 'w1', address: 'a', ...sent }),
    `{"wallet_id":"w1","address":"a","expires":9,"partner_txID":"k",${wireSend}}`,
  ],
  [27, 'GET /company/c/withdraw/t', (c) => c.withdrawals.get('c', 't')],
  [
    28,
    'POST /company/c/atomicswap/make',
    (c) => c.swaps.make('c', quote),
    `{"send_wallet_id":"w1","receive_wallet_id":"w2","expires":9,"reference":"r","partner_txID":"k",${wireSend},"receive":{"symbol":"ETH","amount":6},"add_to_liquidity_hub":false}`,
  ],
  [29, 'GET /company/c/atomicswap/make/t', (c) => c.swaps.get('c', 't')],
  [30, 'DELETE /company/c/atomicswap/make/t', (c) => c.swaps.cancel('c', 't')],
  [
    31,
    'POST /company/c/atomicswap/take',
    (c) => c.swaps.take('c', take),
    '{"swap_id":"s","send_wallet_id":"w1","receive_wallet_id":"w2","reference":"r","partner_txID":"k"}',
  ],
  [32, 'GET /company/c/atomicswap/take/t', (c) => c.swaps.getTake('c', 't')],
  [33, 'GET /company/c/liquidityhub', (c) => c.hub.list('c')],
  [34, 'POST /company/c/liquidityhub', (c) => c.hub.publish('c', 't'), '{"tx_id":"t"}'],
  [35, 'GET /liquidityhub', (c) => c.hub.listAll()],
  [36, 'POST /coreclient', (c) => c.coreClients.create('bot'), '{"name":"bot"}'],
  [37, 'GET /coreclient', (c) => c.coreClients.list()],
  [38, 'GET /coreclient/x/actions', (c) => c.coreClients.actions('x')],
  [39, 'GET /coreclient/x/action/a', (c) => c.coreClients.action('x', 'a')],
  [40, 'PUT /coreclient/x/action/a', (c) => c.coreClients.approve('x', 'a')],
  [41, 'DELETE /coreclient/x/action/a', (c) => c.coreClients.reject('x', 'a')],
  [42, 'GET /coreclient/x/wallets', (c) => c.coreClients.wallets('x')],
  [
    43,
    'POST /coreclient/x/sweep',
    (c) => c.sweeps.create('x', { walletId: 'w1', recipientWalletId: 'w2', reference: 'r', ...sent }),
    `{"wallet_id":"w1","recipient_wallet_id":"w2","reference":"r","partner_txID":"k","expires":9,${wireSend}}`,
  ],
  [44, 'GET /coreclient/x/sweep/t', (c) => c.sweeps.get('x', 't')],
  [45, 'POST /coreclient/x/sign', (c) => c.coreClients.sign('x', 'ab'), '{"message_hash_hex":"ab"}'],
  [
    46,
    'POST /coreclient/verify',
    (c) => c.coreClients.verify({ messageHashHex: 'ab', signatureHex: 'cd', signerId: 'x' }),
    '{"message_hash_hex":"ab","signature_hex":"cd","signer_id":"x"}',
  ],
  [
    47,
    'POST /coreclient/init',
    (c) => c.agent.init({ name: 'a', blsPublicKeyHex: 'ab', ecPublicKeyHex: 'cd' }),
    '{"name":"a","blsPublicKey":"ab","ecPublicKey":"cd"}',
  ],
  [48, 'POST /coreclient/finish', (c) => c.agent.finish(() => 'zkp', 'ab'), '{"idDocSignatureHex":"ab"}'],
  [50, 'GET /coreclient/action/a', (c) => c.agent.action(() => 'zkp', 'a')],
  [51, 'PUT /coreclient/action/a', (c) => c.agent.approve(() => 'zkp', 'a', ['ab']), '{"signatures":["ab"]}'],
  [52, 'DELETE /coreclient/action/a', (c) => c.agent.reject(() => 'zkp', 'a')],
  [
    53,
    'PUT /company/c/fund/f/wallet/w/policy',
    (c) => c.wallets.setPolicy(place, { policyId: 'p', ...policy, type: 'policy-tx' }),
    '{"policy_id":"p","threshold":1,"members":["m"],"type":"policy-tx"}',
  ],
  ['D1', 'POST /company/c/fund/f/deposit', (c) => c.funds.addAssetsLegacy('c', 'f', ['B']), '{"assets":["B"]}'],
];
