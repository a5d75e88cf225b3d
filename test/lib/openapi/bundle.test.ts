import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { bundleSettings } from '../../../cli/build/build.ts';

const root = new URL('../../..', import.meta.url).pathname;

it('is served by a bundle that holds the document, and neither schemas, nor tokens, nor AWS clients', async () => {
  const { metafile } = await build({
    ...bundleSettings,
    entryPoints: ['functions/http/get-openapi.ts'],
    absWorkingDir: root,
    outdir: 'nowhere',
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint !== undefined);
  const bundled = Object.keys(output?.inputs ?? {});
  expect(bundled).toContain('docs/openapi.json');
  expect(bundled.filter((file) => /node_modules\/(zod|jose|undici|@aws-sdk|@smithy)\//.test(file))).toEqual([]);
});
