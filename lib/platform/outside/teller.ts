import type { Teller } from '../../webhooks/deliver.ts';
import { webhookPost } from '../../webhooks/post.ts';
import { webhookSecrets } from '../../webhooks/secrets.ts';
import { readSecretText, secretsManager } from '../aws/secrets.ts';
import { systemClock } from '../clock.ts';
import { clients } from '../config/clients.ts';
import { ownConcern } from '../config/load-concern.ts';
import { findClient } from '../config/lookup.ts';
import { environment } from '../environment.ts';
import { door } from './door.ts';

let made: Teller | undefined;

/** What telling partners touches: the table, the queues, the webhook secrets, and their endpoints. */
export function teller(): Teller {
  made ??= {
    ...door(),
    post: webhookPost({ clock: systemClock, allowLoopback: environment.webhookAllowLoopback }),
    endpointsOf: (client) => findClient({ clients: ownConcern('clients', clients) }, client)?.webhooks ?? [],
    secretsOf: webhookSecrets({
      read: () => readSecretText(secretsManager(), environment.webhookSecretId),
      clock: systemClock,
    }),
  };
  return made;
}
