/**
 * The base of every error the embedded AWS throws while it starts. `code` is stable and one per class.
 */
export class LocalAwsError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/**
 * `serverless.yml` says something that is wrong, or that the embedded AWS does not understand. `at` is the path of the
 * place in the file, such as `functions.dispatch-due.events[0].schedule`.
 */
export class ServerlessFileError extends LocalAwsError {
  readonly at: string;

  constructor(at: string, problem: string, options?: ErrorOptions) {
    super('serverless_file', `serverless.yml, ${at || 'top level'}: ${problem}`, options);
    this.at = at;
  }
}

/** A function's source file is missing, does not load, or does not export its handler. */
export class HandlerImportError extends LocalAwsError {
  constructor(functionName: string, problem: string, options?: ErrorOptions) {
    super('handler_import', `function ${functionName}: ${problem}`, options);
  }
}

/** The data folder holds a table of another shape than `serverless.yml` asks for. */
export class TableShapeError extends LocalAwsError {
  constructor(tableName: string, difference: string) {
    super(
      'table_shape',
      `the data folder holds the table ${tableName} with other ${difference} than serverless.yml: use another folder`,
    );
  }
}

/** Another process, or another embedded AWS of this one, has the data folder open. */
export class DataFolderBusyError extends LocalAwsError {
  constructor(folder: string, options?: ErrorOptions) {
    super('data_folder_busy', `the data folder ${folder} is in use by another run`, options);
  }
}

/** There cannot be such a data folder: it is a file, or may not be written. */
export class DataFolderUnusableError extends LocalAwsError {
  constructor(folder: string, cause: Error) {
    super('data_folder_unusable', `the data folder ${folder} cannot be used: ${cause.message}`, { cause });
  }
}

/** A name that no function, queue, table or secret of `serverless.yml` carries. */
export class UnknownNameError extends LocalAwsError {
  constructor(what: string, name: string, known: Iterable<string>) {
    super('unknown_name', `there is no ${what} ${name}; there are: ${[...known].sort().join(', ') || 'none'}`);
  }
}

/** The text of anything that was thrown, for a log line. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
