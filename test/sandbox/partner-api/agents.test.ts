import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SandboxOptions } from '../../../sandbox/partner-api/sandbox-options.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TestAgent } from './agent-helpers.ts';
import { Bench, type Reply } from './helpers.ts';

/** A bench with calls that carry an agent's proof, or any header. */
class AgentBench extends Bench {
  constructor(options: SandboxOptions = {}) {
    super(options);
    this.newKey();
  }

  withHeaders(headers: Record<string, string>, method: string, target: string, body?: object): Reply {
    const text = body === undefined ? '' : JSON.stringify(body);
    const signed = { headers, rawTarget: target, origins: [], body: text };
    const outcome = this.sandbox.callSigned({ method, target, body: text }, signed);
    const { status } = outcome;
    return { status, headers: outcome.headers, dropped: false, body: JSON.parse(outcome.body) };
  }

  as(agent: TestAgent, method: string, target: string, body?: object): Reply {
    return this.withHeaders({ 'x-api-zkp': agent.proof(this.nowMs / 1000) }, method, target, body);
  }

  registered(name = 'agent'): TestAgent {
    const agent = new TestAgent(name);
    const finishing = agent.initiated(this.call('POST', '/coreclient/init', agent.registration).body);
    expect(this.as(agent, 'POST', '/coreclient/finish', finishing).status).toBe(200);
    return agent;
  }

  /** A company with one wallet that can pay, held by these agents. */
  heldBy(agents: TestAgent[], threshold = 1) {
    const at = this.setUp({ voters: 0, balances: [1_000_000, 0] });
    for (const { id } of agents) this.call('POST', `/company/${at.companyId}/trustedparty`, { address: id });
    const group = { threshold, members: agents.map(({ id }) => id) };
    const wallets = [{ name: 'held', asset: at.asset, custodygroup_tx: group }];
    const [walletId] = this.call('POST', `/company/${at.companyId}/fund/${at.fundId}/wallet`, { wallets }).body.wallets;
    this.control('POST', '/deposits', { walletId, amount: 10_000_000 });
    return { ...at, walletIds: [walletId as string, at.walletIds[0] as string] };
  }
}

const strictness = [{ strictAgents: false }, { strictAgents: true }];

describe.each(strictness)('a Signing Agent ($strictAgents)', (options) => {
  it('registers, approves what it is asked with its own signatures, and the transfer settles', () => {
    const bench = new AgentBench(options);
    const agent = bench.registered();
    const at = bench.heldBy([agent]);
    const txId = bench.transfer(at).body.tx_id;
    // Agents take the id they are told for the transaction's (K35).
    const path = `/coreclient/action/${txId}`;
    const { messages } = bench.as(agent, 'GET', path).body;
    expect(messages).toEqual([expect.stringMatching(/^(?:[0-9a-f]{2})+$/)]);
    expect(bench.as(agent, 'GET', path).body.messages).toEqual(messages);
    const signatures = messages.map((message: string) => agent.sign(message));
    expect(bench.as(agent, 'PUT', path, { signatures })).toMatchObject({ status: 200, body: { code: 200, msg: 'OK' } });
    expect(bench.status(at, txId)).toBe('approved');
    expect(bench.as(agent, 'PUT', path, { signatures }).status).toBe(200);
    expect(bench.balance(at.walletIds[1])).toBe(1_250_000);
    expect(bench.isBalanced()).toBe(true);
  });
});

describe('the registration of an agent', () => {
  it('answers what a genuine agent needs', () => {
    const bench = new AgentBench();
    const agent = new TestAgent();
    const made = bench.call('POST', '/coreclient/init', agent.registration).body;
    const { id, clientSecret, idDoc, timestamp } = made;
    expect(made.accountCode).toBe(id);
    const clientId = Buffer.from(made.clientID, 'hex').toString();
    expect(clientId).toBe(`{"id":"${id}","curve":"BLS381","created":${timestamp}}`);
    expect(clientSecret).toMatch(/^04[0-9a-f]{192}$/);
    // Field 1 = 2, field 2 = 32 bytes, field 9 and the keys in field 17 (reference 10.4).
    const name = Buffer.from('qredo-core-client').toString('hex');
    const { blsPublicKey, ecPublicKey } = agent.registration;
    const keys = `0a11${name}22c001${blsPublicKey}3241${ecPublicKey}`;
    expect(idDoc).toMatch(new RegExp(`^08021220[0-9a-f]{64}4a11${name}8a019902${keys}$`));
  });

  it('makes a core client only when it is finished, and finishing twice makes one', () => {
    const bench = new AgentBench();
    const agent = new TestAgent('slow');
    const finishing = agent.initiated(bench.call('POST', '/coreclient/init', agent.registration).body);
    const at = bench.setUp();
    const enlist = () => bench.call('POST', `/company/${at.companyId}/trustedparty`, { address: agent.id }).status;
    expect(enlist()).toBe(404);
    expect(bench.as(agent, 'GET', '/coreclient/action/x').body.detail.reason).toBe('registration not finished');
    for (let round = 0; round < 2; round++) {
      const { body } = bench.as(agent, 'POST', '/coreclient/finish', finishing);
      expect(body).toEqual({ feed: `wss://api.qredo.network/api/v1/p/coreclient/${agent.id}/feed` });
    }
    expect(enlist()).toBe(200);
    expect(bench.call('GET', '/coreclient').body).toMatchObject({ count: 1, clients: [{ name: 'slow' }] });
  });

  it.each([
    ['name', ''],
    ['name', 'x'.repeat(257)],
    ['blsPublicKey', 'ab'],
    ['blsPublicKey', 'zz'.repeat(192)],
    ['ecPublicKey', '02'.repeat(65)],
  ])('names the member that is wrong: %s', (name, value) => {
    const bench = new AgentBench();
    const { registration } = new TestAgent();
    const { status, body } = bench.call('POST', '/coreclient/init', { ...registration, [name]: value });
    expect([status, body.detail.reason]).toEqual([400, expect.stringContaining(name)]);
  });

  it('accepts the misspelt header of the spec (K36)', () => {
    const bench = new AgentBench();
    const agent = new TestAgent();
    const finishing = agent.initiated(bench.call('POST', '/coreclient/init', agent.registration).body);
    const headers = { 'x-api-xkp': agent.proof(bench.nowMs / 1000) };
    expect(bench.withHeaders(headers, 'POST', '/coreclient/finish', finishing).status).toBe(200);
  });
});

