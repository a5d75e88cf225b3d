import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { jwtVerify } from 'jose/jwt/verify';
import type { Clock } from '../../instructions/ports.ts';
import { InvalidRequest } from './errors.ts';
import { KeysUnreachable } from './key-set.ts';

/** Who calls, as the token says. */
export interface Caller {
  /** The token's subject: the id of a client in the configuration. */
  readonly subject: string;
  readonly scopes: readonly string[];
}

/** Finds out who calls from the `authorization` header, or throws an `InvalidRequest`. */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

/** What tokens are checked against. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JWTVerifyGetKey;
  readonly clock: Clock;
}

/** Signatures that only the issuer can make. Neither `none` nor a shared secret is among them. */
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'];
/** Issuer and we may disagree on the time by this much. */
const clockToleranceSeconds = 5;
const longestToken = 8_192;
const longestSubject = 255;

/**
 * Checks bearer tokens: signature, issuer, audience, expiry, not-before, and a subject. 401 with `missing token`, `invalid
 * token` or `token expired`; 503 while the issuer's keys cannot be had.
 */
export function tokenAuthentication({ issuer, audience, keys, clock }: TokenRules): Authenticate {
  return async (authorization) => {
    const token = bearerToken(authorization);
    const options = {
      issuer,
      audience,
      algorithms,
      requiredClaims: ['exp', 'sub'],
      clockTolerance: clockToleranceSeconds,
      currentDate: new Date(clock.nowMs()),
    };
    const verified = await jwtVerify(token, keys, options).catch((cause: unknown) => {
      throw refusalOf(cause);
    });
    return callerOf(verified.payload);
  };
}

function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '') throw unauthorized('missing token');
  const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(authorization) ?? [];
  if (token === undefined || token.length > longestToken) throw unauthorized('invalid token');
  return token;
}

function callerOf(payload: JWTPayload): Caller {
  const { sub } = payload;
  if (typeof sub !== 'string' || sub === '' || sub.length > longestSubject) throw unauthorized('invalid token');
  return { subject: sub, scopes: [...words(payload['scope']), ...words(payload['scp'])] };
}

/** Scopes come as one text (RFC 8693) or, from some issuers, as a list. */
function words(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((word) => word !== '');
  return Array.isArray(claim) ? claim.filter((word) => typeof word === 'string') : [];
}

function refusalOf(cause: unknown): InvalidRequest {
  if (cause instanceof KeysUnreachable) {
    return new InvalidRequest(503, 'tokens cannot be checked', undefined, { cause, headers: { 'retry-after': '5' } });
  }
  const isExpired = cause instanceof Error && 'code' in cause && cause.code === 'ERR_JWT_EXPIRED';
  return unauthorized(isExpired ? 'token expired' : 'invalid token', cause);
}

function unauthorized(reason: 'missing token' | 'invalid token' | 'token expired', cause?: unknown): InvalidRequest {
  const error = reason === 'missing token' ? '' : `, error="invalid_token", error_description="${reason}"`;
  const headers = { 'www-authenticate': `Bearer realm="qredo-functions"${error}` };
  return new InvalidRequest(401, reason, 'authorization', { headers, ...(cause === undefined ? {} : { cause }) });
}
