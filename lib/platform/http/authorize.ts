import type { Config } from '../config/concerns.ts';
import { findClient } from '../config/lookup.ts';
import { addFacts } from '../invocation.ts';
import type { Authenticate } from './authenticate.ts';
import { InvalidRequest } from './errors.ts';
import type { DoorMiddleware } from './visit.ts';

/** Lets in who has a valid token, and `scope` in it when the door asks for one (else 403 `scope`). */
export function authorization(authenticate: () => Authenticate, scope: string | undefined): DoorMiddleware {
  return {
    before: async ({ event: visit }) => {
      const caller = await authenticate()(visit.headers['authorization']);
      addFacts({ clientId: caller.subject });
      visit.caller = caller;
      if (scope !== undefined && !caller.scopes.includes(scope)) throw missingScope(scope);
    },
  };
}

/** Finds the caller's configuration; 403 `unknown client` for a token whose subject has none. */
export function clientLookup(config: () => Pick<Config, 'clients'>): DoorMiddleware {
  return {
    before: ({ event: visit }) => {
      const client = findClient(config(), visit.caller?.subject ?? '');
      if (client === undefined) throw new InvalidRequest(403, 'unknown client', 'authorization');
      visit.client = client;
    },
  };
}

function missingScope(scope: string): InvalidRequest {
  const challenge = `Bearer realm="qredo-functions", error="insufficient_scope", scope="${scope}"`;
  return new InvalidRequest(403, 'scope', 'authorization', {
    detail: { scope },
    headers: { 'www-authenticate': challenge },
  });
}
