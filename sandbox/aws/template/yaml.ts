import { type CollectionTag, parseDocument, type ScalarTag, YAMLMap, type YAMLSeq } from 'yaml';
import { ServerlessFileError, textOf } from '../errors.ts';

/** CloudFormation's short tags. `!Ref` and `!Condition` stand alone, all others are short for `Fn::<Name>`. */
const tagNames = [
  ...['Ref', 'Condition', 'GetAtt', 'Sub', 'Join', 'Select', 'Split', 'ImportValue', 'FindInMap', 'Base64', 'Cidr'],
  ...['GetAZs', 'If', 'Equals', 'And', 'Or', 'Not', 'Transform', 'ToJsonString', 'Length'],
];

function longName(tag: string): string {
  return tag === 'Ref' || tag === 'Condition' ? tag : `Fn::${tag}`;
}

function scalarTag(tag: string): ScalarTag {
  return {
    tag: `!${tag}`,
    // A name may hold dots and an attribute may too (`Endpoint.Address`), so only the first dot divides.
    resolve: (text) => ({ [longName(tag)]: tag === 'GetAtt' ? text.split(/\.(.*)/s).slice(0, 2) : text }),
  };
}

function collectionTag(tag: string, collection: 'map' | 'seq'): CollectionTag {
  return {
    tag: `!${tag}`,
    collection,
    resolve(node: YAMLMap | YAMLSeq) {
      const long = new YAMLMap();
      long.set(longName(tag), node);
      return long;
    },
  } as CollectionTag;
}

const customTags = tagNames.flatMap((tag) => [scalarTag(tag), collectionTag(tag, 'seq'), collectionTag(tag, 'map')]);

/**
 * The plain value of a YAML text in which CloudFormation's short tags (`!Ref x`) are written out (`{Ref: x}`).
 * Anchors and merge keys work. Throws a `ServerlessFileError` that names the file and the line.
 */
export function parseYaml(text: string, file: string): unknown {
  const document = parseDocument(text, { customTags, merge: true, prettyErrors: true });
  // An unknown tag is only a warning to the parser; here it would be a value that silently means something else.
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw new ServerlessFileError(file, problem.message, { cause: problem });
  try {
    return document.toJS();
  } catch (error) {
    throw new ServerlessFileError(file, textOf(error), { cause: error });
  }
}
