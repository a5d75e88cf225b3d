import {
  approve,
  asAgent,
  begin,
  initBody,
  initResponse,
  messagesOf,
  type Registration,
  register,
  someSignature,
  tokenOf,
} from '../agents.ts';
import { invalid, missing, notAdmitted, ok, okFrame, okWith, refused } from '../answers.ts';
import type { Api } from '../api.ts';
import { check } from '../check.ts';
import { balanceOf, btc, type Desk, started, walletOf } from '../desks.ts';
import { about, atLeast, equal, fits, matches } from '../expect.ts';
import { exchange, type Json } from '../raw-client.ts';
import { transferBody } from '../transfers.ts';
import { readTransaction } from '../votes.ts';

/** A desk whose only approver is a Signing Agent, with a transfer that waits for it. */
async function waiting(api: Api) {
  const agent = await register(api);
  const companyId = await api.desks.company();
  await api.desks.enlist(companyId, agent.id);
  const group = { threshold: 1, members: [agent.id] };
  const wallets = ['a', 'b'].map((name) => ({ name, asset: btc }));
  const fund = { name: 'F', custodygroup_tx: group, custodygroup_withdraw: group, wallets };
  const { fund_id } = ok(await api.client.post(`/company/${companyId}/fund`, fund));
  const read = ok(await api.client.get(`/company/${companyId}/fund/${fund_id}`));
  const desk = {
    client: api.client,
    companyId,
    wallets: read.wallets.map((wallet: Json) => ({ id: wallet.wallet_id, code: wallet.short_code })),
  } as Desk;
  await api.control.deposit(walletOf(desk, 0).id, 10_000);
  const txId = await started(api.client.post(`/company/${companyId}/transfer`, transferBody(desk, 1000)));
  const { status } = await readTransaction(desk, txId);
  return { agent, desk, txId, actionId: String(status[0].actionID) };
}

const statusOf = async (at: { desk: Desk; txId: string }) => (await readTransaction(at.desk, at.txId)).txStatus;

/** The token must name a registered agent and be fresh, on every operation after the first. */
async function refusesBadTokens(api: Api, agent: Registration, method: string, path: string, body?: object) {
  const text = body === undefined ? '' : JSON.stringify(body);
  const call = (headers: Record<string, string>) => exchange(method, api.client.url(path), headers, text);
  const unknown = { ...agent, clientIdHex: Buffer.from('{"id":"nobody"}').toString('hex') };
  const tokens = [
    '',
    'zz',
    'abcd',
    tokenOf(agent, api.now - 400),
    tokenOf(agent, api.now + 400),
    tokenOf(unknown, api.now),
  ];
  for (const token of [...tokens, tokenOf(agent, api.now, { U: undefined }), tokenOf(agent, api.now, { V: 5 })]) {
    const answer = await call({ 'x-api-zkp': token });
    equal([answer.status, answer.body?.code], [401, 401], `answer to the token ${token.slice(0, 12)}`);
  }
  equal((await call({ 'x-api-key': api.client.options.apiKey })).status, 401, 'status with an API key only');
}

