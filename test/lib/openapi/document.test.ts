import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openApiText } from '../../../lib/openapi/document.ts';
import { type OpenApi, operationsOf, type Parameter, type Response, readerOf, resolve } from './contract.ts';

const root = new URL('../../..', import.meta.url).pathname;
const text = readFileSync(`${root}docs/openapi.json`, 'utf8');
const document = JSON.parse(text) as OpenApi;
const operations = operationsOf(document);
const webhooks = Object.values(document.webhooks).map(({ post }) => post);
const everyOperation = [...operations.map(({ operation }) => operation), ...webhooks];

function everyObject(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : [value as Record<string, unknown>];
  return [...own, ...Object.values(value).flatMap(everyObject)];
}

describe('docs/openapi.json', () => {
  it('is what the schemas say now (npm run openapi)', () => {
    const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
    expect(text === openApiText(version)).toBe(true);
  });

  it('has no reference that points nowhere, and nothing nobody refers to', () => {
    const references = everyObject(document).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []));
    for (const $ref of references) expect(resolve(document, { $ref })).toBeDefined();
    const { schemas, responses, parameters, headers } = document.components;
    const named = Object.entries({ schemas, responses, parameters, headers }).flatMap(([sort, entries]) =>
      Object.keys(entries).map((name) => `#/components/${sort}/${name}`),
    );
    expect(named.filter((name) => !references.includes(name))).toEqual([]);
  });

  it('names every operation once', () => {
    const names = everyOperation.map(({ operationId }) => operationId);
    expect(names.filter((name) => !/^[a-z][A-Za-z]+$/.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('files every operation under a tag that is explained', () => {
    const known = document.tags.map(({ name }) => name);
    expect(everyOperation.flatMap(({ tags }) => tags).filter((tag) => !known.includes(tag))).toEqual([]);
  });

  it('declares the parameters in each path, and no others', () => {
    for (const { path, operation } of operations) {
      const declared = operation.parameters
        .map((parameter) => resolve<Parameter>(document, parameter))
        .filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(declared.every(({ required }) => required === true)).toBe(true);
    }
  });

  it('explains every parameter, every answer and every member', () => {
    const responses = everyOperation.flatMap((operation) => Object.values(operation.responses));
    for (const response of responses) expect(resolve<Response>(document, response).description).toMatch(/./);
    const parameters = everyOperation.flatMap((operation) => operation.parameters);
    for (const parameter of parameters) expect(resolve<Parameter>(document, parameter).description).toMatch(/./);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      expect(schema['description'], name).toMatch(/./);
      const members = everyObject(schema).flatMap(({ properties = {} }) => Object.entries(properties as object));
      for (const [member, { description }] of members) expect(description, `${name}.${member}`).toMatch(/./);
    }
  });

  it('shows examples that are as it describes them', () => {
    const shown = Object.values(document.components.responses).flatMap(
      ({ content }) => content?.['application/json'] ?? [],
    );
    expect(shown.length).toBeGreaterThan(5);
    for (const { schema, example } of shown) expect(readerOf(document, schema).parse(example)).toEqual(example);
  });
});