describe('an agent is let in', () => {
  const look = (bench: AgentBench, header: string | undefined) => {
    const headers = header === undefined ? {} : { 'x-api-zkp': header };
    const { status, body } = bench.withHeaders(headers, 'GET', '/coreclient/action/x');
    return [status, body.msg, body.detail.reason];
  };

  it('by a fresh proof of its own, and by nothing else', () => {
    const bench = new AgentBench();
    const agent = bench.registered();
    const now = bench.nowMs / 1000;
    expect(look(bench, agent.proof(now))).toEqual([404, 'Not Found', 'action']);
    expect(look(bench, agent.proof(now - 300))).toEqual([404, 'Not Found', 'action']);
    expect(look(bench, undefined)).toEqual([401, 'Unauthorized', 'empty token']);
    expect(look(bench, agent.proof(now - 301))).toEqual([401, 'errPartnerAuth', 'timestamp']);
    const stranger = new TestAgent();
    stranger.initiated(new AgentBench({ seed: 2 }).call('POST', '/coreclient/init', stranger.registration).body);
    expect(look(bench, stranger.proof(now))).toEqual([401, 'errPartnerAuth', 'zkp']);
    const hex = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('hex');
    const ID = Buffer.from('{"id":7}').toString('base64');
    for (const text of ['zz', 'abc', hex(null), hex({}), hex({ ID, ET: 'x', U: 'AA', V: 'AA' }), 'ab'.repeat(9000)]) {
      expect(look(bench, text)).toEqual([401, 'errPartnerAuth', 'zkp']);
    }
  });

  it('only while the API key is not revoked', () => {
    const bench = new AgentBench();
    const agent = bench.registered();
    bench.control('DELETE', `/keys/${bench.apiKeyId}`);
    expect(look(bench, agent.proof(bench.nowMs / 1000))[0]).toBe(403);
  });

  it('with an API key neither to its own operations nor to a vote in its name', () => {
    const bench = new AgentBench();
    const agent = bench.registered();
    const at = bench.heldBy([agent]);
    const txId = bench.transfer(at).body.tx_id;
    expect(bench.call('PUT', `/coreclient/action/${txId}`, { signatures: [] }).status).toBe(401);
    const { actions } = bench.call('GET', `/coreclient/${agent.id}/actions`).body;
    expect(actions).toMatchObject([{ id: txId, type: 'ApproveTransfer', status: 'pending' }]);
    for (const method of ['PUT', 'DELETE']) {
      expect(bench.call(method, `/coreclient/${agent.id}/action/${txId}`).status).toBe(403);
    }
    expect(bench.status(at, txId)).toBe('pending');
  });

  it('in strict mode, only with a proof and signatures that verify', () => {
    const bench = new AgentBench({ strictAgents: true });
    const agent = bench.registered();
    const at = bench.heldBy([agent]);
    const txId = bench.transfer(at).body.tx_id;
    const now = bench.nowMs / 1000;
    const proof = JSON.parse(Buffer.from(agent.proof(now), 'hex').toString());
    const forged = Buffer.from(JSON.stringify({ ...proof, ET: now + 1 })).toString('hex');
    expect(look(bench, forged)).toEqual([401, 'errPartnerAuth', 'zkp']);
    const other = new TestAgent('other').sign('00');
    const path = `/coreclient/action/${txId}`;
    expect(bench.as(agent, 'PUT', path, { signatures: [other] }).body.detail.reason).toBe('invalid_signature');
    expect(bench.status(at, txId)).toBe('pending');
    const halfway = new TestAgent('halfway');
    halfway.initiated(bench.call('POST', '/coreclient/init', halfway.registration).body);
    const finished = bench.as(halfway, 'POST', '/coreclient/finish', { idDocSignatureHex: other });
    expect([finished.status, finished.body.detail.reason]).toEqual([403, 'invalid_signature']);
    const { registration } = new TestAgent('nowhere');
    const blsPublicKey = '11'.repeat(192);
    expect(bench.call('POST', '/coreclient/init', { ...registration, blsPublicKey }).status).toBe(400);
  });
});

