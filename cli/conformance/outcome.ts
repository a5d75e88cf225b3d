/** The server keeps a different promise than the one stated: `message` says what was expected and what came. */
export class UnmetError extends Error {
  readonly code = 'CONFORMANCE_UNMET';
  override readonly name = 'UnmetError';
}

/** The check cannot be carried out on this server; it is counted as skipped, neither passed nor failed. */
export class SkippedError extends Error {
  readonly code = 'CONFORMANCE_SKIPPED';
  override readonly name = 'SkippedError';
}
