/** The endpoint's URL, or an address its name stands for, is one that webhooks never go to. Nothing was sent. */
export class WebhookAddressRefused extends Error {
  readonly code = 'webhook_address_refused';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WebhookAddressRefused';
  }
}

/** The endpoint did not answer within the time. It may have received the webhook. */
export class WebhookTimeout extends Error {
  readonly code = 'webhook_timeout';

  constructor(timeoutMs: number, options?: ErrorOptions) {
    super(`the endpoint did not answer within ${timeoutMs} ms`, options);
    this.name = 'WebhookTimeout';
  }
}

/** No answer could be had from the endpoint: name, connection, TLS or HTTP failed. `cause` is what undici says. */
export class WebhookUnreachable extends Error {
  readonly code = 'webhook_unreachable';

  constructor(options: ErrorOptions) {
    super('the endpoint could not be reached', options);
    this.name = 'WebhookUnreachable';
  }
}
