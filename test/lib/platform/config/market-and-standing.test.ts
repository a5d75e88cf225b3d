import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assembleConfig, checkConfig } from '../../../../lib/platform/config/assemble.ts';
import { problemText } from '../../../../lib/platform/config/concern.ts';
import { checkDocument } from '../../../../lib/platform/config/parse.ts';
import { standing } from '../../../../lib/platform/config/standing.ts';
import { eventTypes } from '../../../../lib/webhooks/event-types.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

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
    [{ ...strategy, sizes: ['1', '9223372036854775808'] }, 'strategies[0].sizes[1]: is above 2^63 - 1'],
    [{ ...strategy, receiveScale: '9999999999999999999' }, 'strategies[0].receiveScale: is above 2^63 - 1'],
    [
      { ...strategy, sizes: ['1000000', '9223372036854775807'] },
      'strategies[0].sizes[1]: can never be quoted: no amount is within the bounds',
    ],
    [
      { ...strategy, sizes: ['1'], sendScale: '1000000000', receiveScale: '10' },
      'strategies[0].sizes[0]: can never be quoted: no amount is within the bounds',
    ],
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

  it('warns of a quote that may stay until it is worse than the price', () => {
    const { config, problems: found } = checkDocument({
      clients,
      strategies: [{ ...strategy, spreadBasisPoints: 20, repriceBasisPoints: 21 }],
    });
    expect(found.map(({ severity, path }) => [severity, path])).toEqual([
      ['warning', 'strategies[0].repriceBasisPoints'],
    ]);
    expect(config?.strategies).toHaveLength(1);
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

  it.each<[unknown, string]>([
    [{ ...rent, extra: 1 }, 'standing[0].extra: unknown key'],
    [
      { ...rent, schedule: 'every monday' },
      'standing[0].schedule: is not cron(minutes hours day-of-month month day-of-week year)',
    ],
    [{ ...rent, schedule: 'cron(0 9 1 13 ? *)' }, 'standing[0].schedule: month cannot be "13"'],
    [{ ...rent, schedule: 'cron(0 9 31 FEB ? *)' }, 'standing[0].schedule: is never due'],
    ...['Europe/Bielefeld', '+02:00', '-0200', 'europe/berlin', 'EUROPE/BERLIN', 'CET', 'Etc/Nowhere', ''].map(
      (timeZone) =>
        [
          { ...rent, timeZone },
          `standing[0].timeZone: ${timeZone === '' ? 'must not be empty' : 'is no time zone of the IANA database'}`,
        ] satisfies [unknown, string],
    ),
    [
      { ...rent, body: { ...rent.body, amount: '9223372036854775808' } },
      'standing[0].body.amount: invalid field: amount',
    ],
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

describe('a standing instruction that has run out', () => {
  const at = (moment: string, schedule: string, timeZone = 'Europe/Berlin') =>
    standing.checkAt([{ ...rent, schedule, timeZone, lifetimeSeconds: 3600 }], Date.parse(moment));
  const never = [{ path: 'standing[0].schedule', message: 'is never due again', severity: 'error' }];

  it('is refused from its last moment on, by the clock of its zone', () => {
    const schedule = 'cron(30 9 31 12 ? 2026)';
    expect(at('2026-12-31T08:29:59Z', schedule)).toEqual([]);
    expect(at('2026-12-31T08:30:00Z', schedule)).toEqual(never);
    expect(at('2026-12-31T08:30:00Z', schedule, 'America/New_York')).toEqual([]);
    expect(at('2027-06-01T00:00:00Z', schedule)).toEqual(never);
  });

  it('is refused when its years are over, and not while one of them has such a day', () => {
    expect(at('2026-11-24T00:00:00Z', 'cron(0 9 1 * ? 2020-2025)')).toEqual(never);
    expect(at('2026-11-24T00:00:00Z', 'cron(0 9 29 FEB ? 2023-2027)')).toEqual(never);
    expect(at('2026-11-24T00:00:00Z', 'cron(0 9 29 FEB ? 2025-2028)')).toEqual([]);
    expect(at('2026-11-24T00:00:00Z', 'cron(0 9 ? * 2#5 *)')).toEqual([]);
  });

  it('is named with its file when the files are put together, and does not stop a function later', () => {
    const folder = temporaryFolder();
    const document = { clients, standing: [{ ...rent, schedule: 'cron(0 9 1 * ? 2025)' }] };
    for (const [name, value] of Object.entries(document))
      writeFileSync(join(folder, `${name}.json`), JSON.stringify({ [name]: value }));
    const problem = 'config/standing.json: standing[0].schedule: is never due again';
    expect(checkConfig(folder).map(problemText)).toEqual([problem]);
    expect(() => assembleConfig(folder)).toThrow(problem);
    expect(checkConfig(folder, Date.parse('2025-11-30T00:00:00Z'))).toEqual([]);
    expect(checkDocument(document).problems).toEqual([]);
  });
});

describe('a file with mistakes', () => {
  it('does not hide what is wrong in another', () => {
    expect(problems({ standing: 5, strategies: [{ ...strategy, sendWalletId: 'unbound' }] })).toEqual([
      'config/standing.json: standing: must be an array',
      'config/strategies.json: strategies[0].sendWalletId: the client "desk" is not bound to this wallet of the company',
    ]);
  });
});

describe('an entry that is wrong in form', () => {
  const found = (document: Record<string, unknown>, nowMs = Date.parse('2026-11-24T00:00:00Z')) =>
    checkDocument({ clients, ...document }, [], nowMs).problems.map(problemText);
  const wrong = { ...strategy, extra: 1 };

  it('does not hide what is wrong with the others, which keep their places', () => {
    const unbound = { ...strategy, name: 'two', sendWalletId: 'unbound' };
    const twice = { ...strategy, name: 'two', sendWalletId: 'eth', receiveWalletId: 'btc' };
    expect(found({ strategies: [wrong, unbound, 7, twice] })).toEqual([
      'config/strategies.json: strategies[0].extra: unknown key',
      'config/strategies.json: strategies[2]: must be an object',
      'config/strategies.json: strategies[3].name: "two" is the name of strategies[1] already',
      'config/strategies.json: strategies[1].sendWalletId: the client "desk" is not bound to this wallet of the company',
    ]);
    expect(
      found({
        standing: [
          { ...rent, schedule: 5 },
          { ...rent, name: 'past', schedule: 'cron(0 9 1 * ? 2025)' },
          { ...rent, name: 'nonsense', schedule: 'weekly', kind: 'gift', client: 'nobody' },
        ],
      }),
    ).toEqual([
      'config/standing.json: standing[0].schedule: must be a string',
      'config/standing.json: standing[2].schedule: is not cron(minutes hours day-of-month month day-of-week year)',
      'config/standing.json: standing[2].kind: is none of transfer, withdrawal, sweep',
      'config/standing.json: standing[2].client: is no client',
      'config/standing.json: standing[1].schedule: is never due again',
    ]);
  });

  it('takes no more along than the rule or the binding that it is', () => {
    const never = { actionTypes: ['ApproveTransfr'] };
    const zone = { zone: 'Europe/Atlantis', from: '08:00', to: '09:00' };
    const rules = [
      { name: 'a', decide: 'approve', when: { asset: ['BTC'] } },
      { name: 'b', decide: 'reject', when: never },
      { name: 'c', decide: 'reject', when: { assets: ['BTC', 5] } },
      { name: 'b', decide: 'reject', when: { time: zone } },
    ];
    const other = { coreClientId: 'other', client: 'desk', rules: [], surplus: true };
    expect(found({ approvals: [other, { coreClientId: 'core', client: 'desk', rules }] })).toEqual([
      'config/approvals.json: approvals[0].surplus: unknown key',
      'config/approvals.json: approvals[1].rules[0].when.asset: unknown key',
      'config/approvals.json: approvals[1].rules[2].when.assets[1]: must be a string',
      'config/approvals.json: approvals[1].rules[3].name: "b" is the name of rules[1] already',
      expect.stringContaining('approvals[1].rules[1].when.actionTypes[0]: can never match'),
      expect.stringContaining('approvals[1].rules[3].when.time.zone: "Europe/Atlantis" is no time zone'),
    ]);
    const webhooks = [{ name: 'main', url: 'http://desk.example/', events: ['quote.publishd'] }];
    const desk = { id: 'desk', bindings: [{ ...bindings[0], asset: 1 }, bindings[1], bindings[1]], webhooks };
    expect(found({ clients: [desk], strategies: [strategy] })).toEqual([
      'config/clients.json: clients[0].bindings[0].asset: must be a string',
      'config/clients.json: clients[0].bindings[2].walletId: the wallet "eth" is bound by bindings[1] already',
      'config/clients.json: clients[0].webhooks[0].url: must be https',
      expect.stringContaining('config/clients.json: clients[0].webhooks[0].events[0]: is none of'),
      'config/clients.json: before it is mended, what these say of its clients is not checked: config/strategies.json',
    ]);
  });

  it('leaves the places of the entry that follows it alone', () => {
    const bad = { coreClientId: 1, client: 'desk', rules: [{}, { name: 'x', decide: 'reject', when: {} }] };
    const twice = { name: 'x', decide: 'reject', when: { assets: ['BTC'] } };
    expect(found({ approvals: [bad, { coreClientId: 'core', client: 'desk', rules: [twice, twice] }] })).toContain(
      'config/approvals.json: approvals[1].rules[1].name: "x" is the name of rules[0] already',
    );
  });
});

describe('clients.json', () => {
  it('refuses events that do not exist, by file and path, and takes every one that does', () => {
    const webhook = { name: 'main', url: 'https://desk.example/' };
    const events = ['instruction.completed', 'quote.publishd'];
    expect(problems({ clients: [{ id: 'desk', bindings, webhooks: [{ ...webhook, events }] }] })).toEqual([
      expect.stringMatching(
        /^config\/clients.json: clients\[0\].webhooks\[0\].events\[1\]: is none of .*quote.published/,
      ),
    ]);
    expect(problems({ clients: [{ id: 'desk', bindings, webhooks: [{ ...webhook, events: eventTypes }] }] })).toEqual(
      [],
    );
  });

  it('refuses a followed pair of a company that the client is not bound to, or of one asset', () => {
    const pair = { companyId: 'company', sendAsset: 'BTC', receiveAsset: 'ETH' };
    const pairs = [pair, { ...pair, companyId: 'other' }, { ...pair, receiveAsset: 'BTC' }];
    const other = { id: 'other', bindings: [{ ...bindings[0], companyId: 'other' }] };
    expect(problems({ clients: [{ id: 'desk', bindings, followedPairs: pairs }, other] })).toEqual([
      'config/clients.json: clients[0].followedPairs[1].companyId: the client "desk" is not bound to any wallet of this company',
      'config/clients.json: clients[0].followedPairs[2].receiveAsset: is the asset that is sent',
    ]);
  });

  it('refuses a wallet that is swept into itself', () => {
    const sweep = { coreClientId: 'x', walletId: 'w', asset: 'BTC', recipientWalletIds: ['r', 'w'] };
    expect(problems({ clients: [{ id: 'desk', bindings, sweeps: [sweep] }] })).toEqual([
      'config/clients.json: clients[0].sweeps[0].recipientWalletIds[1]: is the wallet that is swept',
    ]);
  });

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
