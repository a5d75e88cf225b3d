import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../../lib/openapi/routes.ts';
import { allScopes as scopesOfLocalToken } from '../../../sandbox/local/partner.ts';
import { type OpenApi, operationsOf, type Parameter, type Response, readerOf, resolve } from './contract.ts';
import {
  client,
  type DoorAnswer,
  type DoorRequest,
  deployedRoutes,
  type RunningDoors,
  startDoors,
} from './running-doors.ts';

const root = new URL('../../..', import.meta.url).pathname;
const document = JSON.parse(readFileSync(`${root}docs/openapi.json`, 'utf8')) as OpenApi;
const described = operationsOf(document).map((each) => ({
  ...each,
  route: `${each.method.toUpperCase()} ${each.path}`,
  scope: each.operation.security[0]?.['bearer']?.[0],
}));
const allScopes = [...new Set(described.flatMap(({ scope }) => scope ?? []))];

let doors: RunningDoors;
beforeAll(async () => {
  doors = await startDoors();
});
afterAll(() => doors.stop());

function operationOf(route: string) {
  const found = described.find((each) => each.route === route);
  if (found === undefined) throw new Error(`${route} is not described`);
  return found.operation;
}

/** Calls a door and holds its answer to what the document says of it. */
async function call(route: string, request: DoorRequest): Promise<DoorAnswer> {
  const answer = await doors.call(route, request);
  const { responses } = operationOf(route);
  const told = responses[answer.status];
  if (told === undefined) throw new Error(`${route} answered ${answer.status}, which is not described`);
  const { content, headers = {} } = resolve<Response>(document, told);
  const schema = content?.['application/json'].schema ?? {};
  expect(readerOf(document, schema).safeParse(answer.body).error, `${route} ${answer.status}`).toBeUndefined();
  const usual = ['content-type', 'cache-control', 'x-content-type-options'];
  const undescribed = Object.keys(answer.headers).filter((name) => !usual.includes(name) && !(name in headers));
  expect(undescribed, `${route} ${answer.status}`).toEqual([]);
  return answer;
}

const everything = { scopes: allScopes };
const anyPath = { path: { id: 'none', txId: 'none' } };
const transfer = {
  companyId: 'company',
  walletId: 'wallet-btc',
  counterpartyWalletId: 'wallet-of-another',
  amount: '250000',
};

describe('the description and the doors', () => {
  it('name the same routes', () => {
    const deployed = deployedRoutes().map(({ route }) => route);
    expect(described.map(({ route }) => route).toSorted()).toEqual(deployed.toSorted());
  });

  it('know the scopes that the token of a local run has', () => {
    expect(scopesOfLocalToken.toSorted()).toEqual(allScopes.toSorted());
  });

  it('call them alike: an operation has the name of its function', () => {
    const camelCase = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    for (const { route, functionName } of deployedRoutes()) {
      if (functionName === 'control') continue;
      expect(operationOf(route).operationId.toLowerCase()).toBe(camelCase(functionName).toLowerCase());
    }
  });

  it.each(described)('$route asks for the scope $scope', async ({ route, scope }) => {
    if (scope === undefined) {
      expect((await call(route, anyPath)).status).toBe(200);
      return;
    }
    expect((await call(route, anyPath)).status).toBe(401);
    const others = allScopes.filter((each) => each !== scope);
    const lacking = await call(route, { ...anyPath, scopes: others });
    expect(lacking.body).toMatchObject({ code: 403, detail: { reason: 'scope', scope } });
    expect((await call(route, { ...anyPath, scopes: [scope] })).body).not.toMatchObject({ code: 403 });
  });

  it.each(routes)('$method $path lets in whom it says', async ({ method, path, scope, forOperators = false }) => {
    if (scope === undefined) return;
    const request = { ...everything, ...anyPath, subject: 'somebody-else' };
    const { body } = await call(`${method.toUpperCase()} ${path}`, request);
    const isUnknown = (body['detail'] as { reason?: string } | undefined)?.reason === 'unknown client';
    expect(isUnknown).toBe(!forOperators);
  });

  it.each(described)('$route takes the body it says', async ({ route, operation }) => {
    const { body } = await call(route, { ...everything, ...anyPath });
    const asksForBody =
      JSON.stringify(body).includes('missing field: body') || JSON.stringify(body).includes('field: body');
    expect(asksForBody).toBe(operation.requestBody?.required ?? false);
    const tooLarge = await call(route, { ...everything, ...anyPath, body: `{"a":"${'x'.repeat(16_384)}"}` });
    expect(tooLarge.status).toBe(413);
  });

  it.each(described)('$route takes the Idempotency-Key it says', async ({ route, operation }) => {
    const { body } = await call(route, { ...everything, ...anyPath, body: {} });
    const asksForKey = (body['detail'] as { field?: string } | undefined)?.field === 'Idempotency-Key';
    const names = operation.parameters.map((parameter) => resolve<Parameter>(document, parameter).name);
    expect(asksForKey).toBe(names.includes('Idempotency-Key'));
  });

  it.each(described)('$route takes the query it says', async ({ route, operation }) => {
    const parameters = operation.parameters.map((parameter) => resolve<Parameter>(document, parameter));
    const query = parameters.filter((parameter) => parameter.in === 'query');
    if (query.length === 0) return;
    const ask = (member: string, value: string) => call(route, { ...everything, query: { [member]: value } });
    expect((await ask('sort', 'up')).body).toMatchObject({ detail: { reason: 'unknown field: sort' } });
    for (const { name, schema } of query) {
      const words = (schema['enum'] ?? (name === 'limit' ? [1, schema['maximum']] : [])) as unknown[];
      for (const word of words) expect((await ask(name, String(word))).status, `${name}=${word}`).toBe(200);
      const wrong = schema['enum'] ? 'nonsense' : name === 'limit' ? String(Number(schema['maximum']) + 1) : undefined;
      if (wrong !== undefined)
        expect((await ask(name, wrong)).body).toMatchObject({ code: 400, detail: { field: name } });
      if (words.length === 0) expect(JSON.stringify((await ask(name, 'x')).body)).not.toContain('unknown field');
    }
  });
});