/** 47, 48 and 50 to 52: Signing Agents. */
export const agentChecks = [
  check('47', 'answers what the agent needs; id equals accountCode, clientID names it', async (api) => {
    const body = okWith(await api.client.post('/coreclient/init', initBody('night-agent')), initResponse);
    equal(body.accountCode, body.id, 'accountCode');
    matches(body.timestamp, about(api.now));
    const clientId = JSON.parse(Buffer.from(body.clientID, 'hex').toString('utf8'));
    matches(clientId, { id: body.id, curve: 'BLS381', created: about(api.now) }, 'clientID');
  }),
  check('47', 'names what is missing or wrong', async (api) => {
    const good = initBody('agent');
    for (const name of ['name', 'blsPublicKey', 'ecPublicKey']) {
      missing(await api.client.post('/coreclient/init', { ...good, [name]: undefined }), name);
      invalid(await api.client.post('/coreclient/init', { ...good, [name]: 5 }), name);
    }
    invalid(await api.client.post('/coreclient/init', { ...good, blsPublicKey: 'abc' }), 'blsPublicKey');
    invalid(await api.client.post('/coreclient/init', { ...good, ecPublicKey: '04' }), 'ecPublicKey');
  }),
  check('47', 'needs an API key, and its signature as every other call', async (api) => {
    const url = api.client.url('/coreclient/init');
    const text = JSON.stringify(initBody('agent'));
    refused(await exchange('POST', url, {}, text), 401, 'empty token');
    const { client } = await api.stranger();
    notAdmitted(await exchange('POST', url, { 'x-api-key': client.options.apiKey }, text), 'timestamp');
  }),
  check('48', 'answers the address of the agent’s own feed', async (api) => {
    const agent = await begin(api);
    const answer = await asAgent(api, agent, 'POST', '/coreclient/finish', { idDocSignatureHex: someSignature });
    okWith(answer, { feed: fits(new RegExp(`^wss?://.+/coreclient/${agent.id}/feed$`)) });
  }),
  check('48', 'takes the header x-api-xkp as well (K36)', async (api) => {
    const agent = await begin(api);
    const headers = { 'x-api-xkp': tokenOf(agent, api.now) };
    const text = JSON.stringify({ idDocSignatureHex: someSignature });
    ok(await exchange('POST', api.client.url('/coreclient/finish'), headers, text));
  }),
  check('48', 'refuses tokens that are missing, malformed, stale or of nobody: 401', async (api) => {
    const agent = await begin(api);
    await refusesBadTokens(api, agent, 'POST', '/coreclient/finish', { idDocSignatureHex: someSignature });
  }),
  check('48', 'names what is missing or wrong', async (api) => {
    const agent = await begin(api);
    missing(await asAgent(api, agent, 'POST', '/coreclient/finish', {}), 'idDocSignatureHex');
    for (const idDocSignatureHex of [5, 'xyz', 'ab']) {
      const answer = await asAgent(api, agent, 'POST', '/coreclient/finish', { idDocSignatureHex });
      refused(answer, 400, 'invalid field: idDocSignatureHex', 'invalid_signature_hex');
    }
  }),
  check('48', 'makes the agent a core client others can enlist', async (api) => {
    const agent = await register(api);
    const companyId = await api.desks.company();
    await api.desks.enlist(companyId, agent.id);
    const { list } = ok(await api.client.get(`/company/${companyId}/trustedparty`));
    equal([list[0].trusted_entity_id, list[0].type], [agent.id, 'core-client'], 'trusted party');
  }),
  check('50', 'gives the messages to sign, in hex, never none; the action’s id is the transaction’s', async (api) => {
    const at = await waiting(api);
    equal(at.actionId, at.txId, 'action id');
    for (const message of await messagesOf(api, at.agent, at.actionId)) matches(message, fits(/^([0-9a-f]{2})+$/));
  }),
  check('50', 'refuses bad tokens, and knows the agent’s own actions only: 404 action', async (api) => {
    const at = await waiting(api);
    await refusesBadTokens(api, at.agent, 'GET', `/coreclient/action/${at.actionId}`);
    const other = await register(api);
    refused(await asAgent(api, other, 'GET', `/coreclient/action/${at.actionId}`), 404, 'action');
    refused(await asAgent(api, at.agent, 'GET', '/coreclient/action/none'), 404, 'action');
  }),
  check('51', 'approves with one signature for each message, and settles', async (api) => {
    const at = await waiting(api);
    const messages = await messagesOf(api, at.agent, at.actionId);
    okWith(await approve(api, at.agent, at.actionId, messages), atLeast(okFrame));
    equal([await statusOf(at), await balanceOf(at.desk, 1)], ['approved', 1000], 'the transfer');
  }),
  check('51', 'answers the agent that approved before with 200, and changes nothing', async (api) => {
    const at = await waiting(api);
    const messages = await messagesOf(api, at.agent, at.actionId);
    for (let time = 0; time < 3; time++) {
      okWith(await approve(api, at.agent, at.actionId, messages), atLeast(okFrame));
    }
    equal([await balanceOf(at.desk, 0), await balanceOf(at.desk, 1)], [8999, 1000], 'balances');
  }),
  check('51', 'refuses signatures that are too few, too many or no signatures: 400', async (api) => {
    const at = await waiting(api);
    const messages = await messagesOf(api, at.agent, at.actionId);
    const put = (body: object) => asAgent(api, at.agent, 'PUT', `/coreclient/action/${at.actionId}`, body);
    missing(await put({}), 'signatures');
    const right = messages.map(() => someSignature);
    for (const signatures of [[], [...right, someSignature], right.map(() => 'xyz'), right.map(() => 5), 'x']) {
      equal((await put({ signatures })).status, 400, `status for ${JSON.stringify(signatures).slice(0, 20)}`);
    }
    equal(await statusOf(at), 'pending', 'txStatus');
  }),
  check('51', 'refuses bad tokens and other agents', async (api) => {
    const at = await waiting(api);
    const body = { signatures: [someSignature] };
    await refusesBadTokens(api, at.agent, 'PUT', `/coreclient/action/${at.actionId}`, body);
    refused(await asAgent(api, await register(api), 'PUT', `/coreclient/action/${at.actionId}`, body), 404, 'action');
    equal(await statusOf(at), 'pending', 'txStatus');
  }),
  check('52', 'rejects without a body', async (api) => {
    const at = await waiting(api);
    okWith(await asAgent(api, at.agent, 'DELETE', `/coreclient/action/${at.actionId}`), atLeast(okFrame));
    equal(await statusOf(at), 'custody_rejected', 'txStatus');
    const messages = [someSignature];
    refused(await approve(api, at.agent, at.actionId, messages), 400, 'action not pending');
  }),
  check('52', 'refuses bad tokens and other agents', async (api) => {
    const at = await waiting(api);
    await refusesBadTokens(api, at.agent, 'DELETE', `/coreclient/action/${at.actionId}`);
    refused(await asAgent(api, await register(api), 'DELETE', `/coreclient/action/${at.actionId}`), 404, 'action');
    equal(await statusOf(at), 'pending', 'txStatus');
  }),
];
