import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duplicateMembers } from '../../../../lib/platform/http/duplicate-members.ts';
import { pathText } from '../../../../lib/platform/paths.ts';

/** JSON as it is written: objects as their members in order, names as often as they come. */
type Written = { list: Written[] } | { members: [name: string, value: Written][] } | { plain: unknown };

const { written } = fc.letrec<{ written: Written; name: string }>((tie) => ({
  name: fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', '', '"', '\\', '{', ',', '😀'), fc.string()),
  written: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.record({ plain: fc.oneof(fc.string({ unit: 'binary' }), fc.double({ noNaN: true }), fc.constant(null)) }),
    fc.record({ list: fc.array(tie('written'), { maxLength: 4 }) }),
    fc.record({ members: fc.array(fc.tuple(tie('name'), tie('written')), { maxLength: 5 }) }),
  ),
}));

/** The text, with blanks between its parts and some of the names written with escapes, as the numbers say. */
function textOf(value: Written, next: () => number): string {
  const blank = () => ['', ' ', '\n\t', '\r\n  '][next() % 4];
  const parts = (texts: string[]) => texts.map((text) => `${blank()}${text}${blank()}`).join(',') || blank();
  if ('plain' in value) return JSON.stringify(value.plain) ?? 'null';
  if ('list' in value) return `[${parts(value.list.map((one) => textOf(one, next)))}]`;
  const nameText = (name: string) => (next() % 3 === 0 ? escaped(name) : JSON.stringify(name));
  return `{${parts(value.members.map(([name, one]) => `${nameText(name)}${blank()}:${blank()}${textOf(one, next)}`))}}`;
}

function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, place) => text.charCodeAt(place).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}

function expected(value: Written, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if ('plain' in value) return [];
  if ('list' in value) return value.list.flatMap((one, place) => expected(one, [...path, place]));
  return value.members.flatMap(([name, one], place) => {
    const isTwice = value.members.slice(0, place).some(([before]) => before === name);
    return [...(isTwice ? [[...path, name]] : []), ...expected(one, [...path, name])];
  });
}

const twiceIn = (text: string) => [...duplicateMembers(text)].map(pathText);

describe('members that stand twice', () => {
  it('are found at any depth and in any spelling, and nothing else is', () => {
    let withSome = 0;
    fc.assert(
      fc.property(written, fc.infiniteStream(fc.nat(11)), (value, numbers) => {
        const text = textOf(value, () => numbers.next().value);
        JSON.parse(text);
        const twice = expected(value);
        if (twice.length > 0) withSome++;
        expect([...duplicateMembers(text)]).toEqual(twice);
      }),
      { seed: 8, numRuns: 2_000 },
    );
    expect(withSome).toBeGreaterThan(100);
  });

  it('are named by their paths', () => {
    const rule = '{"when":{"matchesInstruction":true},"when":{"assets":["BTC-TESTNET"]}}';
    expect(twiceIn(`{"approvals":[{},{"rules":[1,2,${rule}]}]}`)).toEqual(['approvals[1].rules[2].when']);
    expect(twiceIn('{"amount":"1","\\u0061mount":"2"}')).toEqual(['amount']);
    expect(twiceIn('{"__proto__":1,"__proto__":2}')).toEqual(['__proto__']);
    expect(twiceIn('{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1},"a","a"],"d":"\\",\\"a\\":"}')).toEqual([]);
    expect(twiceIn('"a"')).toEqual([]);
  });

  it('take as many steps as the text has parts, however it is made', () => {
    const times = 300_000;
    const nested = `${'[{"a":'.repeat(times)}1${'}]'.repeat(times)}`;
    expect(duplicateMembers(nested).next().done).toBe(true);
    const long = `{"a":"${'x'.repeat(8_000_000)}","b":"${'\\"'.repeat(4_000_000)}"${' '.repeat(8_000_000)},"a":1}`;
    expect(duplicateMembers(long).next().value).toEqual(['a']);
    expect(duplicateMembers(`[${'"a",'.repeat(times)}"a"]`).next().done).toBe(true);
  });
});
