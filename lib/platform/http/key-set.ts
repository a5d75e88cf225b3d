import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { createLocalJWKSet } from 'jose/jwks/local';
import type { Clock } from '../../instructions/ports.ts';

/** The issuer's keys cannot be had, so no token can be checked now. */
export class KeysUnreachable extends Error {
  readonly code = 'keys_unreachable';

  constructor(options: ErrorOptions) {
    super("the issuer's key set cannot be read", options);
    this.name = 'KeysUnreachable';
  }
}

/** Keys are asked for again after this time. */
const freshForMs = 600_000;
/** While the issuer does not answer, keys are trusted for this long: a key it has withdrawn must stop working some day. */
const trustedForMs = 3_600_000;
/** An unknown key, or a failed renewal, makes us ask again no sooner than this: forged tokens must not become requests. */
const cooldownMs = 30_000;

/**
 * The keys of an issuer, kept between requests. jose's own remote set is not used because it needs the global `Headers`,
 * and with it the built-in undici: 78 ms of every cold start for one request.
 *
 * @param fetchKeys gets the document of the key set
 */
export function issuerKeys(fetchKeys: () => Promise<unknown>, clock: Clock): JWTVerifyGetKey {
  let known: { find: ReturnType<typeof createLocalJWKSet>; fetchedAtMs: number } | undefined;
  let lastTriedAtMs = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | undefined;

  const age = () => (known ? clock.nowMs() - known.fetchedAtMs : Number.POSITIVE_INFINITY);
  const isCoolingDown = () => clock.nowMs() - lastTriedAtMs < cooldownMs;

  async function load(): Promise<void> {
    lastTriedAtMs = clock.nowMs();
    const find = createLocalJWKSet((await fetchKeys()) as JSONWebKeySet);
    known = { find, fetchedAtMs: clock.nowMs() };
  }

  async function renew(): Promise<void> {
    pending ??= load().finally(() => {
      pending = undefined;
    });
    await pending;
  }

  async function current() {
    const needsKeys = age() >= trustedForMs;
    if (needsKeys || (age() >= freshForMs && !isCoolingDown())) {
      await renew().catch((cause: unknown) => {
        if (needsKeys) throw new KeysUnreachable({ cause });
      });
    }
    return known as NonNullable<typeof known>;
  }

  return async (header, token) => {
    const { find } = await current();
    try {
      return await find(header, token);
    } catch (error) {
      const isUnknownKey = error instanceof Error && 'code' in error && error.code === 'ERR_JWKS_NO_MATCHING_KEY';
      if (!isUnknownKey || isCoolingDown()) throw error;
      await renew().catch((cause: unknown) => {
        throw new KeysUnreachable({ cause });
      });
      return await (known?.find ?? find)(header, token);
    }
  };
}
