import { InvalidRequestError } from './errors.ts';

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The base URL without a slash at its end, e.g. `https://api.qredo.network/api/v1/p`. Plain `http` is for loopback only
 * (reference 1.3).
 * @throws {InvalidRequestError} for anything that is no such URL.
 */
export function parseBaseUrl(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (url === null) throw new InvalidRequestError('baseUrl is not a URL');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback.test(url.hostname))) {
    throw new InvalidRequestError('baseUrl must be https; plain http is for loopback only');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new InvalidRequestError('baseUrl must hold no user, query or fragment');
  }
  return url.href.replace(/\/+$/, '');
}

/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | bigint | undefined>>;

/**
 * The one string that is both signed and called (reference 2.2). Values are percent-escaped, a space as `%20`, in the
 * order given; `new URL().href` settles the rest, so that no later step changes it.
 * @throws {InvalidRequestError} for a path that leads out of the base URL.
 */
export function buildUrl(base: string, path: string, query: Query = {}): string {
  const parameters = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = parameters.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
  const { href } = new URL(search === '' ? base + path : `${base}${path}?${search}`);
  if (!href.startsWith(`${base}/`) || href.includes('#')) {
    throw new InvalidRequestError('the path leads out of the base URL, or holds a fragment');
  }
  return href;
}

/** The same place as a feed: `wss`, or `ws` on loopback (reference 2.2). */
export function feedUrl(base: string, path: string): string {
  return buildUrl(base, path).replace(/^http/, 'ws');
}

/**
 * A feed's address that came from elsewhere, as its canonical text: `wss`, or `ws` on loopback.
 * @throws {InvalidRequestError} for anything else.
 */
export function parseFeedUrl(feedUrl: string): string {
  const url = URL.parse(feedUrl);
  const secure = url?.protocol === 'wss:' || (url?.protocol === 'ws:' && loopback.test(url.hostname));
  if (url === null || !secure) throw new InvalidRequestError('feedUrl must be wss; plain ws is for loopback only');
  return url.href;
}

/**
 * A path from a template, each value percent-escaped.
 * @throws {InvalidRequestError} for an empty value, or one a URL would read as a step (`.`, `..`): the call would go to
 * another operation than the one meant.
 */
export function path(segments: TemplateStringsArray, ...values: string[]): string {
  return segments.reduce((whole, segment, index) => `${whole}${escaped(values[index - 1])}${segment}`);
}

function escaped(value: string | undefined): string {
  if (typeof value !== 'string' || value === '' || value === '.' || value === '..') {
    throw new InvalidRequestError('an id in the path is empty or not an id');
  }
  return encodeURIComponent(value);
}