describe('an instruction at the doors', () => {
  const key = (name: string) => ({ headers: { 'idempotency-key': name } });

  it.each([
    ['POST /transfers', { body: transfer }],
    [
      'POST /withdrawals',
      { body: { companyId: 'company', walletId: 'wallet-btc', address: 'tb1qaddress', amount: 1000 } },
    ],
    [
      'POST /sweeps',
      { body: { coreClientId: 'core', walletId: 'customer', recipientWalletId: 'wallet-btc', amount: '7' } },
    ],
    [
      'POST /quotes',
      {
        body: {
          companyId: 'company',
          sendWalletId: 'wallet-btc',
          receiveWalletId: 'wallet-eth',
          sendAmount: '100',
          receiveAmount: '1500',
        },
      },
    ],
    [
      'POST /quotes/{txId}/take',
      {
        path: { txId: 'a-quote' },
        body: {
          companyId: 'company',
          sendWalletId: 'wallet-eth',
          receiveWalletId: 'wallet-btc',
          worstPrice: { sendAmount: '1500', receiveAmount: '100' },
        },
      },
    ],
  ])('%s is taken in, repeated, refused under a used key, and cancelled as described', async (route, request) => {
    const schema = operationOf(route).requestBody?.content['application/json'].schema ?? {};
    expect(readerOf(document, schema).safeParse(request.body).success).toBe(true);

    const asked = { ...everything, ...request, ...key(`${route.replace(' ', '')}-1`) };
    const first = await call(route, asked);
    expect(first.status).toBe(202);
    const again = await call(route, asked);
    expect([again.status, again.body['id']]).toEqual([200, first.body['id']]);
    expect(again.headers['location']).toBe(`/instructions/${first.body['id']}`);
    const other = await call(route, { ...asked, body: { ...request.body, reference: 'another' } });
    expect(other.status).toBe(422);

    const mine = { ...everything, path: { id: String(first.body['id']) } };
    expect((await call('GET /instructions/{id}', mine)).body).toEqual(first.body);
    expect((await call('DELETE /instructions/{id}', mine)).body['state']).toBe('cancelled');
    const page = await call('GET /instructions', { ...everything, query: { kind: String(first.body['kind']) } });
    expect((page.body['instructions'] as { id: string }[]).map(({ id }) => id)).toEqual([first.body['id']]);
  });

  it('is not there for a wallet that is not bound, nor for a body that says too much', async () => {
    const unbound = { ...transfer, walletId: 'wallet-of-another' };
    expect((await call('POST /transfers', { ...everything, ...key('k2'), body: unbound })).status).toBe(404);
    const toomuch = { ...transfer, memo: 'x' };
    const { body } = await call('POST /transfers', { ...everything, ...key('k3'), body: toomuch });
    expect(body).toMatchObject({ code: 400, detail: { reason: 'unknown field: memo', field: 'memo' } });
  });
});

describe('the stop button at its door', () => {
  it('is read and set as described', async () => {
    const wish = { stopAll: false, stoppedClients: [client.id], stoppedStrategies: ['btc-eth'], reason: 'a drill' };
    const schema = operationOf('PUT /control').requestBody?.content['application/json'].schema ?? {};
    expect(readerOf(document, schema).safeParse(wish).success).toBe(true);
    expect((await call('PUT /control', { ...everything, body: wish })).body).toMatchObject(wish);
    expect((await call('GET /control', everything)).body).toMatchObject({ ...wish, changedBy: client.id });
  });
});

describe('a price at its door', () => {
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

  it('stands, does not give way to an older one, and is unknown under another name', async () => {
    const news = { name: 'btc-eth', price: '15.25', at: at(-10) };
    expect((await call('POST /prices', { ...everything, body: news })).body).toEqual(news);
    const older = { ...news, price: '16', at: at(-20) };
    expect((await call('POST /prices', { ...everything, body: older })).body).toEqual(news);
    expect((await call('POST /prices', { ...everything, body: { ...news, name: 'other' } })).status).toBe(404);
    expect((await call('POST /prices', { ...everything, body: { ...news, at: at(3600) } })).status).toBe(400);
  });
});
