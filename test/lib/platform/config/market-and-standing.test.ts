import { describe, expect, it } from 'vitest';
import { problemText } from '../../../../lib/platform/config/concern.ts';
import { checkDocument } from '../../../../lib/platform/config/parse.ts';

const bindings = [
  { companyId: 'company', fundId: 'fund', walletId: 'btc', asset: 'BTC' },
  { companyId: 'company', fundId: 'fund', walletId: 'eth', asset: 'ETH' },
  { companyId: 'company', fundId: 'fund', walletId: 'btc-2', asset: 'BTC' },
];
const clients = [{ id: 'desk', bindings }];
const strategy = {
  name: 'btc-eth',
  client: 'desk',
  companyId: 'company',
  sendWalletId: 'btc',
  receiveWalletId: 'eth',
  sizes: ['1000000'],
  sendScale: '100000000',
  receiveScale: '1000000000',
  spreadBasisPoints: 50,
  repriceBasisPoints: 20,
  bounds: { min: '10', max: '20' },
  lifetimeSeconds: 3600,
  renewBeforeSeconds: 600,
  price: { from: 'pushed', name: 'btc-eth', maxAgeSeconds: 120 },
};
const http = { from: 'http', url: 'https://prices.example/x', pointer: '/price', maxAgeSeconds: 60 };
const rent = {
  name: 'rent',
  client: 'desk',
  kind: 'transfer',
  body: { companyId: 'company', walletId: 'btc', counterpartyWalletId: 'landlord', amount: '1' },
  schedule: 'cron(0 9 1 * ? *)',
  timeZone: 'Europe/Berlin',
};
const problems = (document: Record<string, unknown>) =>
  checkDocument({ clients, ...document })
    .problems.filter(({ severity }) => severity === 'error')
    .map(problemText);

describe('strategies.json', () => {
  it('is valid with a pushed price and with one over HTTP', () => {
    const second = { ...strategy, name: 'two', sendWalletId: 'eth', receiveWalletId: 'btc', price: http };
    expect(problems({ strategies: [strategy, second] })).toEqual([]);
  });

  it.each([
    [{ ...strategy, extra: 1 }, 'strategies[0].extra: unknown key'],
    [{ ...strategy, name: 'BTC' }, 'strategies[0].name: must be lower-case letters, digits and -'],
    [{ ...strategy, client: 'nobody' }, 'strategies[0].client: is no client'],
    [
      { ...strategy, sendWalletId: 'unbound' },
      'strategies[0].sendWalletId: the client "desk" is not bound to this wallet of the company',
    ],
    [{ ...strategy, receiveWalletId: 'btc-2' }, 'strategies[0].receiveWalletId: holds the asset it sends'],
    [{ ...strategy, receiveWalletId: 'btc' }, 'strategies[0].receiveWalletId: is the wallet it sends from'],
    [{ ...strategy, sizes: [] }, 'strategies[0].sizes: must not be empty'],
    [{ ...strategy, sizes: ['5', '5'] }, 'strategies[0].sizes: names a size twice'],
    [{ ...strategy, sizes: ['1.5'] }, 'strategies[0].sizes[0]: must be a positive whole number of base units, as text'],
    [{ ...strategy, spreadBasisPoints: -1 }, 'strategies[0].spreadBasisPoints: must not be below 0'],
    [{ ...strategy, repriceBasisPoints: 0 }, 'strategies[0].repriceBasisPoints: must not be below 1'],
    [
      { ...strategy, repriceBasisPoints: 9999 },
      'strategies[0].repriceBasisPoints: must not be longer or larger than 5000',
    ],
    [{ ...strategy, bounds: { min: '20', max: '20.0' } }, 'strategies[0].bounds: min must be below max'],
    [{ ...strategy, bounds: { min: '21', max: '20' } }, 'strategies[0].bounds: min must be below max'],
    [{ ...strategy, bounds: { min: '0', max: '20' } }, 'strategies[0].bounds.min: must be a positive decimal, as text'],
    [
      { ...strategy, renewBeforeSeconds: 1801 },
      'strategies[0].renewBeforeSeconds: must be at most half of lifetimeSeconds',
    ],
    [{ ...strategy, price: { ...http, url: 'http://prices.example/' } }, 'strategies[0].price.url: must be https'],
    [
      { ...strategy, price: { ...http, url: 'https://a:b@prices.example/' } },
      'strategies[0].price.url: must not carry credentials',
    ],
  ])('%# is refused with file and path', (wrong, problem) => {
    expect(problems({ strategies: [wrong] })).toContain(`config/strategies.json: ${problem}`);
  });

  it('refuses two strategies on one wallet, and two of one name', () => {
    expect(problems({ strategies: [strategy, strategy] })).toEqual([
      'config/strategies.json: strategies[1].name: "btc-eth" is the name of strategies[0] already',
      'config/strategies.json: strategies[1].sendWalletId: strategies[0] sends from the wallet "btc" already',
    ]);
  });
});

describe('standing.json', () => {
  it('is valid with a recurring transfer', () => {
    expect(problems({ standing: [rent] })).toEqual([]);
  });

  it.each([
    [{ ...rent, extra: 1 }, 'standing[0].extra: unknown key'],
    [
      { ...rent, schedule: 'every monday' },
      'standing[0].schedule: is not cron(minutes hours day-of-month month day-of-week year)',
    ],
    [{ ...rent, schedule: 'cron(0 9 1 13 ? *)' }, 'standing[0].schedule: month cannot be "13"'],
    [{ ...rent, schedule: 'cron(0 9 31 FEB ? *)' }, 'standing[0].schedule: is never due'],
    [{ ...rent, timeZone: 'Europe/Bielefeld' }, 'standing[0].timeZone: is no time zone'],
    [{ ...rent, kind: 'take' }, 'standing[0].kind: is none of transfer, withdrawal, sweep'],
    [{ ...rent, client: 'nobody' }, 'standing[0].client: is no client'],
    [{ ...rent, body: { ...rent.body, amount: 0 } }, 'standing[0].body.amount: invalid field: amount'],
    [
      { ...rent, body: { ...rent.body, expiresAt: 9 } },
      'standing[0].body.expiresAt: follows from the due time and lifetimeSeconds',
    ],
    [
      { ...rent, body: { ...rent.body, walletId: 'unbound' } },
      'standing[0].body.walletId: the client "desk" is not bound to this wallet',
    ],
    [{ ...rent, lifetimeSeconds: 1 }, 'standing[0].lifetimeSeconds: must not be below 120'],
  ])('%# is refused with file and path', (wrong, problem) => {
    expect(problems({ standing: [wrong] })).toContain(`config/standing.json: ${problem}`);
  });
});

describe('clients.json', () => {
  it('refuses senders of kinds that do not exist, and a wallet bound twice for sweeps', () => {
    const sweep = { coreClientId: 'x', walletId: 'w', asset: 'BTC', recipientWalletIds: ['r'] };
    const queueSenders = [{ senderId: 'AIDA', kinds: ['transfer', 'gift'] }];
    expect(problems({ clients: [{ id: 'desk', bindings, sweeps: [sweep, sweep] }] })).toEqual([
      'config/clients.json: clients[0].sweeps[1].walletId: the wallet "w" is in sweeps[0] already',
    ]);
    expect(problems({ clients: [{ id: 'desk', bindings, queueSenders }] })).toEqual([
      'config/clients.json: clients[0].queueSenders[0].kinds[1]: is none of transfer, withdrawal, sweep, quote, take',
    ]);
  });
});
