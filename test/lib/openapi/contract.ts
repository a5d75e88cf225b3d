import * as z from 'zod';

/** What tests read of an OpenAPI document. */
export interface OpenApi {
  openapi: string;
  info: { version: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  webhooks: Record<string, { post: Operation }>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, Response>;
    parameters: Record<string, Parameter>;
    headers: Record<string, unknown>;
  };
}
export type Schema = Record<string, unknown>;
export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  description?: string;
  schema: Schema;
}
export interface Response {
  description?: string;
  headers?: Record<string, unknown>;
  content?: { 'application/json': { schema: Schema; example?: unknown } };
}
export interface Operation {
  operationId: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters: (Parameter | { $ref: string })[];
  requestBody?: { required: boolean; content: { 'application/json': { schema: Schema } } };
  responses: Record<string, Response | { $ref: string }>;
}

/** What a reference in the document points at; fails for one that points nowhere. */
export function resolve<T>(document: OpenApi, value: T | { $ref: string }): T {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value as T;
  let found: unknown = document;
  for (const part of value.$ref.replace(/^#\//, '').split('/')) {
    found = (found as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  if (found === undefined) throw new Error(`${value.$ref} points nowhere`);
  return found as T;
}

/**
 * Reads a schema out of the document the way a stranger would: from its JSON alone, with the references followed. It is
 * the document that is tested by it, not the schemas the document was made of.
 */
export function readerOf(document: OpenApi, schema: Schema): z.ZodType {
  const definitions = JSON.parse(
    JSON.stringify({ ...schema, $defs: document.components.schemas }).replaceAll('#/components/schemas/', '#/$defs/'),
  );
  return z.fromJSONSchema(definitions);
}

/** Every operation with its method and path. */
export function operationsOf(document: OpenApi): { method: string; path: string; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
}
