/**
 * Taken away while the embedded AWS runs: each could lead the SDK past the local endpoints, or to other credentials. With
 * `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` set, for one, the functions would talk to the real AWS.
 */
const removed = [
  'AWS_ACCOUNT_ID',
  'AWS_DEFAULT_REGION',
  'AWS_ENDPOINT_URL',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_USE_FIPS_ENDPOINT',
];

/** Sets variables of this process and takes away what would mislead the AWS SDK. Returns how to put it all back. */
export function applyEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = new Map<string, string | undefined>();
  for (const name of removed) {
    before.set(name, process.env[name]);
    delete process.env[name];
  }
  for (const [name, value] of Object.entries(variables)) {
    if (!before.has(name)) before.set(name, process.env[name]);
    process.env[name] = value;
  }
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
