import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { beforeEach, describe, expect, it } from 'vitest';
import { type BuiltFunction, buildFunctions } from '../cli/build/build.ts';
import { readConfigText } from '../cli/build/config.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const root = new URL('..', import.meta.url).pathname;
const handlers = { hello: 'functions/http/hello.handler' };
const configText = '{"clients":[]}\n';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  write(
    'functions/http/hello.ts',
    `import { readFileSync } from 'node:fs';
     import { greet } from '../../lib/greet.ts';
     export const handler = async (event: { name: string }) =>
       ({ greeting: greet(event.name), config: readFileSync(__dirname + '/config.json', 'utf8') });`,
  );
  write('lib/greet.ts', 'export function greet(name: string): string { return "hello, " + name; }');
});

function write(path: string, text: string): void {
  mkdirSync(join(folder, dirname(path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

async function buildHello(): Promise<BuiltFunction> {
  const [built] = await buildFunctions({ root: folder, handlers, configText });
  return built as BuiltFunction;
}

describe('the build', () => {
  it('makes a zip that answers with nothing else beside it, and finds its configuration', async () => {
    const { zipFile } = await buildHello();
    const unpacked = join(folder, 'unpacked');
    for (const [path, bytes] of Object.entries(unzipSync(readFileSync(zipFile)))) {
      mkdirSync(join(unpacked, dirname(path)), { recursive: true });
      writeFileSync(join(unpacked, path), bytes);
    }
    rmSync(join(folder, 'lib'), { recursive: true });
    const call = `require('./functions/http/hello.js').handler({ name: 'world' }).then((a) => console.log(JSON.stringify(a)))`;
    const output = execFileSync(process.execPath, ['-e', call], { cwd: unpacked, encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual({ greeting: 'hello, world', config: configText });
  });

  it('ships the bundle and the configuration only', async () => {
    const { zipFile } = await buildHello();
    const files = unzipSync(readFileSync(zipFile));
    expect(Object.keys(files).toSorted()).toEqual(['functions/http/config.json', 'functions/http/hello.js']);
    expect(strFromU8(files['functions/http/config.json'] as Uint8Array)).toBe(configText);
  });

  it('makes the same zip of the same sources, whenever and wherever', async () => {
    const zone = process.env['TZ'];
    try {
      process.env['TZ'] = 'Pacific/Auckland';
      const first = readFileSync((await buildHello()).zipFile);
      process.env['TZ'] = 'America/Los_Angeles';
      const second = readFileSync((await buildHello()).zipFile);
      expect(second.equals(first)).toBe(true);
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('makes another zip when a source or the configuration changes', async () => {
    const before = readFileSync((await buildHello()).zipFile);
    write('lib/greet.ts', 'export function greet(name: string): string { return "good day, " + name; }');
    const after = readFileSync((await buildHello()).zipFile);
    expect(after.equals(before)).toBe(false);
  });

  it('lets everybody read what is in the zip', async () => {
    const zip = readFileSync((await buildHello()).zipFile);
    // The first entry of the central directory: external attributes stand 38 bytes in, the Unix mode in their upper half.
    const entry = zip.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    expect((zip.readUInt32LE(entry + 38) >>> 16).toString(8)).toBe('100644');
  });

  it('says which handler it cannot resolve, and fails on a source that does not compile', async () => {
    const outside = buildFunctions({ root: folder, handlers: { hello: '../elsewhere.handler' }, configText });
    await expect(outside).rejects.toThrow('functions.hello.handler');
    write('lib/greet.ts', 'export function greet( {');
    await expect(buildFunctions({ root: folder, handlers, configText })).rejects.toThrow('greet.ts');
  });

  it('refuses a configuration that a function would refuse', () => {
    write('config/clients.json', '{ "clients": [{ "id": "desk", "bindings": [], "webhooks": [], "surprise": 1 }] }');
    expect(() => readConfigText(folder)).toThrow(/config\/clients\.json.*surprise/s);
  });

  it('ships the configuration of this project', () => {
    const shipped = JSON.parse(readConfigText(root));
    const clients = JSON.parse(readFileSync(join(root, 'config/clients.json'), 'utf8')).clients;
    expect(shipped.clients.map((client: { id: string }) => client.id)).toEqual(
      clients.map((client: { id: string }) => client.id),
    );
  });
});
