import { PartnerApiError } from '../partner-api/errors.ts';
import type { Reporter } from './ports.ts';

/** What the Partner API answers to whom it does not know or does not let in. */
const turnedAway: readonly (number | undefined)[] = [401, 403, 405];

/**
 * Raises `partner_api_refuses_us` for a key that is refused, or that cannot be had: no repetition mends either, and until a
 * person does nothing gets on.
 */
export function alarmWhenTurnedAway(
  report: Pick<Reporter, 'alarm'>,
  error: unknown,
  facts: Readonly<Record<string, unknown>> = {},
): void {
  if (!(error instanceof PartnerApiError)) return;
  const { status, code, reason, message } = error;
  if (turnedAway.includes(status) || code === 'credentials') {
    report.alarm('partner_api_refuses_us', { ...facts, status, code, reason: reason ?? message });
  }
}
