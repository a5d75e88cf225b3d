/** One source of a variable: `self:custom.x` is type `self`, address `custom.x`; `'dev'` is a literal. */
export type VariableSource = { literal: unknown } | { type: string; parameter: string | undefined; address: string };

/** A piece of a string: text to keep, or the inside of a `${...}` that is a variable of the Serverless Framework. */
export type Piece = { text: string } | { variable: string };

/** A variable has a type before a colon or a parameter; `${AWS::Region}` and `${Queue.Arn}` belong to `Fn::Sub`. */
const variablePattern = /^\s*[a-z][a-zA-Z0-9]*(?:\(|:(?!:))/;

/** The index of the brace that closes the `${` at `start`, or -1. */
function closingBrace(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    if (text[index] === '{' && text[index - 1] === '$') depth += 1;
    if (text[index] === '}') {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return -1;
}

/** Divides a string into text and variables. Returns undefined when a `${` is never closed. */
export function piecesOf(text: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  let kept = '';
  let index = 0;
  while (index < text.length) {
    const start = text.indexOf('${', index);
    if (start < 0) break;
    const end = closingBrace(text, start);
    if (end < 0) return undefined;
    const inside = text.slice(start + 2, end);
    const escaped = text[start - 1] === '\\';
    if (escaped || !variablePattern.test(inside)) {
      kept += escaped ? `${text.slice(index, start - 1)}\${` : text.slice(index, start + 2);
      index = start + 2;
      continue;
    }
    kept += text.slice(index, start);
    if (kept) pieces.push({ text: kept });
    kept = '';
    pieces.push({ variable: inside });
    index = end + 1;
  }
  kept += text.slice(index);
  if (kept || pieces.length === 0) pieces.push({ text: kept });
  return pieces;
}

/** Divides `self:a, env:B, 'c'` at its commas, but not inside quotes, parentheses or a nested variable. */
export function splitSources(inside: string): string[] {
  const sources: string[] = [];
  let depth = 0;
  let quote = '';
  let current = '';
  for (const char of inside) {
    if (quote) {
      if (char === quote) quote = '';
    } else if (char === "'" || char === '"') quote = char;
    else if (char === '(' || char === '{') depth += 1;
    else if (char === ')' || char === '}') depth -= 1;
    if (char === ',' && depth === 0 && !quote) {
      sources.push(current);
      current = '';
    } else current += char;
  }
  sources.push(current);
  return sources.map((source) => source.trim());
}

/** Reads one source in which nested variables are resolved already. Returns undefined when it is none. */
export function parseSource(source: string): VariableSource | undefined {
  const quoted = /^'([^']*)'$|^"([^"]*)"$/.exec(source);
  if (quoted) return { literal: quoted[1] ?? quoted[2] };
  if (/^-?\d+(\.\d+)?$/.test(source)) return { literal: Number(source) };
  if (source === 'true' || source === 'false') return { literal: source === 'true' };
  if (source === 'null') return { literal: null };
  const typed = /^([a-z][a-zA-Z0-9]*)(?:\(([^)]*)\))?(?::(.*))?$/s.exec(source);
  if (!typed || (typed[2] === undefined && typed[3] === undefined)) return undefined;
  return { type: typed[1] as string, parameter: typed[2]?.trim(), address: (typed[3] ?? '').trim() };
}
