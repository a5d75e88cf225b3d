import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../../../lib/platform/environment.ts';
import { ConfigurationError } from '../../../lib/platform/errors.ts';

describe('the environment of a function', () => {
  it('is read setting by setting: only what is asked for must be there', () => {
    const environment = readEnvironment({ TABLE_NAME: ' instructions ' });
    expect(environment.tableName).toBe('instructions');
    expect(() => environment.submitQueueUrl).toThrow(ConfigurationError);
  });

  it('says which variable is missing, what it is, and where to set it', () => {
    const environment = readEnvironment({ AWS_LAMBDA_FUNCTION_NAME: 'create-transfer', TABLE_NAME: '' });
    expect(() => environment.tableName).toThrow(
      'TABLE_NAME is not set: it is the name of the DynamoDB table. Set it under "environment" of the function "create-transfer" in serverless.yml.',
    );
  });

  it('takes http and https URLs, and never shows one that it refuses', () => {
    for (const url of ['https://sqs.eu-west-1.amazonaws.com/1/q', 'http://127.0.0.1:4010/v1']) {
      expect(readEnvironment({ PARTNER_API_BASE_URL: url }).partnerApiBaseUrl).toBe(url);
    }
    for (const url of ['sqs', 'ftp://example.com', 'https://user:hunter2@example.com']) {
      const environment = readEnvironment({ PARTNER_API_BASE_URL: url });
      expect(() => environment.partnerApiBaseUrl).toThrow(
        /^PARTNER_API_BASE_URL is not an http or https URL(?!.*hunter2)/,
      );
    }
  });

  it('allows loopback for webhooks only by the one word', () => {
    const words = ['true', 'TRUE', '1', 'yes', '', undefined];
    const allowed = words.map((word) => readEnvironment({ WEBHOOK_ALLOW_LOOPBACK: word }).webhookAllowLoopback);
    expect(allowed).toEqual([true, false, false, false, false, false]);
  });

  it('logs at info unless it is told one of the known levels', () => {
    expect(readEnvironment({}).logLevel).toBe('info');
    expect(readEnvironment({ LOG_LEVEL: 'DEBUG' }).logLevel).toBe('debug');
    const environment = readEnvironment({ LOG_LEVEL: 'loud' });
    expect(() => environment.logLevel).toThrow('LOG_LEVEL is "loud", not one of trace, debug');
  });

  it('is documented, every variable of it', () => {
    const text = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
    const names = [
      ...text('lib/platform/environment.ts').matchAll(/(?:text|url)\('([A-Z_]+)'\)|source\['([A-Z_]+)'\]/g),
    ]
      .map(([, required, optional]) => required ?? optional)
      .filter((name) => name !== 'AWS_LAMBDA_FUNCTION_NAME');
    expect(names.length).toBeGreaterThan(15);
    const guide = text('docs/configuration.md');
    expect(names.filter((name) => !guide.includes(`\`${name}\``))).toEqual([]);
  });
});
