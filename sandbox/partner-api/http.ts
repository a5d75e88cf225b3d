import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { originsOf } from './authentication.ts';
import { errorFrame, statusText } from './errors.ts';
import type { Handshake } from './feeds/sockets.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import type { Sandbox } from './sandbox.ts';

/** Where the Partner API lives below the server's root (1.1), and where the control surface does (Appendix B). */
export const basePath = '/api/v1/p';
/** The control surface's path. */
export const controlPath = '/_sandbox';

/** What the HTTP layer needs besides the sandbox. */
export interface HttpOptions {
  readonly tls: { cert: string | Buffer; key: string | Buffer } | undefined;
  /** Base URLs under which clients may have signed, tried before the `Host` header (2.6). */
  readonly publicBaseUrls: readonly string[];
  readonly trustForwarded: boolean;
  /** How long a request may take to arrive, head and body, before it is answered with 408. */
  readonly requestTimeoutMs: number;
}

const bodyLimitBytes = 1024 * 1024;
const anyContent = 'application/octet-stream';
const jsonContent = 'application/json; charset=utf-8';
const noBytes = Buffer.alloc(0);

/**
 * The sandbox behind Fastify. There is one route: the sandbox has its own router over the raw request target, because
 * the target is signed as it came, and because direct entry must route in the very same way.
 */
export function buildHttpServer(sandbox: Sandbox, options: HttpOptions): FastifyInstance {
  const date = dateOf(sandbox);
  const app = Fastify({
    bodyLimit: bodyLimitBytes,
    requestTimeout: options.requestTimeoutMs,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    rewriteUrl: () => '/',
    clientErrorHandler: (error: NodeJS.ErrnoException, socket: Socket) => answerBrokenRequest(error, socket, date),
    frameworkErrors: (error: FastifyError, _request: unknown, reply: FastifyReply) => refuse(reply, error, date),
    ...serverOptions(sandbox, options),
  } as object) as unknown as FastifyInstance;
  app.removeAllContentTypeParsers();
  // The content type is never looked at (1.4): every body comes under this one, whose parser is found at once.
  app.addContentTypeParser(anyContent, { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = anyContent;
    done();
  });
  const inTurn = createTurn();
  const handle = (request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack();
    inTurn(() =>
      deliver(
        reply.raw,
        safely(() => dispatch(sandbox, options, request)),
        date,
      ),
    );
  };
  app.all('/', handle);
  app.setNotFoundHandler(handle);
  app.setErrorHandler((error: FastifyError, _request, reply) => refuse(reply, error, date));
  listenForOddities(app, date);
  return app;
}

/** The `Date` header by the sandbox's clock: clients that correct their own by it follow when it is moved. */
function dateOf(sandbox: Sandbox): () => string {
  let seconds = Number.NaN;
  let text = '';
  return () => {
    const now = Math.floor(sandbox.clock.nowMs() / 1000);
    if (now !== seconds) {
      seconds = now;
      text = new Date(now * 1000).toUTCString();
    }
    return text;
  };
}

/** What upgrades are checked and refused with; everything else that asks for one is answered as if it had not. */
export function handshakeOf(sandbox: Sandbox, options: HttpOptions): Handshake {
  const date = dateOf(sandbox);
  return {
    open(request) {
      const rawTarget = request.url ?? '';
      const target = pathAndQuery(rawTarget).slice(basePath.length);
      return sandbox.openFeed({ method: 'GET', target }, signedRequest(request, rawTarget, '', options));
    },
    refuse: (socket, outcome) => endWithOutcome(socket, outcome, date),
    refuseMalformed: (socket) => endWithFrame(socket, 400, date),
  };
}

function isFeedUpgrade(sandbox: Sandbox, request: IncomingMessage): boolean {
  const target = pathAndQuery(request.url ?? '');
  const [path = ''] = target.slice(basePath.length).split('?');
  const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
  return isWebSocket && isBelow(target, basePath) && sandbox.isFeed(request.method ?? '', path);
}

function serverOptions(sandbox: Sandbox, { tls, requestTimeoutMs }: HttpOptions): object {
  // Node would answer a missing Host by itself, without the error frame; nothing here needs it.
  const checkMs = Math.min(1000, requestTimeoutMs);
  const limits = {
    headersTimeout: requestTimeoutMs,
    connectionsCheckingInterval: checkMs,
    requireHostHeader: false,
    // Some HTTP clients offer an upgrade to HTTP/2 with every request; they must get an ordinary answer.
    shouldUpgradeCallback: (request: IncomingMessage) => isFeedUpgrade(sandbox, request),
  };
  return tls === undefined ? { http: limits } : { https: { ...limits, ...tls, minVersion: 'TLSv1.2' } };
}

/** The sandbox never throws; whatever does (a wrong setting) must not take the rest of the turn with it. */
function safely(work: () => Outcome): Outcome {
  try {
    return work();
  } catch {
    return outcomeOf(500, errorFrame(500, 'internal'));
  }
}

