import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions as BuildSettings, build, type Metafile, type Plugin } from 'esbuild';
import { type Zippable, zipSync } from 'fflate';

/** What to build, and where. */
export interface BuildOptions {
  /** The project's folder, absolute. */
  readonly root: string;
  /** Each function's handler as serverless.yml names it: `functions/http/create-transfer.handler`. */
  readonly handlers: Readonly<Record<string, string>>;
  /** The document that is shipped as `config.json` beside every bundle. */
  readonly configText: string;
  /** Where the results go; `.build` below `root` when left out. Emptied first. */
  readonly outFolder?: string;
}

/** One function, built. */
export interface BuiltFunction {
  readonly name: string;
  /** The bundle: CommonJS, with its `config.json` and its source map beside it. */
  readonly bundleFile: string;
  readonly zipFile: string;
  readonly bundleBytes: number;
  readonly zipBytes: number;
  /** The bytes of each source in the bundle, by its path below the project's folder. */
  readonly parts: Readonly<Record<string, number>>;
}

/**
 * How a file stands in a zip. Any moment does, as long as it is always the same: the same sources then give the same zip,
 * and a function that did not change is not deployed again. Zip stores local time, so the moment is made from local
 * parts. Everybody may read the file: Lambda runs the code as another user than the one that unpacks it.
 */
const plainFile = () => ({ mtime: new Date(1980, 0, 1), os: 3, attrs: 0o100644 << 16 });

/** How every function is bundled; the cold start benchmark bundles what it compares with in the same way. */
export const bundleSettings = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  // CommonJS starts faster: importing `node:http` as an ES module reads every getter of it.
  format: 'cjs',
  // The packages' ES modules, of which only the parts in use are taken: a quarter less to load than their CommonJS.
  mainFields: ['module', 'main'],
  // Identifiers stay, so that a stack trace in the log can be read without the map; a start is no slower for it.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // Written beside the bundle and not shipped: Node would parse it for every error.
  sourcemap: 'external',
} as const satisfies BuildSettings;

/** What a function needs a small part of, or nothing, which a bundler cannot tell by itself; and what stands for it. */
const slimmed: readonly { readonly imported: RegExp; readonly by: string }[] = [
  { imported: /^@aws-sdk\/credential-provider-node$/, by: 'credentials.ts' },
  { imported: /^\.{1,2}\/(shared-ini-file-loader\/)?loadSharedConfigFiles$/, by: 'shared-config.ts' },
  { imported: /^undici$/, by: 'undici.ts' },
];

/** Takes the small part for the whole. */
const slim: Plugin = {
  name: 'slim',
  setup({ onResolve }) {
    for (const { imported, by } of slimmed) {
      const path = fileURLToPath(new URL(`slim/${by}`, import.meta.url));
      onResolve({ filter: imported }, () => ({ path }));
    }
  },
};

/**
 * Builds one bundle and one zip per function.
 *
 * @throws Error when a handler cannot be resolved; esbuild's own error when a source does not compile.
 */
export async function buildFunctions(options: BuildOptions): Promise<BuiltFunction[]> {
  const outFolder = options.outFolder ?? join(options.root, '.build');
  const wanted = Object.entries(options.handlers).map(([name, handler]) => {
    const source = sourceOf(name, handler);
    return { name, source, bundlePath: source.replace(/\.ts$/, '.js') };
  });
  await rm(outFolder, { recursive: true, force: true });
  await mkdir(outFolder, { recursive: true });
  // In a zip a bundle stands alone and is CommonJS; below the project's own package.json it would be taken for a module.
  await writeFile(join(outFolder, 'package.json'), '{ "type": "commonjs" }\n');
  // All at once: what many functions share is read and parsed once.
  const { metafile } = await build({
    absWorkingDir: options.root,
    entryPoints: wanted.map(({ name, source }) => ({ in: source, out: join(name, source.replace(/\.ts$/, '')) })),
    outdir: outFolder,
    ...bundleSettings,
    plugins: [slim],
    metafile: true,
    logLevel: 'warning',
  });
  const outputs = new Map(Object.values(metafile.outputs).map((output) => [output.entryPoint, output]));
  return await Promise.all(
    wanted.map(async ({ name, source, bundlePath }) => {
      const parts = bytesIn(outputs.get(source)?.inputs ?? {});
      return { ...(await zipFunction(name, bundlePath, outFolder, options.configText)), parts };
    }),
  );
}

async function zipFunction(
  name: string,
  bundlePath: string,
  outFolder: string,
  configText: string,
): Promise<Omit<BuiltFunction, 'parts'>> {
  const bundleFile = join(outFolder, name, bundlePath);
  await writeFile(join(dirname(bundleFile), 'config.json'), configText);
  const bundle = await readFile(bundleFile);
  const zip = zipSync(zipContents(bundlePath, bundle, configText), { level: 9 });
  const zipFile = join(outFolder, `${name}.zip`);
  await writeFile(zipFile, zip);
  return { name, bundleFile, zipFile, bundleBytes: bundle.length, zipBytes: zip.length };
}

/** Sources of which nothing is left in the bundle are not among its parts. */
function bytesIn(inputs: Metafile['outputs'][string]['inputs']): Record<string, number> {
  const bytes = Object.entries(inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const);
  return Object.fromEntries(bytes.filter(([, count]) => count > 0));
}

function zipContents(bundlePath: string, bundle: Uint8Array, configText: string): Zippable {
  return {
    [bundlePath]: [bundle, plainFile()],
    [join(dirname(bundlePath), 'config.json')]: [new TextEncoder().encode(configText), plainFile()],
  };
}

/** The source of a handler: the path before the exported name, which is always `handler`. */
function sourceOf(name: string, handler: string): string {
  const path = /^(functions\/[\w./-]+)\.handler$/.exec(handler)?.[1];
  if (path === undefined)
    throw new Error(`serverless.yml: functions.${name}.handler: not functions/….handler: ${handler}`);
  return `${path}.ts`;
}
