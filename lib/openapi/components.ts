import * as z from 'zod/mini';
import { named } from './names.ts';
import { words } from './words.ts';

/** A JSON Schema, as it stands in the description. */
export type JsonSchema = Record<string, unknown>;

const place = (componentName: string) => `#/components/schemas/${componentName}`;

/** A reference to a named schema. */
export function refTo(componentName: string): JsonSchema {
  return { $ref: place(componentName) };
}

/** Every named schema as JSON Schema, by name, each member with its words. */
export function componentSchemas(): Record<string, JsonSchema> {
  const { schemas } = z.toJSONSchema(named, { io: 'input', uri: place, metadata: named });
  const sorted = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1));
  const plain = Object.fromEntries(sorted.map(([componentName, schema]) => [componentName, withoutAddress(schema)]));
  return Object.fromEntries(
    Object.entries(plain).map(([componentName, schema]) => [
      componentName,
      explained(componentName, standingAlone(schema, plain)) as JsonSchema,
    ]),
  );
}

/** The members of a query, each as JSON Schema, and whether it must be there. */
export function membersOf(query: z.ZodMiniObject): { member: string; schema: JsonSchema; required: boolean }[] {
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([member, schema]) => ({
    member,
    schema: schema as JsonSchema,
    required: required.includes(member),
  }));
}

/** What a member means. @throws when nobody has written that down */
export function wordsOf(componentName: string, member: string): string {
  const meaning = words[`${componentName}.${member}`] ?? words[member];
  if (meaning === undefined) throw new Error(`lib/openapi/words.ts does not say what ${componentName}.${member} is`);
  return meaning;
}

/** As part of the one document, a schema needs neither an address nor a dialect of its own. */
function withoutAddress({ $schema: _dialect, $id: _address, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

/**
 * The schema with nothing but words beside a reference. What narrows a named schema comes as a reference with further
 * keywords beside it; that is allowed, but half of all readers pass over what stands beside a reference.
 */
function standingAlone(value: unknown, all: Readonly<Record<string, JsonSchema>>): unknown {
  if (Array.isArray(value)) return value.map((each) => standingAlone(each, all));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref, description, ...beside } = value as JsonSchema;
  if ($ref === undefined || Object.keys(beside).length === 0) {
    return Object.fromEntries(Object.entries(value).map(([keyword, inner]) => [keyword, standingAlone(inner, all)]));
  }
  const { description: general, ...wide } = all[String($ref).slice(place('').length)] as JsonSchema;
  const twice = Object.keys(beside).find((keyword) => keyword in wide);
  if (twice !== undefined) throw new Error(`${$ref} is narrowed by another ${twice}: give the narrower schema a name`);
  return { ...wide, ...beside, description: description ?? general };
}

function explained(componentName: string, schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((each) => explained(componentName, each));
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).map(([keyword, value]) => [
    keyword,
    keyword === 'properties' ? explainedMembers(componentName, value as JsonSchema) : explained(componentName, value),
  ]);
  return Object.fromEntries(members);
}

function explainedMembers(componentName: string, properties: JsonSchema): JsonSchema {
  const members = Object.entries(properties).map(([member, schema]) => [
    member,
    { ...(explained(componentName, schema) as JsonSchema), description: wordsOf(componentName, member) },
  ]);
  return Object.fromEntries(members);
}
