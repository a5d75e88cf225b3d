import * as z from 'zod/mini';
import { amount, id, moment, text } from '../instructions/fields.ts';

/**
 * The schemas that have a name in the description. Each stands there once, and is referred to wherever it is used, also
 * inside the schemas of others.
 */
export const named = z.registry<{ id: string; description: string }>();

/** Gives a schema its name in the description and says what it is for. @returns the same schema */
export function name<Schema extends z.ZodMiniType>(schema: Schema, componentName: string, description: string): Schema {
  named.add(schema, { id: componentName, description });
  return schema;
}

/** The name a schema was given. @throws when it has none: only named schemas are bodies and answers */
export function nameOf(schema: z.ZodMiniType): string {
  const componentName = named.get(schema)?.id;
  if (componentName === undefined) throw new Error('a schema that has no name cannot be referred to');
  return componentName;
}

name(text, 'Text', 'Free text without control characters, at most 255 characters.');
name(id, 'Id', 'An id, ours or of the Partner API, or a short code. Compare it, do not take it apart.');
name(
  amount,
  'Amount',
  'A positive amount in base units (satoshi, gwei), at most 9223372036854775807: decimal text, or a JSON integer below 2^53. Text is safe in every language.',
);
name(moment, 'Moment', 'Unix seconds, or ISO 8601 with an offset. A fraction of a second is dropped.');

/** An amount as we answer it. */
export const amountText = name(
  z.string().check(z.regex(/^(0|[1-9][0-9]*)$/)),
  'AmountText',
  'An amount in base units, decimal text.',
);

/** A moment as we answer it. */
export const instant = name(z.iso.datetime(), 'Instant', 'A moment in UTC, ISO 8601.');
