import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { loopback } from '../account.ts';
import type { Invoker, LoadedFunction } from '../invoke.ts';
import type { HttpTrigger } from '../template/events.ts';
import { httpEvent } from './http-event.ts';
import { gatewayAnswer, type HttpAnswer, httpAnswer } from './http-response.ts';

/** The running HTTP API. */
export interface HttpApi {
  port: number;
  /** The wished port was taken and another one is used. */
  portWasBusy: boolean;
  /** Takes no more requests; ends when those under way are answered. */
  stop(): Promise<void>;
  /** Cuts what connections are left. */
  cut(): void;
}

/** An HTTP API takes at most 10 MB and waits at most 30 s. */
const maxBodyBytes = 10 * 1024 * 1024;
const defaultIntegrationTimeoutMs = 30_000;

/** A route and the function behind it. */
export interface Route extends HttpTrigger {
  target: LoadedFunction;
}

/**
 * Serves all `httpApi` events of the functions as one API Gateway HTTP API, on `port` of the loopback address or, when
 * that is taken, on a free one.
 */
export async function startHttpApi(options: {
  routes: readonly Route[];
  invoker: Invoker;
  port: number;
  integrationTimeoutMs?: number | undefined;
}): Promise<HttpApi> {
  const integrationTimeoutMs = options.integrationTimeoutMs ?? defaultIntegrationTimeoutMs;
  const serve = (route: Route) => async (request: FastifyRequest, reply: FastifyReply) => {
    const answer = await invokeWithin(integrationTimeoutMs, options.invoker, route, eventFor(route, request));
    return sendAnswer(reply, answer);
  };
  const app = createServer();
  for (const route of options.routes.filter(({ path }) => path !== '$default')) {
    const method = methodsOf(route, options.routes, app.supportedMethods);
    app.route({ method, url: routerPath(route.path), handler: serve(route) });
  }
  const fallback = options.routes.find(({ path }) => path === '$default');
  app.setNotFoundHandler(
    fallback ? serve(fallback) : (_request, reply) => sendAnswer(reply, gatewayAnswer(404, 'Not Found')),
  );
  let stopping = false;
  app.addHook('onSend', async (_request, reply) => {
    // A connection kept alive would keep the server from ending long after its last answer.
    if (stopping) reply.header('connection', 'close');
  });
  const portWasBusy = await listen(app, options.port);
  return {
    port: (app.server.address() as AddressInfo).port,
    portWasBusy,
    stop: () => {
      stopping = true;
      return app.close();
    },
    cut: () => app.server.closeAllConnections(),
  };
}

function createServer(): FastifyInstance {
  const app = Fastify({
    bodyLimit: maxBodyBytes,
    // API Gateway has no HEAD route unless one is written down, and reads paths to the letter.
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 4096 },
    // A target that cannot be decoded never reaches a route.
    frameworkErrors: (_error, _request, reply) => void sendAnswer(reply, gatewayAnswer(400, 'Bad Request')),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
    const tooLarge = error.statusCode === 413;
    const answer = tooLarge ? gatewayAnswer(413, 'Request Entity Too Large') : gatewayAnswer(400, 'Bad Request');
    return sendAnswer(reply, answer);
  });
  return app;
}

/** Listens on the wished port, or on a free one. True when the wished one was taken. */
async function listen(app: FastifyInstance, port: number): Promise<boolean> {
  try {
    await app.listen({ port, host: loopback });
    return false;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port === 0) throw error;
    await app.listen({ port: 0, host: loopback });
    return true;
  }
}

/** `ANY` is every method that no other route on the same path has for itself. */
function methodsOf({ method, path }: HttpTrigger, routes: readonly HttpTrigger[], all: readonly string[]): string[] {
  if (method !== 'ANY') return [method];
  const taken = routes.filter((other) => other.path === path).map((other) => other.method);
  return all.filter((candidate) => !taken.includes(candidate));
}

const parameter = /\{([^}+]+)(\+?)\}/g;

/**
 * `/instructions/{id}` as the router writes it. Parameters are numbered, since their names in API Gateway may hold
 * characters that end a name in the router; a greedy `{proxy+}` is its wildcard.
 */
function routerPath(path: string): string {
  let count = 0;
  return path.replaceAll(':', '::').replace(parameter, (_whole, _name, greedy: string) => {
    count += 1;
    return greedy ? '*' : `:p${count}`;
  });
}

function pathParameters(path: string, values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    [...path.matchAll(parameter)].map(([, name, greedy], index) => [
      name,
      values[greedy ? '*' : `p${index + 1}`] ?? '',
    ]),
  );
}

function eventFor(route: Route, request: FastifyRequest) {
  const isDefault = route.path === '$default';
  return httpEvent({
    method: request.method,
    target: request.raw.url ?? '/',
    rawHeaders: request.raw.rawHeaders,
    body: Buffer.isBuffer(request.body) ? request.body : undefined,
    sourceIp: request.ip,
    protocol: `HTTP/${request.raw.httpVersion}`,
    port: request.socket.localPort ?? 0,
    routeKey: isDefault ? '$default' : `${route.method} ${route.path}`,
    pathParameters: isDefault ? {} : pathParameters(route.path, request.params as Record<string, string>),
    nowMs: Date.now(),
  });
}

/** The gateway stops waiting after its own limit; the function goes on until its own. */
async function invokeWithin(limitMs: number, invoker: Invoker, { target }: Route, event: unknown): Promise<HttpAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined);
  });
  const invocation = await Promise.race([invoker.invoke(target, 'http', event), tooLate]);
  clearTimeout(timer);
  if (!invocation || invocation.outcome === 'throttled') return gatewayAnswer(503, 'Service Unavailable');
  if (invocation.outcome !== 'ok') return gatewayAnswer(500, 'Internal Server Error');
  return httpAnswer(invocation.result);
}

function sendAnswer(reply: FastifyReply, answer: HttpAnswer): FastifyReply {
  reply.code(answer.statusCode).headers(answer.headers).header('apigw-requestid', randomUUID());
  if (answer.cookies.length > 0) reply.header('set-cookie', answer.cookies);
  return reply.send(answer.body);
}
