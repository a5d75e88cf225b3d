/** Something the operator set is missing or wrong. The message names the setting and where it stands, never a secret. */
export class ConfigurationError extends Error {
  readonly code = 'configuration';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfigurationError';
  }
}