function dispatch(sandbox: Sandbox, options: HttpOptions, request: FastifyRequest): Outcome {
  const rawTarget = request.originalUrl;
  const body = Buffer.isBuffer(request.body) ? request.body : noBytes;
  const target = pathAndQuery(rawTarget);
  if (isBelow(target, controlPath)) {
    if (!isLoopback(request.raw.socket)) return outcomeOf(403, errorFrame(403, 'loopback only'));
    return sandbox.control({ method: request.method, target: target.slice(controlPath.length), body });
  }
  if (!isBelow(target, basePath)) return outcomeOf(404, errorFrame(404, 'url'));
  const call = { method: request.method, target: target.slice(basePath.length), body };
  return sandbox.callSigned(call, signedRequest(request.raw, rawTarget, body, options));
}

/** A request as the signature check wants it. Upgrades (feeds) sign a `wss` URL. */
export function signedRequest(
  raw: IncomingMessage,
  rawTarget: string,
  body: Uint8Array | string,
  options: HttpOptions,
) {
  const { publicBaseUrls, trustForwarded, tls } = options;
  const headers: IncomingHttpHeaders = raw.headers;
  const isUpgrade = headers.upgrade?.toLowerCase() === 'websocket';
  const origins = originsOf({ publicBaseUrls, trustForwarded, headers, isTls: tls !== undefined, isUpgrade });
  return { headers, rawTarget, origins, body };
}

/** The path and query of a request target, also of one in absolute form. */
export function pathAndQuery(rawTarget: string): string {
  return rawTarget.startsWith('/') ? rawTarget : rawTarget.replace(/^\w+:\/\/[^/?#]*/, '');
}

function isBelow(target: string, base: string): boolean {
  return target.startsWith(base) && ['/', '?', undefined].includes(target[base.length]);
}

function isLoopback(socket: Socket): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
}

/**
 * Carries out what came in one turn of the event loop together at its end, in the order it came. A signature takes half as
 * long to verify right after another one as between the parsing of two requests (25 and 51 µs measured on one core).
 */
function createTurn(): (work: () => void) => void {
  let waiting: (() => void)[] = [];
  const run = () => {
    const batch = waiting;
    waiting = [];
    for (const work of batch) work();
  };
  return (work) => {
    if (waiting.push(work) === 1) setImmediate(run);
  };
}

/** The answer of the sandbox, past Fastify's own sending: there is nothing left to serialize, and some are not to arrive. */
function deliver(response: ServerResponse, outcome: Outcome, date: () => string): void {
  if (outcome.delayMs === 0) {
    sendRaw(response, outcome, date);
    return;
  }
  const late = setTimeout(() => sendRaw(response, outcome, date), outcome.delayMs);
  response.once('close', () => clearTimeout(late));
}

/** What Fastify refuses goes its way: it knows what is to become of the rest of the request. */
function refuse(reply: FastifyReply, error: FastifyError, date: () => string): FastifyReply {
  const { status, body } = frameworkOutcome(error);
  return reply.code(status).header('date', date()).header('content-type', jsonContent).send(body);
}

function sendRaw(response: ServerResponse, outcome: Outcome, date: () => string): void {
  if (outcome.dropped) {
    response.socket?.destroy();
    return;
  }
  const { status, headers, body } = outcome;
  const length = Buffer.byteLength(body);
  response.writeHead(status, { ...headers, date: date(), 'content-type': jsonContent, 'content-length': length });
  // A text goes out in one piece with the head; bytes would go in two.
  if (!outcome.cut) response.end(body);
  else response.write(Buffer.from(body).subarray(0, length >> 1), () => response.socket?.destroy());
}

/** What Fastify refuses by itself (too large, cut short, timed out) is the client's fault unless it says 5xx. */
function frameworkOutcome(error: FastifyError): Outcome {
  const status = error.statusCode ?? 500;
  const isClientFault = status >= 400 && status < 500;
  return isClientFault
    ? outcomeOf(status, errorFrame(status, 'invalid request'))
    : outcomeOf(500, errorFrame(500, 'internal'));
}

const parserStatuses: Record<string, number> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** Bytes that are no HTTP: the error frame, written by hand, and the end of the connection. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket, date: () => string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  endWithFrame(socket, parserStatuses[error.code ?? ''] ?? 400, date);
}

function endWithFrame(socket: Duplex, status: number, date: () => string): void {
  endWithOutcome(socket, outcomeOf(status, errorFrame(status, 'invalid request')), date);
}

/** An answer by hand on a bare socket, and its end: for what never becomes an HTTP request of Fastify's. */
function endWithOutcome(socket: Duplex, outcome: Outcome, date: () => string): void {
  if (outcome.dropped) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = outcome;
  const lines = Object.entries({
    ...headers,
    date: date(),
    'content-type': jsonContent,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const sent = outcome.cut ? body.slice(0, body.length >> 1) : body;
  const head = `HTTP/1.1 ${status} ${statusText(status)}\r\n${lines.join('')}\r\n`;
  socket.end(head + sent, () => socket.destroy());
}

/** What Node answers by itself, without a frame, unless somebody listens: `CONNECT` and odd expectations. */
function listenForOddities(app: FastifyInstance, date: () => string): void {
  app.server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    endWithOutcome(socket, outcomeOf(405, errorFrame(405), { allow: 'DELETE, GET, POST, PUT' }), date);
  });
  app.server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    app.server.emit('request', request, response);
  });
}
