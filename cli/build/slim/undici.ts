// @ts-expect-error undici has types for its entry point only.
import request from 'undici/lib/api/api-request.js';
// @ts-expect-error
import buildConnector from 'undici/lib/core/connect.js';
// @ts-expect-error
import Agent from 'undici/lib/dispatcher/agent.js';
// @ts-expect-error
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';

/**
 * Bundled in place of `undici`: what our HTTP goes through, without `fetch`, web sockets, proxies, caches and mocks, which
 * are half of the package and would be read at every cold start of a worker. A function that imports anything else of
 * undici does not build; the entry point of undici puts its requests on the dispatcher in the same way.
 */
Object.assign(Dispatcher.prototype, { request });

export { Agent, buildConnector };
