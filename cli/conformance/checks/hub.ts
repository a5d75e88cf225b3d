import { invalid, missing, ok, okFrame, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { btc, type Desk, eth } from '../desks.ts';
import { about, equal, flag, integer, ksuid, listOf, matches, someText } from '../expect.ts';
import type { Json } from '../raw-client.ts';
import { openQuote, postMake, startTake, swapDesk } from '../swaps.ts';
import { vote } from '../votes.ts';

const anyItem = {
  tx_id: ksuid,
  send_asset: someText,
  send_amount: integer,
  receive_asset: someText,
  receive_amount: integer,
  owner: flag,
  added: integer,
  expires: integer,
};

const hubOf = (desk: Desk) => `/company/${desk.companyId}/liquidityhub`;

/** The line of a quote on a hub list, or undefined. */
async function itemOf(api: Api, path: string, txId: string): Promise<Json> {
  const { items } = okWith(await api.client.get(path), { items: listOf(anyItem) });
  return items.find((item: Json) => item.tx_id === txId);
}

/** A quote with the maker's approval, put on the hub. */
async function published(api: Api, more: object = {}) {
  const desk = await swapDesk(api, 1_000_000, 0);
  const txId = await openQuote(desk, more);
  okWith(await api.client.post(hubOf(desk), { tx_id: txId }), okFrame);
  return { desk, txId };
}

/** 33 to 35: the liquidity hub. */
export const hubChecks = [
  check('33', 'lists an open quote from its maker’s side, and whether the company is its owner', async (api) => {
    const { desk, txId } = await published(api);
    const other = await swapDesk(api, 0, 0);
    const item = {
      tx_id: txId,
      send_asset: btc,
      send_amount: 640_000,
      receive_asset: eth,
      receive_amount: 98_000_000,
      owner: true,
      added: about(api.now),
      expires: about(api.now + 3600),
    };
    matches(await itemOf(api, hubOf(desk), txId), item);
    matches(await itemOf(api, hubOf(other), txId), { ...item, owner: false });
  }),
  check('33', 'drops a quote that is taken, cancelled or expired', async (api) => {
    const taken = await published(api);
    const taker = await swapDesk(api, 0, 200_000_000);
    const take = await startTake(taker, taken.txId);
    await vote(taker, take, taker.voters[0], 'approve', 'atomicswap/take');
    const cancelled = await published(api);
    ok(await api.client.delete(`/company/${cancelled.desk.companyId}/atomicswap/make/${cancelled.txId}`), 202);
    const short = await published(api, { expires: api.now + 60 });
    await api.control.advance(61);
    for (const { desk, txId } of [taken, cancelled, short]) {
      equal(await itemOf(api, hubOf(desk), txId), undefined, 'the quote on the hub');
    }
  }),
  check('33', 'does not know the company of another key: 404 company', async (api) => {
    const theirs = await api.desks.company('Theirs', (await api.stranger()).client);
    refused(await api.client.get(`/company/${theirs}/liquidityhub`), 404, 'company');
    okWith(await api.client.get(`/company/${await api.desks.company()}/liquidityhub`), { items: listOf(anyItem) });
  }),
  check('34', 'publishes only what its maker’s custody has approved; asked early, on approval', async (api) => {
    const desk = await swapDesk(api, 1_000_000, 0);
    const txId = ok(await postMake(desk)).tx_id;
    okWith(await api.client.post(hubOf(desk), { tx_id: txId }), okFrame);
    equal(await itemOf(api, hubOf(desk), txId), undefined, 'on the hub before approval');
    await vote(desk, txId, desk.voters[0], 'approve', 'atomicswap/make');
    equal((await itemOf(api, hubOf(desk), txId))?.tx_id, txId, 'on the hub after approval');
  }),
  check('34', 'is done by itself for add_to_liquidity_hub, and not otherwise', async (api) => {
    const desk = await swapDesk(api, 2_000_000, 0);
    const [added, kept] = [await openQuote(desk, { add_to_liquidity_hub: true }), await openQuote(desk)];
    equal((await itemOf(api, hubOf(desk), added))?.tx_id, added, 'added by itself');
    equal(await itemOf(api, hubOf(desk), kept), undefined, 'not added');
  }),
  check('34', 'names what is missing or wrong', async (api) => {
    const desk = await swapDesk(api, 1_000_000, 0);
    const post = (body: object) => api.client.post(hubOf(desk), body);
    missing(await post({}), 'tx_id');
    missing(await post({ tx_id: null }), 'tx_id');
    invalid(await post({ tx_id: 5 }), 'tx_id');
    refused(await post({ tx_id: 'none' }), 404, 'transaction');
  }),
  check('34', 'takes own quotes only: 404 for those of another company or key', async (api) => {
    const desk = await swapDesk(api, 1_000_000, 0);
    const txId = await openQuote(desk);
    const other = await swapDesk(api, 0, 0);
    refused(await api.client.post(hubOf(other), { tx_id: txId }), 404, 'transaction');
    refused(await (await api.stranger()).client.post(hubOf(desk), { tx_id: txId }), 404, 'company');
    equal(await itemOf(api, hubOf(desk), txId), undefined, 'on the hub');
  }),
  check('35', 'lists the same quotes without a company; the owner is the key', async (api) => {
    const { desk, txId } = await published(api);
    const item = await itemOf(api, '/liquidityhub', txId);
    matches(item, { ...(await itemOf(api, hubOf(desk), txId)), owner: true });
  }),
  check('35', 'lists no quotes of another key', async (api) => {
    const { txId } = await published(api);
    const { client } = await api.stranger();
    const { items } = okWith(await client.get('/liquidityhub'), { items: listOf(anyItem) });
    equal(
      items.some((item: Json) => item.tx_id === txId),
      false,
      "another key's quote listed",
    );
  }),
  check('35', 'needs an API key', async (api) => {
    okWith(await api.client.get('/liquidityhub'), { items: listOf(anyItem) });
    refused(await api.client.send('GET', '/liquidityhub', { headers: { 'x-api-key': '' } }), 401, 'empty token');
  }),
];
