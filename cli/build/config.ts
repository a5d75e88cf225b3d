import { join } from 'node:path';
import { assembleConfig } from '../../lib/platform/config/assemble.ts';

/**
 * The document that goes beside each bundle as `config.json`, out of the project's `config/`.
 *
 * @throws ConfigurationError that tells every problem with its file and path: nothing is packaged with a configuration
 * that a function would refuse at its first start.
 */
export function readConfigText(root: string): string {
  return `${JSON.stringify(assembleConfig(join(root, 'config')))}\n`;
}
