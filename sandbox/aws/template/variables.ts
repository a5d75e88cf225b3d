import { readFileSync } from 'node:fs';
import { extname, resolve as resolvePath } from 'node:path';
import { localAccountId } from '../account.ts';
import { ServerlessFileError, textOf } from '../errors.ts';
import { parseSource, piecesOf, splitSources, type VariableSource } from './variable-syntax.ts';
import { parseYaml } from './yaml.ts';

/** What variables may draw on besides the file itself. */
export interface VariableContext {
  /** The parsed file, variables unresolved. */
  document: Readonly<Record<string, unknown>>;
  /** The folder `${file(...)}` is relative to. */
  folder: string;
  stage: string;
  region: string;
  /** What `--name value` would be on the command line of `osls`. */
  cliOptions: Readonly<Record<string, string>>;
  /** What `--param name=value` would be; these win over `params` of the file. */
  parameters: Readonly<Record<string, string>>;
  environment: Readonly<Record<string, string | undefined>>;
}

/** Variables lead to variables; a file that goes deeper than this goes in a circle. */
const maxDepth = 40;

/** Resolves the Serverless Framework's `${...}` variables, and only in the parts of the file that are asked for. */
export class Variables {
  readonly #context: VariableContext;

  constructor(context: VariableContext) {
    this.#context = context;
  }

  /** The parsed file, variables unresolved. */
  get document(): Readonly<Record<string, unknown>> {
    return this.#context.document;
  }

  /**
   * `value` itself, or what it stands for where it is a variable such as a file. What lies below keeps its variables, so
   * that a part nobody reads needs no value.
   */
  shallow(value: unknown, at: string): unknown {
    return typeof value === 'string' ? this.resolve(value, at) : value;
  }

  /** The value at a dotted address of the file, resolved; undefined when there is none. */
  get(address: string): unknown {
    return this.#walk(this.#context.document, address, address, 0);
  }

  /**
   * A copy of `value` without variables. `at` is its path in the file, for errors. A string that is one variable takes
   * the variable's own type; inside a longer string a variable must be a scalar.
   */
  resolve(value: unknown, at: string, depth = 0): unknown {
    if (depth > maxDepth) throw new ServerlessFileError(at, 'the variables go in a circle');
    if (typeof value === 'string') return this.#resolveString(value, at, depth);
    if (Array.isArray(value)) return value.map((item, index) => this.resolve(item, `${at}[${index}]`, depth));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.resolve(item, at ? `${at}.${key}` : key, depth)]),
    );
  }

  #resolveString(text: string, at: string, depth: number): unknown {
    if (!text.includes('${')) return text;
    const pieces = piecesOf(text);
    if (!pieces) throw new ServerlessFileError(at, `"${text}" has a "\${" that is never closed`);
    const values = pieces.map((piece) =>
      'text' in piece ? piece.text : this.#variable(piece.variable, at, depth + 1),
    );
    if (values.length === 1) return values[0];
    for (const value of values) {
      if (typeof value === 'object') throw new ServerlessFileError(at, `"${text}" puts a non-scalar into a string`);
    }
    return values.join('');
  }

  #variable(inside: string, at: string, depth: number): unknown {
    let sawNull = false;
    for (const text of splitSources(inside)) {
      // A quoted literal is taken as it stands; anything else may hold variables of its own, as in ${self:a.${sls:stage}}.
      const written = /^['"]/.test(text) ? text : String(this.resolve(text, at, depth));
      const value = this.#source(parseSource(written), written, at, depth);
      if (value === null) sawNull = true;
      else if (value !== undefined) return value;
    }
    if (sawNull) return null;
    throw new ServerlessFileError(at, `the variable "\${${inside}}" has no value and no default`);
  }

  #source(source: VariableSource | undefined, written: string, at: string, depth: number): unknown {
    if (!source) throw new ServerlessFileError(at, `"${written}" is no variable the embedded AWS understands`);
    if ('literal' in source) return source.literal;
    const { type, address, parameter } = source;
    const { environment, cliOptions, folder, stage, region } = this.#context;
    if (type === 'self') return this.#self(address, at, depth);
    if (type === 'env') return environment[address];
    if (type === 'opt') return cliOptions[address];
    if (type === 'param') return this.#parameter(address, at, depth);
    if (type === 'sls' && address === 'stage') return stage;
    if (type === 'aws' && address === 'region') return region;
    if (type === 'aws' && address === 'accountId') return localAccountId;
    if (type === 'strToBool' && /^(true|1|false|0)$/i.test(parameter ?? '')) return /^(true|1)$/i.test(parameter ?? '');
    if (type === 'file' && parameter) return this.#file(resolvePath(folder, parameter), address, at, depth);
    throw new ServerlessFileError(at, `the embedded AWS does not understand the variable "\${${written}}"`);
  }

  #self(address: string, at: string, depth: number): unknown {
    const value = this.#walk(this.#context.document, address, at, depth);
    // The framework fills these two in where the file leaves them out.
    if (value === undefined && address === 'provider.stage') return this.#context.stage;
    if (value === undefined && address === 'provider.region') return this.#context.region;
    return value;
  }

  #parameter(name: string, at: string, depth: number): unknown {
    const given = this.#context.parameters[name];
    if (given !== undefined) return given;
    const forStage = this.#walk(this.#context.document, `params.${this.#context.stage}.${name}`, at, depth);
    return forStage ?? this.#walk(this.#context.document, `params.default.${name}`, at, depth);
  }

  #file(path: string, address: string, at: string, depth: number): unknown {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new ServerlessFileError(at, textOf(error), { cause: error });
    }
    const kind = extname(path);
    if (/^\.(c|m)?(j|t)s$/.test(kind)) throw new ServerlessFileError(at, `${path} is code: only data files are read`);
    if (!/^\.(ya?ml|json)$/.test(kind)) return text.trimEnd();
    return this.#walk(parseYaml(text, path), address, at, depth);
  }

  /** Follows a dotted address and resolves each step, since a step may itself be a variable such as a file. */
  #walk(root: unknown, address: string, at: string, depth: number): unknown {
    if (depth > maxDepth) throw new ServerlessFileError(at, 'the variables go in a circle');
    let node: unknown = root;
    for (const key of address.split('.').filter(Boolean)) {
      if (typeof node === 'string') node = this.resolve(node, at, depth + 1);
      if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined;
      node = (node as Record<string, unknown>)[key];
    }
    return this.resolve(node, at, depth + 1);
  }
}
