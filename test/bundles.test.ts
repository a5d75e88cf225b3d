import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { takeTurn } from '../bench/cold-start/round.ts';
import { type Round, steps } from '../bench/cold-start/scenario.ts';
import { type Servers, startServers } from '../bench/cold-start/servers.ts';
import { type BuiltFunction, buildFunctions } from '../cli/build/build.ts';
import { readHandlers } from '../cli/build/handlers.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const handlers = readHandlers(root);
let folder: string;
let servers: Servers;
let built: BuiltFunction[];
let round: Round;

beforeAll(async () => {
  folder = temporaryFolder();
  servers = await startServers(root, folder);
  const outFolder = join(folder, 'functions');
  built = await buildFunctions({ root, handlers, configText: servers.configText, outFolder });
  round = { servers, number: 1, transferId: '', cancelledId: '' };
});
afterAll(() => servers?.stop());

/**
 * What is deployed is not what the other tests run: it is bundled, and some packages are replaced by a part of them. Each
 * function works on what those before it left.
 */
describe('as a bundle, in a process of its own', { shuffle: false }, () => {
  it('every function has its turn', () => {
    expect(Object.keys(steps).toSorted()).toEqual(Object.keys(handlers).toSorted());
  });

  it.each(Object.keys(steps))('%s does its work', async (name) => {
    const bundleOf = (wanted: string) => built.find((each) => each.name === wanted)?.bundleFile ?? '';
    await expect(takeTurn(name, bundleOf, round)).resolves.toBeDefined();
  });
});

describe('the bundles', () => {
  it('keep keys, signatures and undici out of every HTTP function', () => {
    const forbidden = /(^lib\/signing\/|node_modules\/(undici|@aws-sdk\/client-(secrets-manager|kms))\/)/;
    const doors = built.filter(({ bundleFile }) => bundleFile.includes('/functions/http/'));
    expect(doors.length).toBeGreaterThan(0);
    for (const { name, parts } of doors) {
      const found = Object.keys(parts).filter((path) => forbidden.test(path));
      expect(found, name).toEqual([]);
    }
  });

  it('look for credentials and settings in the environment only, as Lambda hands them over', () => {
    const elsewhere = /credential-provider-(?!env\/)|nested-clients|shared-ini-file-loader\/(parseIni|readFile)/;
    for (const { name, parts } of built) {
      const paths = Object.keys(parts).filter((path) => elsewhere.test(path));
      expect(paths, name).toEqual([]);
    }
  });

  it('stay small enough to start quickly', () => {
    for (const { name, bundleBytes, zipBytes } of built) {
      expect(bundleBytes, name).toBeLessThan(1_500_000);
      expect(zipBytes, name).toBeLessThan(500_000);
    }
  });
});