describe('the vote of an agent', () => {
  it('needs one well-formed signature per message, and is refused once the action is closed', () => {
    const bench = new AgentBench();
    const agent = bench.registered();
    const at = bench.heldBy([agent]);
    const txId = bench.transfer(at).body.tx_id;
    const put = (body: object) => {
      const answer = bench.as(agent, 'PUT', `/coreclient/action/${txId}`, body);
      return [answer.status, answer.body.detail?.reason];
    };
    const good = agent.sign('00');
    expect(put({})).toEqual([400, 'missing field: signatures']);
    expect(put({ signatures: [good, good] })).toEqual([400, 'invalid field: signatures']);
    expect(put({ signatures: [good.slice(2)] })).toEqual([400, 'invalid_signature_hex']);
    expect(bench.status(at, txId)).toBe('pending');
    expect(bench.as(agent, 'DELETE', `/coreclient/action/${txId}`).status).toBe(200);
    expect(bench.status(at, txId)).toBe('custody_rejected');
    expect(put({ signatures: [good] })).toEqual([400, 'action not pending']);
    expect(bench.isBalanced()).toBe(true);
  });

  it('is its own: two agents know one transaction by one id, and cannot vote for each other', () => {
    const bench = new AgentBench();
    const [one, other] = [bench.registered('one'), bench.registered('other')];
    const at = bench.heldBy([one, other], 2);
    const txId = bench.transfer(at).body.tx_id;
    const path = `/coreclient/action/${txId}`;
    const vote = (agent: TestAgent) => bench.as(agent, 'PUT', path, { signatures: [agent.sign('00')] }).status;
    expect([vote(one), vote(one)]).toEqual([200, 200]);
    expect(bench.call('GET', `/company/${at.companyId}/transfer/${txId}`).body).toMatchObject({
      txStatus: 'pending',
      approvedCount: 1,
      status: [
        { actionID: txId, userID: one.id, status: 'approved' },
        { actionID: txId, userID: other.id, status: 'pending' },
      ],
    });
    const [mine] = bench.actionsOf(one.id).concat(bench.actionsOf(other.id));
    expect(bench.as(one, 'GET', `/coreclient/action/${mine?.id}`).status).toBe(404);
    expect(vote(other)).toBe(200);
    expect(bench.status(at, txId)).toBe('approved');
    expect(bench.isBalanced()).toBe(true);
  });

  it('has an id of its own when the agent must authorise before it votes', () => {
    const bench = new AgentBench();
    const agent = bench.registered();
    const at = bench.heldBy([agent]);
    const txId = bench.transfer(at, { authorize_id: agent.id }).body.tx_id;
    const told = () => bench.call('GET', `/coreclient/${agent.id}/actions`).body.actions[0].id;
    const vote = (id: string) =>
      bench.as(agent, 'PUT', `/coreclient/action/${id}`, { signatures: [agent.sign('00')] }).status;
    const first = told();
    expect(first).not.toBe(txId);
    expect(vote(first)).toBe(200);
    expect(bench.status(at, txId)).toBe('pending');
    expect(told()).toBe(txId);
    expect(vote(txId)).toBe(200);
    expect(bench.status(at, txId)).toBe('approved');
  });

  it('survives a restart, and so does strictness', () => {
    const folder = temporaryFolder();
    const journal = join(folder, 'journal');
    const bench = new AgentBench({ journal, strictAgents: true });
    const agent = bench.registered();
    const at = bench.heldBy([agent]);
    const txId = bench.transfer(at).body.tx_id;
    const [message] = bench.as(agent, 'GET', `/coreclient/action/${txId}`).body.messages;
    bench.as(agent, 'PUT', `/coreclient/action/${txId}`, { signatures: [agent.sign(message)] });
    const open = bench.transfer(at).body.tx_id;
    const [openMessage] = bench.as(agent, 'GET', `/coreclient/action/${open}`).body.messages;
    bench.sandbox.close();
    class Restarted extends AgentBench {
      override newKey(): string {
        return '';
      }
    }
    const next = new Restarted({ journal });
    next.apiKeyId = bench.apiKeyId;
    expect(next.status(at, txId)).toBe('approved');
    expect(next.as(agent, 'GET', `/coreclient/action/${open}`).body.messages).toEqual([openMessage]);
    const put = (signature: string) =>
      next.as(agent, 'PUT', `/coreclient/action/${open}`, { signatures: [signature] }).status;
    expect([put(agent.sign('00')), put(agent.sign(openMessage))]).toEqual([403, 200]);
    next.sandbox.close();
  });
});
