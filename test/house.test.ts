import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const rooms = ['functions', 'lib', 'sandbox', 'cli', 'config', 'bench'];
const sources = globSync(
  rooms.map((room) => `${room}/**/*.ts`),
  { cwd: root },
).map(normalize);

/** The project files a source file imports, as paths from the root. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] as string);
  return specifiers.map((specifier) => relative(root, join(root, dirname(file), specifier)));
}

/** Each arrow that must not exist: files below `from` importing anything `forbidden` says no to. */
const arrows: { from: RegExp; forbidden: (target: string, file: string) => boolean; why: string }[] = [
  {
    from: /^functions\//,
    forbidden: (t) => !/^(lib|config)\//.test(t) && t !== 'docs/openapi.json',
    why: 'functions/ imports lib/ only, and the generated description of our API',
  },
  { from: /^lib\//, forbidden: (t) => !/^(lib|config)\//.test(t), why: 'lib/ imports none of the other rooms' },
  { from: /^cli\//, forbidden: (t) => /^(functions|test|bench)\//.test(t), why: 'cli/ imports lib/ and the sandbox' },
  {
    from: /^sandbox\/partner-api\//,
    forbidden: (t) => !/^sandbox\/(partner-api\/|hold\.ts$)/.test(t) && !/^lib\/signing-agent\/curve/.test(t),
    why: 'the sandbox must not share a bug with the client it tests',
  },
  {
    from: /^sandbox\/aws\//,
    forbidden: (t) => !/^sandbox\/(aws\/|hold\.ts$)/.test(t),
    why: 'the embedded AWS knows no product code',
  },
  {
    from: /^lib\/partner-api\//,
    forbidden: (t) => !/^lib\/(partner-api|signing)\//.test(t),
    why: 'the typed client is usable on its own',
  },
  { from: /^lib\/signing\//, forbidden: (t) => !/^lib\/signing\//.test(t), why: 'signing is usable on its own' },
];

describe('the house', () => {
  it('keeps its import arrows', () => {
    const broken = sources.flatMap((file) =>
      arrows
        .filter((arrow) => arrow.from.test(file))
        .flatMap((arrow) =>
          importsOf(file)
            .filter((target) => arrow.forbidden(target, file))
            .map((target) => `${file} imports ${target}: ${arrow.why}`),
        ),
    );
    expect(broken).toEqual([]);
  });

  it('keeps files and functions small enough to read', () => {
    const lines = (file: string) => readFileSync(join(root, file), 'utf8').split('\n').length;
    expect(sources.filter((file) => lines(file) > 360)).toEqual([]);
    expect(sources.filter((file) => file.startsWith('functions/') && lines(file) > 80)).toEqual([]);
  });

  it('takes the clock, randomness and the network as arguments in lib/', () => {
    const outside = /\b(Date\.now\(|Math\.random\(|new Date\(\)|(?<![.\w])fetch\()/;
    const guilty = sources.filter(
      (file) =>
        /^(lib|functions)\//.test(file) &&
        !/^lib\/platform\//.test(file) &&
        outside.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(guilty).toEqual([]);
  });

  it('depends on nothing that it does not use, and records no download addresses', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const tools = ['@biomejs/biome', 'serverless', 'typescript'];
    const texts = globSync(['{functions,lib,sandbox,cli,bench,test}/**/*.{ts,cjs}', 'vitest.config.ts'], { cwd: root })
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n');
    const imported = new Set([...texts.matchAll(/'((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'/g)].map(([, name]) => name));
    // `@types/ws` is there for `ws`, and the types of Node for everything.
    const namesOf = (name: string) => [name, name.replace(/^@types\//, '')];
    const unused = Object.keys({ ...dependencies, ...devDependencies })
      .filter((name) => !tools.includes(name) && name !== '@types/node')
      .filter((name) => !namesOf(name).some((one) => imported.has(one)));
    expect(unused).toEqual([]);
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});
