import { invalid, missing, ok, okWith, refused } from '../answers.ts';
import { check } from '../check.ts';
import { equal, holds, ksuid, matches, text } from '../expect.ts';

const details = { city: 'Lisbon', country: 'PT', domain: 'heronvale.example' };

/** 3 to 6: companies. */
export const companyChecks = [
  check('3', 'answers the id and the ref, and nothing else', async (api) => {
    okWith(await api.client.post('/company', { name: 'Heron', ...details, ref: 'hv-1' }), {
      company_id: ksuid,
      ref: 'hv-1',
    });
    okWith(await api.client.post('/company', { name: 'Heron' }), { company_id: ksuid, ref: '' });
  }),
  check('3', 'makes a second company of the same name, domain and ref', async (api) => {
    const body = { name: 'Heron', domain: 'heron.example', ref: 'r' };
    const first = ok(await api.client.post('/company', body));
    const second = ok(await api.client.post('/company', body));
    holds(first.company_id !== second.company_id, 'two companies have two ids');
  }),
  check('3', 'ignores company_id, unknown members, null members and odd countries', async (api) => {
    const body = { name: 'Heron', company_id: 'mine', members: null, city: null, country: 'FR17', anon_IOI: true };
    const { company_id } = ok(await api.client.post('/company', body));
    okWith(await api.client.get(`/company/${company_id}`), {
      company_id,
      name: 'Heron',
      city: '',
      country: 'FR17',
      domain: '',
      ref: '',
    });
  }),
  check('3', 'names a missing or wrong member', async (api) => {
    missing(await api.client.post('/company', { city: 'Lisbon' }), 'name');
    missing(await api.client.post('/company', { name: null }), 'name');
    for (const name of ['name', 'city', 'country', 'domain', 'ref']) {
      for (const value of [5, {}, [], true]) {
        invalid(await api.client.post('/company', { name: 'Heron', [name]: value }), name);
      }
    }
  }),
  check('4', 'reads all six members', async (api) => {
    const { company_id } = ok(await api.client.post('/company', { name: 'Heron', ...details, ref: 'hv-2' }));
    okWith(await api.client.get(`/company/${company_id}`), { company_id, name: 'Heron', ...details, ref: 'hv-2' });
  }),
  check('4', 'knows neither a made-up company nor that of another key: 404 company', async (api) => {
    refused(await api.client.get('/company/2YBXZIoUEkpMhXOGeCqEmkTYwAt'), 404, 'company');
    const { client } = await api.stranger();
    const theirs = await api.desks.company('Theirs', client);
    refused(await api.client.get(`/company/${theirs}`), 404, 'company');
  }),
  check('5', 'changes the members that are there, and only these', async (api) => {
    const { company_id } = ok(await api.client.post('/company', { name: 'Heron', ...details, ref: 'hv-3' }));
    const path = `/company/${company_id}`;
    okWith(await api.client.put(path, { city: 'Porto' }), { company_id, ref: 'hv-3' });
    okWith(await api.client.put(path, { name: 'Heron & Vale', ref: 'hv-4', domain: null }), {
      company_id,
      ref: 'hv-4',
    });
    okWith(await api.client.get(path), { company_id, name: 'Heron & Vale', ...details, city: 'Porto', ref: 'hv-4' });
  }),
  check('5', 'refuses a wrong member by its name, and then changes nothing', async (api) => {
    const { company_id } = ok(await api.client.post('/company', { name: 'Heron', ...details }));
    const path = `/company/${company_id}`;
    invalid(await api.client.put(path, { city: 'Porto', domain: 5 }), 'domain');
    refused(await api.client.put(path, 'x'), 400, 'invalid json');
    equal(ok(await api.client.get(path)).city, 'Lisbon', 'city');
  }),
  check('5', 'does not know the company of another key: 404 company', async (api) => {
    const { client } = await api.stranger();
    const theirs = await api.desks.company('Theirs', client);
    refused(await api.client.put(`/company/${theirs}`, { name: 'Mine' }), 404, 'company');
    equal(ok(await client.get(`/company/${theirs}`)).name, 'Theirs', 'name');
  }),
  check('6', 'finds names that contain the letters, in any case, in order of creation', async (api) => {
    const word = api.unique('Kestrel');
    const names = [`${word} one`, `the ${word.toUpperCase()} two`];
    for (const name of names) ok(await api.client.post('/company', { name, domain: 'k.example' }));
    const row = (name: string | undefined) => ({ company_id: ksuid, name, domain: 'k.example' });
    okWith(await api.client.get(`/company/search?query=${word.slice(0, -1)}`), {
      total_count: 2,
      matches: names.map(row),
    });
    okWith(await api.client.get(`/company/search?query=${word}%20one`), { total_count: 1, matches: [row(names[0])] });
    okWith(await api.client.get(`/company/search?query=${word}nothing`), { total_count: 0, matches: [] });
  }),
  check('6', 'lists all companies of the key without a query: its own only', async (api) => {
    const mine = await api.desks.company('Mine');
    const { total_count, matches: found } = ok(await api.client.get('/company/search'));
    equal(total_count, found.length, 'total_count');
    for (const row of found) matches(row, { company_id: ksuid, name: text, domain: text });
    const ids = found.map((row: { company_id: string }) => row.company_id);
    equal(ids.includes(mine), true, 'own company listed');
    const { client } = await api.stranger();
    const theirs = await api.desks.company('Theirs', client);
    const after = ok(await api.client.get('/company/search')).matches;
    equal(
      after.some((row: { company_id: string }) => row.company_id === theirs),
      false,
      "another key's company listed",
    );
  }),
];
