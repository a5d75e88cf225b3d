import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InexactNumber, parseJson } from '../../../../lib/platform/http/json.ts';

describe('parsing JSON', () => {
  it('gives every number that JavaScript holds exactly, and no other', () => {
    expect(parseJson('[0,-0,7,-7,9007199254740991,0.5,-1.25,1e-3]')).toEqual([
      0, -0, 7, -7, 9007199254740991, 0.5, -1.25, 0.001,
    ]);
    const inexact = [
      '9007199254740992',
      '-9007199254740993',
      '100000000000000000000000',
      '1.0',
      '1e3',
      '1E400',
      '10.0e1',
    ];
    expect(parseJson(`[${inexact.join(',')}]`)).toEqual(inexact.map((source) => new InexactNumber(source)));
    expect(JSON.stringify(parseJson('{"a":9007199254740993}'))).toBe('{"a":"9007199254740993"}');
  });

  it('gives what JSON.parse gives for anything without such numbers', () => {
    const exact = fc.jsonValue({ noUnicodeString: false }).filter((value) => JSON.stringify(value).isWellFormed());
    fc.assert(
      fc.property(exact, (value) => {
        const text = JSON.stringify(value);
        if (/\\ud[89a-f]|\de[+]?\d|\d{16}/i.test(text)) return;
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
      { seed: 35 },
    );
  });

  it('refuses half a character', () => {
    expect(() => parseJson('"\\udc00"')).toThrow(SyntaxError);
    expect(parseJson('"\\ud83d\\ude00"')).toBe('😀');
  });
});
