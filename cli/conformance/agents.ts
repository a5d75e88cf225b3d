import { createECDH } from 'node:crypto';
import { ok, okWith } from './answers.ts';
import type { Api } from './api.ts';
import { base58, equal, fits, integer } from './expect.ts';
import { type Answer, exchange, type Json } from './raw-client.ts';

/**
 * The generator of BLS12-381's G2 in the order of the registration (x real, x imaginary, y real, y imaginary): a public
 * key that is a real point, for servers that look.
 */
const blsPublicKey =
  '024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8' +
  '13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e' +
  '0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801' +
  '0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be';

/** 49 bytes in the shape of a compressed point of G1 (its generator): what structural servers accept as a signature. */
export const someSignature =
  '0217f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb';

/** A Signing Agent that has begun its registration. */
export interface Registration {
  readonly id: string;
  readonly clientIdHex: string;
  readonly clientSecretHex: string;
}

/** The body of operation 47. */
export function initBody(name: string): Record<string, string> {
  const curve = createECDH('secp256k1');
  return { name, blsPublicKey, ecPublicKey: curve.generateKeys('hex', 'uncompressed') };
}

/** `RegisterInitResponse` (reference 10.4). */
export const initResponse = {
  id: base58,
  accountCode: base58,
  clientID: fits(/^([0-9a-f]{2})+$/),
  clientSecret: fits(/^04[0-9a-f]{192}$/),
  idDoc: fits(/^([0-9a-f]{2})+$/),
  timestamp: integer,
};

/** Begins a registration with the key of the checks. */
export async function begin(api: Api): Promise<Registration> {
  const body = okWith(await api.client.post('/coreclient/init', initBody(api.unique('agent'))), initResponse);
  return { id: body.id, clientIdHex: body.clientID, clientSecretHex: body.clientSecret };
}

/** A token in the shape of reference 10.5. The points are real ones; only servers that prove them refuse it. */
export function tokenOf(agent: Registration, atSeconds: number, change: object = {}): string {
  const point = Buffer.from(agent.clientSecretHex, 'hex').toString('base64');
  const id = Buffer.from(agent.clientIdHex, 'hex').toString('base64');
  return Buffer.from(JSON.stringify({ ID: id, ET: atSeconds, U: point, V: point, ...change })).toString('hex');
}

/** A call as the agent makes it: the token alone, no API key, no signature. */
export function asAgent(api: Api, agent: Registration, method: string, path: string, body?: object): Promise<Answer> {
  const headers = { 'x-api-zkp': tokenOf(agent, api.now) };
  return exchange(method, api.client.url(path), headers, body === undefined ? '' : JSON.stringify(body));
}

/** A registered agent. */
export async function register(api: Api): Promise<Registration> {
  const agent = await begin(api);
  ok(await asAgent(api, agent, 'POST', '/coreclient/finish', { idDocSignatureHex: someSignature }));
  return agent;
}

/** The messages an agent has to sign to approve. */
export async function messagesOf(api: Api, agent: Registration, actionId: string): Promise<string[]> {
  const { messages } = ok(await asAgent(api, agent, 'GET', `/coreclient/action/${actionId}`));
  equal(Array.isArray(messages) && messages.length > 0, true, 'there are messages');
  return messages;
}

/** Approves with as many signatures as there are messages. */
export function approve(api: Api, agent: Registration, actionId: string, messages: readonly Json[]): Promise<Answer> {
  const signatures = messages.map(() => someSignature);
  return asAgent(api, agent, 'PUT', `/coreclient/action/${actionId}`, { signatures });
}
