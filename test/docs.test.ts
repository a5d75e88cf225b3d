import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kinds } from '../lib/instructions/kinds/index.ts';
import type { Kind } from '../lib/instructions/kinds/kind.ts';
import { apiWindowMs, clockMarginMs } from '../lib/instructions/machine.ts';
import { successors } from '../lib/instructions/record.ts';
import { routes } from '../lib/openapi/routes.ts';
import type { ClientConfig } from '../lib/platform/config/clients.ts';
import { isError } from '../lib/platform/config/concern.ts';
import { checkDocument } from '../lib/platform/config/parse.ts';
import { parseWith } from '../lib/platform/http/parse.ts';
import { eventTypes } from '../lib/webhooks/event-types.ts';

const root = new URL('..', import.meta.url).pathname;
const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe('the documentation', () => {
  it('has no link within the project that leads nowhere', () => {
    const broken = globSync(['*.md', 'docs/*.md'], { cwd: root }).flatMap((file) =>
      [...read(file).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, target]) => target as string)
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(file), target)))
        .map((target) => `${file}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('leads to every page from the architecture', () => {
    const pages = globSync('docs/*.md', { cwd: root }).map((file) => basename(file));
    const linked = read('docs/architecture.md');
    expect(pages.filter((page) => page !== 'architecture.md' && !linked.includes(`](${page})`))).toEqual([]);
  });

  it('draws the states as they are', () => {
    const [, diagram = ''] = /stateDiagram-v2\n(.*?)```/s.exec(read('docs/architecture.md')) ?? [];
    const drawn = [...diagram.matchAll(/^\s*(\w+|\[\*\]) --> (\w+|\[\*\])/gm)].map(([, from, to]) => `${from} ${to}`);
    const real = Object.entries(successors).flatMap(([from, following]) =>
      following.length > 0 ? following.map((to) => `${from} ${to}`) : [`${from} [*]`],
    );
    expect(drawn.toSorted()).toEqual([...real, '[*] accepted'].toSorted());
  });

  it('reckons with the clocks the code reckons with', () => {
    const reckoning = `+ ${apiWindowMs / 1000} s (condition C) + ${clockMarginMs / 1000} s`;
    expect(read('docs/architecture.md')).toContain(reckoning);
  });

  it('lists every type of event, and no other', () => {
    const [, table = ''] = /## Types of events\n(.*?)\n## /s.exec(read('docs/webhooks.md')) ?? [];
    const listed = [...table.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell = '']) => cell.split(', '));
    expect(new Set(listed)).toEqual(new Set(eventTypes.map((type) => `\`${type}\``)));
  });

  it('has examples of deposits and of the inbound queue that the shipped configuration takes as they are', () => {
    const exampleIn = (file: string) => JSON.parse(/```json\n(.*?)```/s.exec(read(file))?.[1] ?? '') as never;
    const { clients } = JSON.parse(read('config/clients.json')) as { clients: object[] };
    const { watches } = exampleIn('docs/deposits.md') as { watches: object[] };
    expect(watches.length).toBeGreaterThan(0);
    expect(checkDocument({ clients, watches }).problems.filter(isError)).toEqual([]);

    const { client, kind, body } = exampleIn('docs/inbound-queue.md') as {
      client: string;
      kind: string;
      body: unknown;
    };
    const asking = checkDocument({ clients }).config?.clients.find(({ id }) => id === client) as ClientConfig;
    const asked = kinds.get(kind) as Kind;
    expect(asked.resolve(parseWith(asked.schema, body) as never, asking, '')).toMatchObject({
      origin: { asset: 'BTC-TESTNET' },
    });
  });

  it('says of each automation which events it causes, and draws it', () => {
    const [, pages = ''] = /^\| (\[withdrawals\].*?) \| each automation/m.exec(read('README.md')) ?? [];
    const files = [...pages.matchAll(/\]\((.*?)\)/g)].map(([, file]) => file as string);
    expect(files.length).toBeGreaterThan(8);
    expect(files.filter((file) => !/^## Events/m.test(read(file)))).toEqual([]);
    expect(files.filter((file) => !read(file).includes('```mermaid'))).toEqual([]);
  });

  it('has every room of lib/ in its table', () => {
    const rooms = globSync('lib/*/', { cwd: root }).map((room) => `\`${room.replace(/\/?$/, '/')}\``);
    expect(rooms.length).toBeGreaterThan(10);
    expect(rooms.filter((room) => !read('docs/architecture.md').includes(room))).toEqual([]);
  });

  it('names every door of the HTTP API beside its scope', () => {
    const rows = read('docs/http-api.md').split('\n');
    for (const { method, path, scope } of routes) {
      if (scope === undefined) continue;
      const row = rows.find((line) => line.startsWith(`| \`${scope}\``)) ?? '';
      expect(row, scope).toContain(`\`${method.toUpperCase()} ${path}\``);
    }
  });
});
