import { acceptedFrame, invalid, missing, ok, okFrame, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { about, equal } from '../expect.ts';
import type { RawClient } from '../raw-client.ts';
import { startTransfer } from '../transfers.ts';
import { readTransaction, vote } from '../votes.ts';

async function company(api: Api) {
  const companyId = await api.desks.company();
  return { companyId, path: `/company/${companyId}/trustedparty` };
}

/** A network user who accepts at once or later. */
async function person(api: Api, autoAccept: boolean) {
  const email = `${api.unique('nina')}@heronvale.example`;
  const userId = await api.control.newUser({ email, firstName: 'Nina', lastName: 'Okafor', autoAccept });
  return { email, userId };
}

/** The row of a core client, whose address is its id, or of a user. */
function partyRow(api: Api, id: string, name: string, email?: string) {
  const [address, type] = email === undefined ? [id, 'core-client'] : [email, 'user'];
  return { trusted_entity_id: id, name, address, type, created: about(api.now) };
}

/** That a company trusts these parties and no others. */
async function lists(client: RawClient, companyId: string, ...list: object[]): Promise<void> {
  const answer = await client.get(`/company/${companyId}/trustedparty`);
  okWith(answer, { company_id: companyId, total_count: list.length, list });
}

/** 7 to 9: the trusted network. */
export const trustedPartyChecks = [
  check('7', 'lists core clients as flat rows with their id as address', async (api) => {
    const { companyId } = await company(api);
    await lists(api.client, companyId);
    const id = await api.desks.coreClient('night-desk-bot');
    await api.desks.enlist(companyId, id);
    await lists(api.client, companyId, partyRow(api, id, 'night-desk-bot'));
  }),
  check('7', 'shows a user only once he has accepted', async (api) => {
    const { companyId, path } = await company(api);
    const { email, userId } = await person(api, false);
    okWith(await api.client.post(path, { address: email, type: 'user', name: 'Nina' }), okFrame);
    await lists(api.client, companyId);
    await api.control.decideInvitations(userId, true);
    await lists(api.client, companyId, partyRow(api, userId, 'Nina Okafor', email));
  }),
  check('7', 'does not know the company of another key: 404 company', async (api) => {
    const theirs = await api.desks.company('Theirs', (await api.stranger()).client);
    refused(await api.client.get(`/company/${theirs}/trustedparty`), 404, 'company');
  }),
  check('8', 'enlists a core client by its address alone, and again without complaint', async (api) => {
    const { path } = await company(api);
    const id = await api.desks.coreClient();
    okWith(await api.client.post(path, { address: id }), okFrame);
    okWith(await api.client.post(path, { address: id, type: 'core-client' }), okFrame);
    equal(ok(await api.client.get(path)).total_count, 1, 'total_count');
  }),
  check('8', 'enlists a core client of another key', async (api) => {
    const { client } = await api.stranger();
    const id = await api.desks.coreClient('theirs', client);
    const { path, companyId } = await company(api);
    okWith(await api.client.post(path, { address: id }), okFrame);
    await lists(api.client, companyId, partyRow(api, id, 'theirs'));
  }),
  check('8', 'invites a user again without complaint, also one who is a member', async (api) => {
    const { companyId, path } = await company(api);
    const { email, userId } = await person(api, true);
    okWith(await api.client.post(path, { address: email }), okFrame);
    okWith(await api.client.post(path, { address: email }), okFrame);
    await lists(api.client, companyId, partyRow(api, userId, 'Nina Okafor', email));
  }),
  check('8', 'does not list a user who declined', async (api) => {
    const { companyId, path } = await company(api);
    const { email, userId } = await person(api, false);
    okWith(await api.client.post(path, { address: email }), okFrame);
    await api.control.decideInvitations(userId, false);
    await lists(api.client, companyId);
  }),
  check('8', 'answers an address nobody has with 404 trusted party, and names wrong members', async (api) => {
    const { path } = await company(api);
    refused(await api.client.post(path, { address: 'nobody@nowhere.example' }), 404, 'trusted party');
    missing(await api.client.post(path, {}), 'address');
    missing(await api.client.post(path, { address: null }), 'address');
    invalid(await api.client.post(path, { address: 5 }), 'address');
    const theirs = await api.desks.company('Theirs', (await api.stranger()).client);
    refused(await api.client.post(`/company/${theirs}/trustedparty`, { address: 'x' }), 404, 'company');
  }),
  check('9', 'removes with 202, once', async (api) => {
    const { companyId, path } = await company(api);
    const id = await api.desks.coreClient();
    await api.desks.enlist(companyId, id);
    okWith(await api.client.delete(`${path}/${id}`), acceptedFrame, 202);
    await lists(api.client, companyId);
    refused(await api.client.delete(`${path}/${id}`), 404, 'trusted party');
  }),
  check('9', 'keeps policies that name the party, and forbids it in new ones', async (api) => {
    const desk = await api.desks.open({ balances: [] });
    const [voter] = desk.voters as [string];
    ok(await api.client.delete(`/company/${desk.companyId}/trustedparty/${voter}`), 202);
    const { policy_tx } = ok(await api.client.get(desk.fundPath));
    equal(policy_tx.members[0].entity.id, voter, 'the member of the policy');
    const group = { threshold: 1, members: [voter] };
    const body = { name: 'F', custodygroup_tx: group, custodygroup_withdraw: group };
    refused(await api.client.post(`/company/${desk.companyId}/fund`, body), 400, 'unknown member');
  }),
  check('9', 'leaves open actions of the party to be voted on', async (api) => {
    const desk = await api.desks.open();
    const [voter] = desk.voters as [string];
    const txId = await startTransfer(desk, 1000);
    ok(await api.client.delete(`/company/${desk.companyId}/trustedparty/${voter}`), 202);
    await vote(desk, txId, voter);
    equal((await readTransaction(desk, txId)).txStatus, 'approved', 'txStatus');
  }),
  check('9', 'does not know the company of another key: 404 company', async (api) => {
    const { client } = await api.stranger();
    const theirs = await api.desks.company('Theirs', client);
    const id = await api.desks.coreClient('bot', client);
    await api.desks.enlist(theirs, id, client);
    refused(await api.client.delete(`/company/${theirs}/trustedparty/${id}`), 404, 'company');
    await lists(client, theirs, partyRow(api, id, 'bot'));
  }),
];
