import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loopback } from '../account.ts';
import type { LocalServer } from '../dynamodb.ts';
import { actions, type Body } from './actions.ts';
import { type SecretStore, SecretsManagerError } from './store.ts';

/** A secret holds at most 64 KB; a request is a little more. */
const maxRequestBytes = 256 * 1024;

/**
 * Serves the few calls of Secrets Manager that reading and rotating a key needs, on a free port of the loopback address:
 * CreateSecret, DescribeSecret, GetSecretValue, ListSecretVersionIds, PutSecretValue, UpdateSecretVersionStage. Any other
 * call is answered with `UnknownOperationException`. Nothing is encrypted and nobody is refused.
 */
export async function startSecretsManager(store: SecretStore): Promise<LocalServer> {
  const server = createServer((request, response) => {
    void answer(store, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, loopback, () => resolve());
  });
  return {
    endpoint: `http://${loopback}:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(store: SecretStore, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const operation = String(request.headers['x-amz-target'] ?? '').replace(/^secretsmanager\./, '');
    const action = Object.hasOwn(actions, operation) ? actions[operation] : undefined;
    if (!action) throw new SecretsManagerError('UnknownOperationException', `${operation} is not served locally`);
    send(response, 200, action(store, await readBody(request)));
  } catch (error) {
    if (error instanceof SecretsManagerError) {
      send(response, 400, { __type: error.type, message: error.message, Message: error.message });
    } else {
      // A fault of this server; the text could quote a secret, so it stays here.
      send(response, 500, { __type: 'InternalServiceError', message: 'An error occurred on the server side.' });
    }
  }
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > maxRequestBytes) throw new SecretsManagerError('ValidationException', 'the request is too large');
    chunks.push(chunk as Buffer);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
  } catch {
    throw new SecretsManagerError('SerializationException', 'the body is not JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new SecretsManagerError('SerializationException', 'the body is not a JSON object');
  }
  return body as Body;
}

function send(response: ServerResponse, status: number, body: Body): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': randomUUID(),
  });
  response.end(JSON.stringify(body));
}
