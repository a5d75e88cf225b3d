import { localAccountId } from '../account.ts';
import { ServerlessFileError } from '../errors.ts';

/** What `Ref` and `Fn::GetAtt` of one resource give. A resource that is not emulated has neither. */
export interface ResourceReference {
  /** The CloudFormation type, such as `AWS::SQS::Queue`. */
  type: string;
  ref?: string;
  attributes?: Readonly<Record<string, string>>;
}

/** Resolves CloudFormation's intrinsic functions against the local resources. */
export class Intrinsics {
  readonly #references: ReadonlyMap<string, ResourceReference>;
  readonly #pseudo: Readonly<Record<string, string>>;

  constructor(references: ReadonlyMap<string, ResourceReference>, names: { region: string; stackName: string }) {
    this.#references = references;
    this.#pseudo = {
      'AWS::Region': names.region,
      'AWS::AccountId': localAccountId,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': names.stackName,
      'AWS::StackId': `arn:aws:cloudformation:${names.region}:${localAccountId}:stack/${names.stackName}/local`,
    };
  }

  /** A copy of `value` without intrinsic functions. Throws a `ServerlessFileError` for one it does not know. */
  resolve(value: unknown, at: string): unknown {
    if (Array.isArray(value)) return value.map((item, index) => this.resolve(item, `${at}[${index}]`));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? ['', undefined];
    if (entries.length === 1 && (name === 'Ref' || name.startsWith('Fn::') || name === 'Condition')) {
      return this.#call(name, argument, at);
    }
    return Object.fromEntries(entries.map(([key, item]) => [key, this.resolve(item, `${at}.${key}`)]));
  }

  #call(name: string, argument: unknown, at: string): unknown {
    switch (name) {
      case 'Ref':
        return this.#ref(String(argument), at);
      case 'Fn::GetAtt': {
        const [logicalId, attribute] = Array.isArray(argument) ? argument : String(argument).split(/\.(.*)/s);
        return this.#attribute(String(logicalId), String(this.resolve(attribute, at)), at);
      }
      case 'Fn::Sub':
        return this.#substitute(argument, at);
      case 'Fn::Join': {
        const [separator, parts] = this.resolve(argument, at) as [unknown, unknown];
        if (!Array.isArray(parts)) throw new ServerlessFileError(at, 'Fn::Join needs a separator and a list');
        return parts.join(String(separator));
      }
      case 'Fn::Split': {
        const [separator, text] = this.resolve(argument, at) as [unknown, unknown];
        return String(text).split(String(separator));
      }
      case 'Fn::Select': {
        const [index, items] = this.resolve(argument, at) as [unknown, unknown];
        if (!Array.isArray(items)) throw new ServerlessFileError(at, 'Fn::Select needs an index and a list');
        return items[Number(index)];
      }
      case 'Fn::Base64':
        return Buffer.from(String(this.resolve(argument, at))).toString('base64');
      case 'Fn::ToJsonString':
        return JSON.stringify(this.resolve(argument, at));
      default:
        throw new ServerlessFileError(at, `the embedded AWS does not understand ${name}`);
    }
  }

  #ref(logicalId: string, at: string): string {
    const pseudo = this.#pseudo[logicalId];
    if (pseudo !== undefined) return pseudo;
    const reference = this.#reference(logicalId, at);
    if (reference.ref === undefined) throw this.#notEmulated(logicalId, reference, at);
    return reference.ref;
  }

  #attribute(logicalId: string, attribute: string, at: string): string {
    const reference = this.#reference(logicalId, at);
    const value = reference.attributes?.[attribute];
    if (value !== undefined) return value;
    if (!reference.attributes) throw this.#notEmulated(logicalId, reference, at);
    throw new ServerlessFileError(at, `${logicalId} (${reference.type}) has no attribute ${attribute} here`);
  }

  #reference(logicalId: string, at: string): ResourceReference {
    const reference = this.#references.get(logicalId);
    if (!reference) throw new ServerlessFileError(at, `there is no resource ${logicalId}`);
    return reference;
  }

  #notEmulated(logicalId: string, reference: ResourceReference, at: string): ServerlessFileError {
    return new ServerlessFileError(
      at,
      `refers to ${logicalId}, a ${reference.type}, which the embedded AWS does not have: give the value by the option environment`,
    );
  }

  #substitute(argument: unknown, at: string): string {
    const [text, own] = Array.isArray(argument) ? argument : [argument, {}];
    const given = this.resolve(own ?? {}, at) as Record<string, unknown>;
    return String(text).replace(/\$\{([^}]*)\}/g, (_whole, inside: string) => {
      const name = inside.trim();
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      if (Object.hasOwn(given, name)) return String(given[name]);
      const [logicalId, attribute] = name.split(/\.(.*)/s);
      return attribute ? this.#attribute(logicalId as string, attribute, at) : this.#ref(name, at);
    });
  }
}
