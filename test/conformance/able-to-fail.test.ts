import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OperationNumber, operations } from '../../cli/conformance/operations.ts';
import { runConformance } from '../../cli/conformance/run.ts';
import { type Passing, startLiar } from './liar.ts';
import { startTarget } from './served.ts';

let real: Awaited<ReturnType<typeof startTarget>>;
let liar: Awaited<ReturnType<typeof startLiar>>;
beforeAll(async () => {
  real = await startTarget({ seed: 5 });
  liar = await startLiar(real.target.baseUrl);
});
afterAll(async () => {
  await liar.close();
  await real.server.close();
});

/** How many checks of an operation fail while its answers are changed. */
async function failures(operation: OperationNumber, change: (answer: Passing) => void): Promise<number> {
  liar.lie((answer) => {
    if (answer.operation === operation) change(answer);
  });
  const report = await runConformance({ ...real.target, baseUrl: liar.baseUrl, only: [operation] });
  expect(report.passed + report.failed).toBeGreaterThan(0);
  return report.failed;
}

const isOk = (answer: Passing) => answer.status === 200;

/** Changes one member of successes. */
function member(name: string, change: (value: never) => unknown) {
  return (answer: Passing) => {
    if (isOk(answer) && answer.body[name] !== undefined) answer.body[name] = change(answer.body[name] as never);
  };
}

/** Changes the reason of refusals. */
function reason(text: string) {
  return (answer: Passing) => {
    if (answer.body?.detail?.reason !== undefined) answer.body.detail.reason = text;
  };
}

const plusOne = (value: number) => value + 1;

describe('the suite notices', () => {
  it('nothing on a server that keeps its promises behind a proxy', async () => {
    expect(await failures('6', () => {})).toBe(0);
  });

  const lies: [string, OperationNumber, (answer: Passing) => void][] = [
    ['a member too many', '4', (answer) => isOk(answer) && Object.assign(answer.body, { more: 1 })],
    ['a code that is a text', '3', (answer) => Object.assign(answer.body, { code: String(answer.body.code) })],
    ['another reason', '24', reason('no')],
    ['a refusal without detail', '11', (answer) => delete answer.body.detail],
    ['another content type', '10', (answer) => Object.assign(answer.headers, { 'content-type': 'text/html' })],
    ['200 instead of 202', '9', (answer) => answer.status === 202 && Object.assign(answer, { status: 200 })],
    ['400 instead of 409', '16', (answer) => answer.status === 409 && Object.assign(answer, { status: 400 })],
    ['403 instead of 404', '12', (answer) => answer.status === 404 && Object.assign(answer, { status: 403 })],
    ['fees rounded down', '2', member('fees', (fees: number) => fees - 1)],
    ['one unit more in a balance', '20', member('balance', plusOne)],
    ['one unit more in the largest amount', '22', member('netAmount', plusOne)],
    ['new instead of existing', '24', member('status', () => 'new')],
    ['existing instead of new', '26', member('status', () => 'existing')],
    ['the oldest entry first', '18', member('List', (list: unknown[]) => list.toReversed())],
    [
      'a count of the page instead of all',
      '18',
      (answer) => isOk(answer) && Object.assign(answer.body, { Total: answer.body.List.length }),
    ],
    [
      'outgoing movements without their sign',
      '21',
      member('history', (rows: { amount: number }[]) => rows.map((row) => ({ ...row, amount: Math.abs(row.amount) }))),
    ],
    ['a plain rejected', '25', member('txStatus', (word: string) => word.replace('custody_', ''))],
    ['one approval more', '25', member('approvedCount', plusOne)],
    [
      'everybody as owner of a quote',
      '33',
      member('items', (items: object[]) => items.map((item) => ({ ...item, owner: true }))),
    ],
    ['closed actions that are still listed', '38', member('count', plusOne)],
    [
      'another transaction for the same key',
      '43',
      (answer) => answer.body.status === 'existing' && Object.assign(answer.body, { tx_id: '2'.repeat(27) }),
    ],
    ['a valid signature called invalid', '46', (answer) => isOk(answer) && Object.assign(answer, { status: 403 })],
  ];
  it.each(lies)('%s (operation %s)', async (_name, operation, change) => {
    expect(await failures(operation, change)).toBeGreaterThan(0);
  });
});

/** The places of an answer that carry members: `list[].name` for all rows of a list alike. */
function placesIn(value: unknown, place = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => placesIn(item, `${place}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => [`${place}.${name}`, ...placesIn(item, `${place}.${name}`)]);
}

/** Takes the member at a place away, wherever it is. */
function without(value: unknown, place: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (place.startsWith('[]')) {
    for (const item of value as unknown[]) without(item, place.slice(2));
    return;
  }
  const [, name = '', rest = ''] = /^\.([^.[]+)(.*)$/.exec(place) ?? [];
  const node = value as Record<string, unknown>;
  if (rest === '') delete node[name];
  else without(node[name], rest);
}

const isNightly = process.env['NIGHTLY'] !== undefined;
/** Without the feeds, which are no answers. In CI some operations, every night all of them. */
const looked = operations
  .map(({ number }) => number)
  .filter((number) => !['49', 'W1', 'W2', 'W3'].includes(number))
  .filter((number) => isNightly || ['7', '23', '44'].includes(number));

describe('the suite looks at every member of every answer', () => {
  it.each(looked)('of operation %s', { timeout: 600_000 }, async (operation) => {
    const places = new Set<string>();
    const collect = (answer: Passing) => {
      if (answer.status < 300) for (const place of placesIn(answer.body)) places.add(place);
    };
    expect(await failures(operation, collect)).toBe(0);
    const unseen: string[] = [];
    for (const place of places) {
      const failed = await failures(operation, (answer) => {
        if (answer.status < 300) without(answer.body, place);
      });
      if (failed === 0) unseen.push(place);
    }
    expect(unseen).toEqual([]);
  });
});
