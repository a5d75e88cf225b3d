import { describe, expect, it } from 'vitest';
import { webhookSecrets } from '../../../lib/webhooks/secrets.ts';
import { WebhookSecretError } from '../../../lib/webhooks/signature.ts';

const first = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const second = `whsec_${Buffer.alloc(24, 2).toString('base64')}`;

function fixture(document: unknown) {
  const state = { text: typeof document === 'string' ? document : JSON.stringify(document), reads: 0, nowMs: 1_000 };
  const secrets = webhookSecrets({
    read: async () => {
      state.reads += 1;
      return state.text;
    },
    clock: { nowMs: () => state.nowMs },
    ttlMs: 60_000,
  });
  return { state, secrets };
}

describe('the secrets of webhook endpoints', () => {
  it('are found by client and endpoint, in their order', async () => {
    const { secrets } = fixture({ 'desk/main': [second, first], 'desk/other': [first] });
    expect(await secrets('desk', 'main')).toEqual([second, first]);
    expect(await secrets('desk', 'other')).toEqual([first]);
  });

  it('are read once in their time, and again after it', async () => {
    const { state, secrets } = fixture({ 'desk/main': [first] });
    await secrets('desk', 'main');
    await secrets('desk', 'main');
    expect(state.reads).toBe(1);
    state.text = JSON.stringify({ 'desk/main': [second] });
    state.nowMs += 60_000;
    expect(await secrets('desk', 'main')).toEqual([second]);
    expect(state.reads).toBe(2);
  });

  it('are read again at once for an endpoint that was not there before', async () => {
    const { state, secrets } = fixture({ 'desk/main': [first] });
    await secrets('desk', 'main');
    state.text = JSON.stringify({ 'desk/new': [second] });
    expect(await secrets('desk', 'new')).toEqual([second]);
  });

  it.each([
    ['not json whsec_abc', 'is not JSON'],
    ['["a"]', 'is not an object'],
    [{}, 'no webhook secret for "desk/main"'],
    [{ 'desk/main': [] }, '"desk/main" must be a list of 1 to 5'],
    [{ 'desk/main': first }, '"desk/main" must be a list of 1 to 5'],
    [{ 'desk/main': [1] }, '"desk/main" must be a list of 1 to 5'],
    [{ 'desk/main': ['whsec_c2hvcnQ='] }, '"desk/main": a webhook secret must be 24 to 64 bytes, not 5'],
  ])('that are malformed are named, and none of them is shown: %j', async (document, message) => {
    const { secrets } = fixture(document);
    const error = (await secrets('desk', 'main').catch((thrown: unknown) => thrown)) as WebhookSecretError;
    expect(error).toBeInstanceOf(WebhookSecretError);
    expect(error.message).toContain(message);
    expect(JSON.stringify([error.message, error.stack, String(error.cause)])).not.toMatch(/whsec_[a-z0-9]/i);
  });

  it('are not found under the names every object has', async () => {
    const { secrets } = fixture({ 'desk/main': [first] });
    await expect(secrets('__proto__', 'toString')).rejects.toThrow('no webhook secret');
  });
});
