/**
 * The embedded AWS: DynamoDB, SQS and Secrets Manager in process, and the runner that drives the functions of
 * `serverless.yml`. `docs/local-run.md` says what it does and what it does not do.
 */
export {
  DataFolderBusyError,
  HandlerImportError,
  LocalAwsError,
  ServerlessFileError,
  TableShapeError,
  UnknownNameError,
} from './errors.ts';
export type { Invocation, Outcome, Trigger } from './invoke.ts';
export { holdDataFolder } from './level-store.ts';
export type { LocalAws } from './local-aws.ts';
export { type LocalAwsOptions, startLocalAws } from './start.ts';
