import { describe, expect, it } from 'vitest';
import { TestAgent } from './agent-helpers.ts';
import { Bench } from './helpers.ts';

const hash = 'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a';

function signer(options = {}) {
  const bench = new Bench(options);
  bench.newKey();
  const clientId: string = bench.call('POST', '/coreclient', { name: 'bot' }).body.id;
  const sign = (message_hash_hex: unknown) => bench.call('POST', `/coreclient/${clientId}/sign`, { message_hash_hex });
  const verify = (body: object, key?: string) => bench.call('POST', '/coreclient/verify', body, key);
  return { bench, clientId, sign, verify };
}

describe('a core client signs', () => {
  it('what anybody can verify, also with another API key', () => {
    const { bench, clientId, sign, verify } = signer();
    const { signature_hex, signer_id } = sign(hash).body;
    expect(signature_hex).toMatch(/^0[23][0-9a-f]{96}$/);
    expect(signer_id).toBe(clientId);
    const question = { message_hash_hex: hash, signature_hex, signer_id };
    expect(verify(question, bench.newKey())).toMatchObject({ status: 200, body: { code: 200, msg: 'OK' } });
  });

  it('with a key of its own that a seed repeats, and that costs no id', () => {
    const one = signer();
    const other = signer();
    expect(one.sign(hash).body).toEqual(other.sign(hash).body);
    const position = one.bench.sandbox.world.ids.stream.position;
    one.sign(hash);
    expect(one.bench.sandbox.world.ids.stream.position).toBe(position);
    const second = one.bench.call('POST', '/coreclient', { name: 'second' }).body.id;
    const { signature_hex } = one.sign(hash).body;
    const question = { message_hash_hex: hash, signature_hex, signer_id: second };
    expect(one.verify(question)).toMatchObject({
      status: 403,
      body: { code: 403, msg: 'Forbidden', detail: { reason: 'invalid_signature' } },
    });
  });

  it.each([
    ['no hex at all', 400, 'invalid_message_hex'],
    ['abc', 400, 'invalid_message_hex'],
    ['ab'.repeat(65), 400, 'invalid_message_hex_size'],
    ['', 400, 'missing field: message_hash_hex'],
    [5, 400, 'invalid field: message_hash_hex'],
    ['ab'.repeat(64), 200, undefined],
  ])('hashes of at most 64 bytes: %s', (text, status, reason) => {
    const answer = signer().sign(text);
    expect([answer.status, answer.body.detail?.reason]).toEqual([status, reason]);
  });

  it('nothing for another key, nor for an agent, whose key is its own', () => {
    const { bench, clientId } = signer();
    const other = bench.newKey();
    expect(bench.call('POST', `/coreclient/${clientId}/sign`, { message_hash_hex: hash }, other).status).toBe(404);
    const agent = new TestAgent();
    const finishing = agent.initiated(bench.call('POST', '/coreclient/init', agent.registration).body);
    const entry = { apiKeyId: bench.apiKeyId, agentId: agent.id, method: 'POST', target: '/coreclient/finish' };
    expect(bench.sandbox.call({ ...entry, body: JSON.stringify(finishing) }).status).toBe(200);
    const refused = bench.call('POST', `/coreclient/${agent.id}/sign`, { message_hash_hex: hash });
    expect([refused.status, refused.body.detail.reason]).toEqual([400, 'core_client_seed']);
    const question = { message_hash_hex: hash, signature_hex: agent.sign(hash), signer_id: agent.id };
    expect(bench.call('POST', '/coreclient/verify', question).status).toBe(200);
  });
});

describe('a signature is not valid', () => {
  it('for another message, as no point of the curve, or as no hex, or of nobody', () => {
    const { sign, verify } = signer();
    const { signature_hex, signer_id } = sign(hash).body;
    const good = { message_hash_hex: hash, signature_hex, signer_id };
    const reason = (change: object) => {
      const { status, body } = verify({ ...good, ...change });
      return [status, body.detail?.reason];
    };
    expect(reason({})).toEqual([200, undefined]);
    expect(reason({ message_hash_hex: '00' })).toEqual([403, 'invalid_signature']);
    expect(reason({ signature_hex: `02${'f'.repeat(96)}` })).toEqual([403, 'invalid_signature']);
    expect(reason({ signature_hex: 'abc' })).toEqual([400, 'invalid_signature_hex']);
    expect(reason({ signer_id: 'nobody' })).toEqual([404, 'core client']);
    expect(reason({ signer_id: undefined })).toEqual([400, 'missing field: signer_id']);
  });
});
