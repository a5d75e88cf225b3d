/** What is wrong with a private key, as a stable word a program can switch on. */
export type SigningKeyProblem =
  | 'empty'
  | 'newlines_lost'
  | 'encrypted'
  | 'public_key'
  | 'certificate'
  | 'openssh'
  | 'not_rsa'
  | 'too_short'
  | 'not_a_pem'
  | 'unreadable';

/** The private key cannot be used. The message says why in plain words and never holds any of the key. */
export class SigningKeyError extends Error {
  readonly code = 'signing_key';
  /** Which of the known problems it is. */
  readonly problem: SigningKeyProblem;

  constructor(problem: SigningKeyProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SigningKeyError';
    this.problem = problem;
  }
}

/** The secret is missing or malformed. The message names the member that is wrong and never holds any content. */
export class SigningSecretError extends Error {
  readonly code = 'signing_secret';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SigningSecretError';
  }
}
