import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, it, onTestFinished } from 'vitest';
import { startSecretsManager } from '../../../sandbox/aws/secrets-manager/server.ts';
import { SecretStore } from '../../../sandbox/aws/secrets-manager/store.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const region = 'eu-west-1';

async function start(file?: string): Promise<SecretsManagerClient> {
  const server = await startSecretsManager(new SecretStore({ region, file }));
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new SecretsManagerClient({ endpoint: server.endpoint, region, credentials, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await server.stop();
  });
  return client;
}

const read = (client: SecretsManagerClient, more: { VersionStage?: string; VersionId?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId: 'key', ...more }));

it('hands back what was put, by name and by ARN', async () => {
  const client = await start();
  const created = await client.send(new CreateSecretCommand({ Name: 'key', SecretString: 'one' }));
  expect(created.ARN).toMatch(/^arn:aws:secretsmanager:eu-west-1:000000000000:secret:key-\w{6}$/);
  for (const SecretId of ['key', created.ARN, created.ARN?.slice(0, -7)]) {
    const value = await client.send(new GetSecretValueCommand({ SecretId }));
    expect(value).toMatchObject({ Name: 'key', SecretString: 'one', VersionId: created.VersionId });
    expect(value.VersionStages).toEqual(['AWSCURRENT']);
    expect(value.CreatedDate).toBeInstanceOf(Date);
  }
});

it('keeps bytes as they are', async () => {
  const client = await start();
  const bytes = new Uint8Array([0, 255, 128, 10]);
  await client.send(new CreateSecretCommand({ Name: 'key', SecretBinary: bytes }));
  expect(new Uint8Array((await read(client)).SecretBinary ?? [])).toEqual(bytes);
});

it('goes through a rotation: a pending version, then current, then the old one is previous', async () => {
  const client = await start();
  const old = await client.send(new CreateSecretCommand({ Name: 'key', SecretString: 'old' }));
  const put = { SecretId: 'key', SecretString: 'new', VersionStages: ['AWSPENDING'] };
  const pending = await client.send(new PutSecretValueCommand({ ...put, ClientRequestToken: 'a'.repeat(32) }));
  expect((await read(client)).SecretString).toBe('old');
  expect((await read(client, { VersionStage: 'AWSPENDING' })).SecretString).toBe('new');
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: 'key',
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: pending.VersionId,
      RemoveFromVersionId: old.VersionId,
    }),
  );
  expect((await read(client)).SecretString).toBe('new');
  expect((await read(client, { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('old');
  expect((await read(client, { VersionId: old.VersionId as string })).SecretString).toBe('old');
  const { VersionIdsToStages: stages } = await client.send(new DescribeSecretCommand({ SecretId: 'key' }));
  expect(stages?.[old.VersionId as string]).toEqual(['AWSPREVIOUS']);
  expect(stages?.[pending.VersionId as string]?.sort()).toEqual(['AWSCURRENT', 'AWSPENDING']);
  await client.send(
    new UpdateSecretVersionStageCommand({
      SecretId: 'key',
      VersionStage: 'AWSPENDING',
      RemoveFromVersionId: pending.VersionId,
    }),
  );
  await expect(read(client, { VersionStage: 'AWSPENDING' })).rejects.toBeInstanceOf(ResourceNotFoundException);
});

it('keeps two rotations from crossing: a label moves only away from the version that holds it', async () => {
  const client = await start();
  await client.send(new CreateSecretCommand({ Name: 'key', SecretString: 'one' }));
  const two = await client.send(
    new PutSecretValueCommand({ SecretId: 'key', SecretString: 'two', VersionStages: ['X'] }),
  );
  const move = { SecretId: 'key', VersionStage: 'AWSCURRENT', MoveToVersionId: two.VersionId };
  const wrong = new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: two.VersionId });
  await expect(client.send(wrong)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  await expect(client.send(new UpdateSecretVersionStageCommand(move))).rejects.toMatchObject({
    name: 'InvalidParameterException',
  });
  expect((await read(client)).SecretString).toBe('one');
});

it('makes one version of a repeated call, and refuses another value under the same token', async () => {
  const client = await start();
  const token = 'b'.repeat(32);
  const create = new CreateSecretCommand({ Name: 'key', SecretString: 'one', ClientRequestToken: token });
  await client.send(create);
  await client.send(create);
  const put = { SecretId: 'key', ClientRequestToken: token };
  await client.send(new PutSecretValueCommand({ ...put, SecretString: 'one' }));
  const listed = await client.send(new ListSecretVersionIdsCommand({ SecretId: 'key' }));
  expect(listed.Versions).toHaveLength(1);
  await expect(client.send(new PutSecretValueCommand({ ...put, SecretString: 'two' }))).rejects.toBeInstanceOf(
    ResourceExistsException,
  );
  await expect(client.send(new CreateSecretCommand({ Name: 'key', SecretString: 'x' }))).rejects.toBeInstanceOf(
    ResourceExistsException,
  );
});

it('lists versions without a label only when asked', async () => {
  const client = await start();
  for (const value of ['one', 'two', 'three']) {
    if (value === 'one') await client.send(new CreateSecretCommand({ Name: 'key', SecretString: value }));
    else await client.send(new PutSecretValueCommand({ SecretId: 'key', SecretString: value }));
  }
  const count = async (IncludeDeprecated: boolean) =>
    (await client.send(new ListSecretVersionIdsCommand({ SecretId: 'key', IncludeDeprecated }))).Versions?.length;
  expect(await count(false)).toBe(2);
  expect(await count(true)).toBe(3);
});

it('answers with the exceptions of the API', async () => {
  const client = await start();
  await expect(read(client)).rejects.toBeInstanceOf(ResourceNotFoundException);
  await client.send(new CreateSecretCommand({ Name: 'key' }));
  await expect(read(client)).rejects.toThrow(/staging label: AWSCURRENT/);
  await expect(client.send(new PutSecretValueCommand({ SecretId: 'key' }))).rejects.toMatchObject({
    name: 'InvalidRequestException',
  });
  await expect(client.send(new ListSecretsCommand({}))).rejects.toMatchObject({ name: 'UnknownOperationException' });
});

it('keeps secrets in a file that only its owner can read', async () => {
  const file = join(temporaryFolder(), 'inner', 'secrets.json');
  const first = await start(file);
  const { ARN } = await first.send(new CreateSecretCommand({ Name: 'key', SecretString: 'kept' }));
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(readFileSync(file, 'utf8')).toContain('kept');
  const second = await start(file);
  expect(await read(second)).toMatchObject({ ARN, SecretString: 'kept' });
});
