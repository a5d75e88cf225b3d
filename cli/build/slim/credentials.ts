import { fromEnv } from '@aws-sdk/credential-provider-env';

/**
 * Bundled in place of `@aws-sdk/credential-provider-node`. Lambda hands a function the credentials of its role in the
 * environment, and nowhere else; to look for them in profiles, single sign-on and instance metadata is a fifth of a
 * bundle, which every cold start would have to read.
 */
export const defaultProvider = () => fromEnv();
