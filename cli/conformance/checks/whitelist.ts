import { invalid, missing, okFrame, okWith, refused } from '../answers.ts';
import { check } from '../check.ts';
import { btc, eth } from '../desks.ts';

const entry = { name: 'Cold store', asset: btc, address: 'mmEMpkxQ6WQPFiksuWmmnRvMGUQCxyzUeD' };
const ether = { name: 'Vault', asset: eth, address: '0xa0F76fb1BABf069CbaE294B6902a8E052414F151' };

/** 14 and 15: whitelisted addresses. */
export const whitelistChecks = [
  check('15', 'whitelists at once, in several funds, and a second time without complaint', async (api) => {
    for (let fund = 0; fund < 2; fund++) {
      const desk = await api.desks.open({ balances: [] });
      const path = `${desk.fundPath}/whitelist`;
      okWith(await api.client.get(path), { total_count: 0, list: [] });
      okWith(await api.client.post(path, entry), okFrame);
      okWith(await api.client.get(path), { total_count: 1, list: [entry] });
      okWith(await api.client.post(path, entry), okFrame);
    }
  }),
  check('15', 'names what is missing or wrong', async (api) => {
    const path = `${(await api.desks.empty()).fundPath}/whitelist`;
    for (const name of ['name', 'asset', 'address']) {
      missing(await api.client.post(path, { ...entry, [name]: undefined }), name);
      invalid(await api.client.post(path, { ...entry, [name]: 5 }), name);
    }
    refused(await api.client.post(path, { ...entry, asset: 'DOGE' }), 400, 'unknown asset');
    refused(await api.client.post(path, ''), 400, 'invalid json');
  }),
  check('15', 'does not know the fund of another key: 404 company', async (api) => {
    const path = `${(await api.desks.empty()).fundPath}/whitelist`;
    refused(await (await api.stranger()).client.post(path, entry), 404, 'company');
  }),
  check('14', 'filters by address, and by address and asset', async (api) => {
    const desk = await api.desks.open({ balances: [] });
    const path = `${desk.fundPath}/whitelist`;
    okWith(await api.client.post(path, entry), okFrame);
    okWith(await api.client.post(path, ether), okFrame);
    okWith(await api.client.get(path), { total_count: 2, list: [entry, ether] });
    const only = { total_count: 1, list: [entry] };
    const nothing = { total_count: 0, list: [] };
    okWith(await api.client.get(`${path}?address=${entry.address}`), only);
    okWith(await api.client.get(`${path}?address=${entry.address}&asset=${btc}`), only);
    okWith(await api.client.get(`${path}?address=${entry.address}&asset=${eth}`), nothing);
    okWith(await api.client.get(`${path}?address=&asset=`), { total_count: 2, list: [entry, ether] });
  }),
  check('14', 'compares addresses in any case for Ethereum only', async (api) => {
    const desk = await api.desks.open({ balances: [] });
    const path = `${desk.fundPath}/whitelist`;
    okWith(await api.client.post(path, entry), okFrame);
    okWith(await api.client.post(path, ether), okFrame);
    okWith(await api.client.get(`${path}?address=${ether.address.toLowerCase()}`), { total_count: 1, list: [ether] });
    okWith(await api.client.get(`${path}?address=${entry.address.toLowerCase()}`), { total_count: 0, list: [] });
  }),
  check('14', 'does not know the fund of another key: 404 company', async (api) => {
    const path = `${(await api.desks.empty()).fundPath}/whitelist`;
    refused(await (await api.stranger()).client.get(path), 404, 'company');
    refused(await api.client.get(path.replace(/fund\/\w+/, 'fund/none')), 404, 'fund');
  }),
];
