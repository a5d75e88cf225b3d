import { invalid, missing, ok, okWith, refused } from '../answers.ts';
import { check } from '../check.ts';
import { btc } from '../desks.ts';
import { equal, flag, integer, listOf, matches, someText } from '../expect.ts';
import { feesResponse } from '../shapes.ts';

const asked = { type: 'transferOut', asset: btc, amount: 200_000 };

/** 1 and 2: assets and fees. */
export const commonChecks = [
  check('1', 'lists the assets with code, name, unit code, scale and the two flags', async (api) => {
    const asset = {
      code: someText,
      name: someText,
      unitCode: someText,
      scale: integer,
      enabled: flag,
      testAsset: flag,
    };
    okWith(await api.client.get('/assets'), { assets: listOf(asset) });
  }),
  check('1', 'knows the two test-net assets as documented', async (api) => {
    const { assets } = ok(await api.client.get('/assets'));
    const byCode = (code: string) => assets.find((asset: { code: string }) => asset.code === code);
    const common = { enabled: true, testAsset: true };
    matches(byCode(btc), { code: btc, name: 'Bitcoin Testnet', unitCode: 'BTC-TEST', scale: 100_000_000, ...common });
    const gwei = { unitCode: 'ETH-TEST', scale: 1_000_000_000 };
    matches(byCode('ETH-TESTNET'), { code: 'ETH-TESTNET', name: 'Ethereum Testnet', ...gwei, ...common });
  }),
  check('2', 'quotes the documented example: 200 on 200,000', async (api) => {
    okWith(await api.client.post('/fees', asked), { netAmount: 200_000, fees: 200, amountToSend: 200_200 });
  }),
  check('2', 'rounds up, for each of the three types', async (api) => {
    for (const type of ['withdraw', 'transferOut', 'swap']) {
      for (const amount of [1, 800, 999, 1000, 1001, 2800, 250_000]) {
        okWith(await api.client.post('/fees', { ...asked, type, amount }), feesResponse(amount));
      }
    }
    okWith(await api.client.post('/fees', { ...asked, amount: 2800 }), {
      netAmount: 2800,
      fees: 3,
      amountToSend: 2803,
    });
  }),
  check('2', 'keeps amounts beyond 2^53 exact', async (api) => {
    const { text } = await api.client.post('/fees', '{"type":"swap","asset":"BTC-TESTNET","amount":9007199254740993}');
    const pairs = /"netAmount":(\d+),?/.exec(text)?.[1];
    equal(pairs, '9007199254740993', 'netAmount');
    equal(/"fees":(\d+)/.exec(text)?.[1], '9007199254741', 'fees');
    equal(/"amountToSend":(\d+)/.exec(text)?.[1], '9016206453995734', 'amountToSend');
  }),
  check('2', 'takes the amount as a numeric string, and ignores members it does not know', async (api) => {
    okWith(await api.client.post('/fees', { ...asked, amount: '200000', extra: {} }), feesResponse(200_000));
  }),
  check('2', 'names what is missing or wrong', async (api) => {
    for (const name of ['type', 'asset', 'amount']) {
      missing(await api.client.post('/fees', { ...asked, [name]: undefined }), name);
      missing(await api.client.post('/fees', { ...asked, [name]: null }), name);
      invalid(await api.client.post('/fees', { ...asked, [name]: [] }), name);
    }
    for (const amount of [-1, 0.5, 'x', true]) invalid(await api.client.post('/fees', { ...asked, amount }), 'amount');
    invalid(await api.client.post('/fees', { ...asked, type: 'gift' }), 'type');
    refused(await api.client.post('/fees', { ...asked, asset: 'DOGE' }), 400, 'unknown asset');
    refused(await api.client.post('/fees', ''), 400, 'invalid json');
  }),
];
