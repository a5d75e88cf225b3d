import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { routes } from '../../../lib/openapi/routes.ts';
import { parsePrice, pricePattern } from '../../../lib/quotes/price.ts';
import { type OpenApi, operationsOf, readerOf } from './contract.ts';

const root = new URL('../../..', import.meta.url).pathname;
const document = JSON.parse(readFileSync(`${root}docs/openapi.json`, 'utf8')) as OpenApi;

/** Values that are right for some members and wrong for others. */
const values: unknown[] = [
  null,
  true,
  0,
  1,
  -1,
  1.5,
  2 ** 53 - 1,
  2 ** 53,
  1_790_000_000,
  '',
  '0',
  '01',
  '+1',
  '1.0',
  '1e3',
  '250000',
  '9223372036854775807',
  '12345678901234567890',
  'three short words',
  'line\nbreak',
  'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx',
  'x'.repeat(255),
  'x'.repeat(256),
  '2026-10-01T00:00:00Z',
  '2026-10-01T00:00:00+02:00',
  '2026-10-01T00:00:00',
  '2026-10-01',
  '2026-02-30T00:00:00Z',
  [],
  ['x'],
  [''],
  {},
  { sendAmount: '1', receiveAmount: 2 },
  { sendAmount: '1', receiveAmount: 2, more: 3 },
];

/** The body of a sample event; the sample of an operation has the name of its function. */
function sampleOf(operationId: string): Record<string, unknown> {
  const file = operationId === 'setControl' ? 'control' : operationId.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
  const { body = '{}' } = JSON.parse(readFileSync(`${root}events/${file}.json`, 'utf8')) as { body?: string };
  return JSON.parse(body);
}

/** The body with one thing changed: every member to every value, left out, and one too many. */
function variationsOf(body: Record<string, unknown>, members: readonly string[]): Record<string, unknown>[] {
  const changed = members.flatMap((member) => values.map((value) => ({ ...body, [member]: value })));
  const without = Object.keys(body).map((left) => Object.fromEntries(Object.entries(body).filter(([m]) => m !== left)));
  return [body, ...changed, ...without, { ...body, oneTooMany: 1 }];
}

const withBody = routes.filter(({ body }) => body !== undefined);

describe('the bodies that the description allows', () => {
  it.each(withBody)('$method $path: are those the door lets through', ({ operationId, body }) => {
    const { operation } = operationsOf(document).find((each) => each.operation.operationId === operationId) ?? {};
    const { schema = {} } = operation?.requestBody?.content['application/json'] ?? {};
    const described = readerOf(document, schema);
    const validates = body as z.ZodMiniObject;
    const variations = variationsOf(sampleOf(operationId), Object.keys(validates.shape));
    const allowed = variations.filter((each) => described.safeParse(each).success);
    const let_through = variations.filter((each) => validates.safeParse(each).success);
    expect(allowed).toEqual(let_through);
    expect(allowed.length).toBeGreaterThan(1);
    expect(allowed.length).toBeLessThan(variations.length);
  });

  it('have a pattern for prices that knows exactly those that can be read', () => {
    const likePrices = fc.stringMatching(/^[0-9.eE+-]{0,12}$/);
    const prices = fc.stringMatching(/^[0-9]{1,3}([.][0-9]{1,3})?([eE][+-]?[0-9]{1,3})?$/);
    fc.assert(
      fc.property(fc.oneof(likePrices, prices, fc.string()), (text) => {
        expect(pricePattern.test(text)).toBe(parsePrice(text) !== undefined);
      }),
      { numRuns: 3000, seed: 34 },
    );
  });

  it('are wider than the doors in one thing only, which is said in words: the largest amount', () => {
    const { Amount = {} } = document.components.schemas;
    expect(readerOf(document, Amount).safeParse('9223372036854775808').success).toBe(true);
    expect(Amount['description']).toContain('9223372036854775807');
  });
});
