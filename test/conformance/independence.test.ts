import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

it('the suite shares no code, and so no bug, with the sandbox or the typed client', () => {
  const files = ['cli/conformance.ts', ...globSync('cli/conformance/**/*.ts', { cwd: root })];
  const foreign = files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(/from '([^']+)'/g)]
      .map(([, specifier = '']) => specifier)
      .filter((specifier) =>
        specifier.startsWith('.')
          ? !relative(root, join(root, dirname(file), specifier)).startsWith('cli/conformance/')
          : !specifier.startsWith('node:') && specifier !== 'ws',
      )
      .map((specifier) => `${file} imports ${specifier}`);
  });
  expect(files.length).toBeGreaterThan(30);
  expect(foreign).toEqual([]);
});
