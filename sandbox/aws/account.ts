/** The account every local ARN carries: the one `dynalite` and `fauxqs` use. */
export const localAccountId = '000000000000';

/** The address every local server listens on, so that nothing of this is reachable from another machine. */
export const loopback = '127.0.0.1';

/** The ARN of a local resource, such as `arn:aws:sqs:eu-west-1:000000000000:hints`. */
export function localArn(service: string, region: string, resource: string): string {
  return `arn:aws:${service}:${region}:${localAccountId}:${resource}`;
}
