import type { Teller } from '../../webhooks/deliver.ts';
import { webhookPost } from '../../webhooks/post.ts';
import { webhookSecrets } from '../../webhooks/secrets.ts';
import { readSecretText, secretsManager } from '../aws/secrets.ts';
import { systemClock } from '../clock.ts';
import { type ClientConfig, clients } from '../config/clients.ts';
import { ownConcern } from '../config/load-concern.ts';
import { findClient } from '../config/lookup.ts';
import { environment } from '../environment.ts';
import { ConfigurationError } from '../errors.ts';
import { reporter } from '../reporter.ts';
import { door } from './door.ts';

let made: Teller | undefined;

/** What telling partners touches: the table, the queues, the webhook secrets, and their endpoints. */
export function teller(): Teller {
  made ??= {
    ...door(),
    post: webhookPost({ clock: systemClock, allowLoopback: environment.webhookAllowLoopback }),
    endpointsOf,
    secretsOf: webhookSecrets({
      read: () => readSecretText(secretsManager(), environment.webhookSecretId),
      clock: systemClock,
    }),
  };
  return made;
}

/** A client that is missing from the configuration has not been told: that is a mistake to mend, not the end of telling. */
function endpointsOf(id: string): ClientConfig['webhooks'] {
  const client = findClient({ clients: ownConcern('clients', clients) }, id);
  if (client !== undefined) return client.webhooks;
  reporter().alarm('client_not_configured', { clientId: id });
  throw new ConfigurationError(`config/clients.json: there is no client "${id}", who is still to be told`);
}
