import { ConfigurationError } from '../errors.ts';
import type { FunctionReporter } from '../reporter.ts';
import { errorBody, type HttpResponse, responseOf } from './answer.ts';
import { InvalidRequest } from './errors.ts';
import type { DoorMiddleware } from './visit.ts';

/**
 * Answers every error in the frame. What was thrown on purpose says its reason; anything else is a 500 `internal` that
 * tells the caller nothing and the log everything.
 */
export function errorFrame(reporter: Pick<FunctionReporter, 'info' | 'error'>): DoorMiddleware {
  return {
    onError: (request) => {
      request.response = frameOf(request.error, reporter);
    },
  };
}

function frameOf(error: unknown, reporter: Pick<FunctionReporter, 'info' | 'error'>): HttpResponse {
  if (error instanceof InvalidRequest) {
    const { status, reason, detail, headers } = error;
    if (status >= 500) reporter.error('request not served', { status, reason, error });
    else reporter.info('request refused', { status, reason, ...detail });
    return responseOf({ status, body: errorBody(status, reason, detail), headers });
  }
  reporter.error(error instanceof ConfigurationError ? error.message : 'request failed', { error });
  return responseOf({ status: 500, body: errorBody(500, 'internal') });
}
