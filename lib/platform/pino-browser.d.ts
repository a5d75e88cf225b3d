/** The part of pino without worker threads and streams, which brings no types of its own. */
declare module 'pino/browser.js' {
  import type { Logger, LoggerOptions } from 'pino';

  const pino: {
    (options: LoggerOptions): Logger;
    readonly stdTimeFunctions: { readonly isoTime: () => string };
  };
  export default pino;
}
