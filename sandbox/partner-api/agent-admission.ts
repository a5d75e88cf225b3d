import { type OnePassProof, proves } from '../../lib/signing-agent/curve/index.ts';
import { headerOf, type SignedRequest } from './authentication.ts';
import { ApiError } from './errors.ts';
import type { Account, CoreClient } from './model.ts';
import { masterSecret } from './signing-keys.ts';
import type { World } from './world.ts';

/** Who was let in: an account, with the nonce to store if one was used; or an agent, with its account. */
export interface Admitted {
  readonly account: Account;
  readonly agent: CoreClient | undefined;
  readonly nonce: bigint | undefined;
}

/** Longer than any genuine token; one that is longer is not even decoded. */
const longestHeader = 4096;

const refusal = (reason: string) => new ApiError(401, reason, { msg: 'errPartnerAuth' });

/** The header an agent proves itself with; the spec misspells it for one operation (K36). */
export function proofHeader(request: Pick<SignedRequest, 'headers'>): string | undefined {
  return headerOf(request, 'x-api-zkp') ?? headerOf(request, 'x-api-xkp');
}

/** Whether a caller shows an agent's proof instead of an API key (9.1). */
export function isAgent(request: Pick<SignedRequest, 'headers'>): boolean {
  return headerOf(request, 'x-api-key') === undefined && proofHeader(request) !== undefined;
}

/**
 * Lets a Signing Agent in by its one-pass proof (10.5): the four members, a registered id, a fresh time and, where the
 * world is strict, the proof itself. 401 says what is wrong, 403 that the API key it was registered with is revoked.
 */
export function admitAgent(world: World, request: SignedRequest, windowSeconds: number): Admitted {
  const header = proofHeader(request);
  if (header === undefined) throw new ApiError(401, 'empty token');
  const token = decodeToken(header);
  const client = token === undefined ? undefined : world.agents.get(idOf(token.clientId));
  if (token === undefined || client?.agent?.clientId !== token.clientId) throw refusal('zkp');
  if (!client.account.enabled) throw new ApiError(403, 'api key');
  if (Math.abs(world.nowSeconds - token.proof.timeSeconds) > windowSeconds) throw refusal('timestamp');
  if (world.settings.strictAgents && !proves(Buffer.from(token.clientId), token.proof, masterSecret(world))) {
    throw refusal('zkp');
  }
  return { account: client.account, agent: client, nonce: undefined };
}

function decodeToken(header: string): { clientId: string; proof: OnePassProof } | undefined {
  if (header.length > longestHeader || !/^(?:[0-9a-f]{2})+$/i.test(header)) return undefined;
  const members = objectIn(Buffer.from(header, 'hex').toString('utf8'));
  const { ID: id, ET: timeSeconds, U: u, V: v } = members ?? {};
  if (typeof timeSeconds !== 'number' || !Number.isSafeInteger(timeSeconds)) return undefined;
  if (typeof id !== 'string' || typeof u !== 'string' || typeof v !== 'string') return undefined;
  if (u === '' || v === '') return undefined;
  const bytes = (text: string) => Buffer.from(text, 'base64');
  return { clientId: bytes(id).toString('utf8'), proof: { timeSeconds, u: bytes(u), v: bytes(v) } };
}

function idOf(clientId: string): string {
  const id = objectIn(clientId)?.['id'];
  return typeof id === 'string' ? id : '';
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
