import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sign, verify, WebhookSecretError, WebhookVerificationError } from '../../../lib/webhooks/signature.ts';

/** The worked example that Standard Webhooks and its reference libraries share. */
const example = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampSeconds: 1614265330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const secretOf = (bytes: number) => `whsec_${Buffer.alloc(bytes, 1).toString('base64')}`;

const { id, timestampSeconds, body } = example;
const signed = (secrets: string[]) => sign({ id, timestampSeconds, body, secrets });
const check = (given: Partial<Parameters<typeof verify>[0]> = {}) =>
  verify({
    headers: signed([example.secret]),
    body,
    secrets: [example.secret],
    nowSeconds: timestampSeconds,
    ...given,
  });
const reasonOf = (run: () => void) => {
  try {
    run();
  } catch (error) {
    return error instanceof WebhookVerificationError ? error.reason : error;
  }
  return 'believed';
};

describe('signing a webhook', () => {
  it('gives the signature of the published example', () => {
    expect(signed([example.secret])).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': example.signature,
    });
  });

  it('signs once with each secret while one is being replaced', () => {
    const header = signed([other, example.secret])['webhook-signature'];
    expect(header.split(' ')).toEqual([signed([other])['webhook-signature'], example.signature]);
  });

  it.each([[23], [65], [0]])('refuses a secret of %i bytes', (bytes) => {
    expect(() => signed([secretOf(bytes)])).toThrow(WebhookSecretError);
  });

  it.each([[24], [64]])('takes a secret of %i bytes', (bytes) => {
    expect(() => signed([secretOf(bytes)])).not.toThrow();
  });

  it('never shows a secret that it refuses', () => {
    for (const secret of [
      'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'whsec_not base64 at all',
      'whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    ]) {
      expect(() => signed([secret])).toThrow(/^a webhook secret must be "whsec_" followed by base64$/);
    }
    expect(() => signed([])).toThrow('no secret');
  });

  it('refuses an id that would blur the border to the timestamp', () => {
    for (const wrong of ['a.1', '', 'a b', 'ä']) {
      expect(() => sign({ id: wrong, timestampSeconds, body, secrets: [other] })).toThrow(TypeError);
    }
    for (const wrong of [1.5, Number.NaN, -1, 0]) {
      expect(() => sign({ id, timestampSeconds: wrong, body, secrets: [other] })).toThrow(TypeError);
    }
  });
});

describe('checking a webhook', () => {
  it('believes the published example', () => {
    expect(reasonOf(() => check())).toBe('believed');
  });

  it('believes when any signature matches any secret', () => {
    expect(reasonOf(() => check({ headers: signed([other, example.secret]) }))).toBe('believed');
    expect(reasonOf(() => check({ secrets: [other, example.secret] }))).toBe('believed');
  });

  it('passes over signatures of other versions and what is no signature', () => {
    const header = (text: string) => ({ ...signed([other]), 'webhook-signature': text });
    expect(reasonOf(() => check({ headers: header(`v1a,AAAA v2,bbbb v1, nonsense ${example.signature}`) }))).toBe(
      'believed',
    );
    const asOtherVersion = example.signature.replace('v1,', 'v2,');
    expect(reasonOf(() => check({ headers: header(asOtherVersion) }))).toBe('no matching signature');
  });

  it('does not believe another body, id, timestamp or secret', () => {
    const headers = signed([example.secret]);
    const refused = [
      () => check({ body: '{"test":2432232314}' }),
      () => check({ headers: { ...headers, 'webhook-id': 'msg_other' } }),
      () => check({ headers: { ...headers, 'webhook-timestamp': '1614265331' } }),
      () => check({ secrets: [other] }),
      () => check({ secrets: [] }),
      () => check({ headers: { ...headers, 'webhook-signature': '' } }),
    ];
    expect(refused.map(reasonOf)).toEqual(refused.map(() => 'no matching signature'));
  });

  it('does not believe a webhook more than five minutes away from now', () => {
    expect(reasonOf(() => check({ nowSeconds: timestampSeconds + 300 }))).toBe('believed');
    expect(reasonOf(() => check({ nowSeconds: timestampSeconds + 301 }))).toBe('too old');
    expect(reasonOf(() => check({ nowSeconds: timestampSeconds - 300 }))).toBe('believed');
    expect(reasonOf(() => check({ nowSeconds: timestampSeconds - 301 }))).toBe('too new');
  });

  it('asks for all three headers, and for a timestamp that is one', () => {
    const headers: Record<string, string> = signed([example.secret]);
    for (const name of Object.keys(headers)) {
      expect(reasonOf(() => check({ headers: { ...headers, [name]: undefined } }))).toBe('missing header');
      expect(reasonOf(() => check({ headers: { ...headers, [name]: ['a', 'b'] } }))).toBe('missing header');
    }
    for (const wrong of ['', 'now', '1e9', '-1', ' 1614265330', '0x60377d32']) {
      expect(reasonOf(() => check({ headers: { ...headers, 'webhook-timestamp': wrong } }))).toBe('invalid timestamp');
    }
  });
});

describe('the receiver in the documentation', () => {
  const guide = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8');
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(guide) ?? [];
  const receiver = import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(code)}`);

  it('believes what we sign, and nothing else', async () => {
    const { isGenuine } = await receiver;
    const headers = signed([other, example.secret]);
    expect(isGenuine(headers, body, example.secret, timestampSeconds)).toBe(true);
    expect(isGenuine(headers, `${body} `, example.secret, timestampSeconds)).toBe(false);
    expect(isGenuine(headers, body, secretOf(24), timestampSeconds)).toBe(false);
    expect(isGenuine(headers, body, example.secret, timestampSeconds + 301)).toBe(false);
    expect(isGenuine({ ...headers, 'webhook-timestamp': 'x' }, body, example.secret, timestampSeconds)).toBe(false);
  });
});
