/** What a command may touch; tests put their own in its place. */
export interface Io {
  /** One line on standard output: results only, so that a program can read it. */
  out(line: string): void;
  /** One line on standard error: everything said to a person. */
  err(line: string): void;
  env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

/** What the exit codes mean; they are part of the interface. */
export const exitCodes = {
  /** Done. */
  ok: 0,
  /** The Partner API refused it (400, 404, 409): nothing happened, and asking again will not help. */
  refused: 1,
  /** Wrong usage: a missing option, an unreadable file, a malformed value. Nothing was sent. */
  usage: 2,
  /** It failed, and the message says whether it surely had no effect or may have had it. */
  failed: 3,
} as const;

/** The command was called wrongly; the message names the option. */
export class UsageError extends Error {
  readonly code = 'usage';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}
