/**
 * Bundled in place of the AWS SDK's reader of `~/.aws/config` and `~/.aws/credentials`. Lambda has neither; each client of
 * each cold start would look for both.
 */
export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });

/** What the SDK's own file exports besides. */
export const CONFIG_PREFIX_SEPARATOR = '.';
