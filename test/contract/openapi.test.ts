/**
 * The document against a public validator, against the model it is made of, and against the routes there are.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { createOpenApiDocument } from '../../functions/start/openapi.ts';
import { listOperations } from '../../functions/start/operations.ts';
import { app } from '../../functions/start/routes.ts';
import { StartRecordTaskSchema } from '../../shared/record-task/start-record-task.ts';
import { UpdateRecordTaskSchema } from '../../shared/record-task/update-record-task.ts';
import { callRest } from '../support/rest.ts';

interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
}

const JsonSchemaLike: v.GenericSchema<unknown, JsonSchema> = v.pipe(
  v.looseObject({
    type: v.exactOptional(v.string()),
    properties: v.exactOptional(
      v.record(
        v.string(),
        v.lazy(() => JsonSchemaLike),
      ),
    ),
    items: v.exactOptional(v.lazy(() => JsonSchemaLike)),
    required: v.exactOptional(v.array(v.string())),
  }),
);

const Response = v.looseObject({
  description: v.string(),
  content: v.optional(v.record(v.string(), v.unknown())),
  headers: v.optional(v.record(v.string(), v.unknown())),
});

const Document = v.looseObject({
  openapi: v.string(),
  info: v.looseObject({ version: v.string() }),
  paths: v.record(
    v.string(),
    v.record(
      v.string(),
      v.looseObject({
        operationId: v.string(),
        security: v.optional(v.array(v.unknown())),
        parameters: v.optional(
          v.array(v.object({ name: v.string(), in: v.string(), description: v.string(), required: v.boolean() })),
        ),
        responses: v.record(v.string(), Response),
      }),
    ),
  ),
  components: v.object({ securitySchemes: v.unknown(), schemas: v.record(v.string(), JsonSchemaLike) }),
});

/** As a client receives it. */
const RECEIVED = JSON.parse(JSON.stringify(createOpenApiDocument()));
const DOCUMENT = v.parse(Document, RECEIVED);
const { schemas } = DOCUMENT.components;

function resolve(schema: JsonSchema | undefined): JsonSchema {
  const ref = schema?.$ref;
  const target = typeof ref === 'string' ? schemas[ref.replace('#/components/schemas/', '')] : schema;
  if (target === undefined) throw new Error('A reference to nothing.');
  return target;
}

function findSchema(component: string, path: string): JsonSchema {
  return path
    .split('.')
    .reduce(
      (schema, name) => resolve(name === '[]' ? schema.items : schema.properties?.[name]),
      resolve(schemas[component]),
    );
}

/** Every named parameter of a model by its path; `[]` stands for the items of a list. */
function listModelPaths(schema: v.GenericSchema, path: readonly string[]): readonly string[] {
  if ('wrapped' in schema) return listModelPaths(v.parse(SchemaLike, schema.wrapped), path);
  if ('item' in schema) return listModelPaths(v.parse(SchemaLike, schema.item), [...path, '[]']);
  if (!('entries' in schema)) return [];
  return Object.entries(v.parse(v.record(v.string(), SchemaLike), schema.entries)).flatMap(([name, entry]) => [
    [...path, name].join('.'),
    ...listModelPaths(entry, [...path, name]),
  ]);
}

const SchemaLike = v.custom<v.GenericSchema>((input) => typeof input === 'object' && input !== null && 'kind' in input);

const BOUNDS = ['enum', 'minimum', 'exclusiveMinimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'];

const MODELS = [
  ['StartRequest', '', StartRecordTaskSchema],
  ['UpdateRequest', '', UpdateRecordTaskSchema],
  ['LayoutPreviewRequest', 'Parameters.', StartRecordTaskSchema],
] as const;

describe('createOpenApiDocument', () => {
  it('is valid by a public validator', async () => {
    const validator = new Validator();
    expect(await validator.validate(RECEIVED)).toEqual({ valid: true });
    expect([validator.version, DOCUMENT.openapi]).toEqual(['3.1', '3.1.0']);
  });

  it('would not be valid with a fault in it', async () => {
    const faulty = { ...RECEIVED, paths: { '/x': { get: { responses: [] } } } };
    expect((await new Validator().validate(faulty)).valid).toBe(false);
  });

  it('refers only to what there is', () => {
    const refs = [...JSON.stringify(RECEIVED).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(refs.length).toBeGreaterThan(20);
    expect(refs.filter((name) => name === undefined || schemas[name] === undefined)).toEqual([]);
    expect(Object.keys(schemas).filter((name) => !refs.includes(name))).toEqual([]);
  });

  it.each(MODELS)('%s %s describes each parameter of the model, with its bounds', (component, prefix, model) => {
    const paths = listModelPaths(model, []).map((path) => `${prefix}${path}`);
    expect(paths.length).toBeGreaterThan(30);
    for (const path of paths) {
      const schema = findSchema(component, path);
      const bounded = BOUNDS.filter((keyword) => schema[keyword] !== undefined);
      expect([path, schema.description]).toEqual([path, expect.stringMatching(/\.$/)]);
      expect([path, bounded]).not.toEqual([path, []]);
      expect([path, schema['x-accepted'], schema['x-source']]).toEqual([path, expect.any(String), expect.any(String)]);
    }
  });

  it.each([
    ['AppId', { type: 'string', minLength: 1, maxLength: 64, pattern: '^[!-~]+$' }],
    ['TaskId', { type: 'string', minLength: 1, maxLength: 55, pattern: '^[A-Za-z0-9_-]+$' }],
    ['MixMode', { type: 'integer', enum: [0, 1], default: 1 }],
    ['SourceType', { type: 'string', enum: ['camera', 'shareScreen'], default: 'camera' }],
    ['LayoutIds', { type: 'array', minItems: 1, maxItems: 16 }],
    ['LayoutIds.[]', { type: 'integer', minimum: 1 }],
    ['SubSpecUsers.[]', { type: 'string', maxLength: 64 }],
    ['UserPanes', { type: 'array', minItems: 1, maxItems: 16 }],
    ['UserPanes.[].PaneId', { type: 'integer', minimum: 0, maximum: 15 }],
    ['UserPanes.[].Images.[].X', { type: 'number', minimum: 0, maximum: 1 }],
    ['UserPanes.[].Images.[].Width', { type: 'number', exclusiveMinimum: 0, maximum: 1 }],
    ['UserPanes.[].Texts.[].FontSize', { type: 'integer', minimum: 1, maximum: 72 }],
    ['UserPanes.[].Texts.[].FontColor', { type: 'integer', minimum: 0, maximum: 16_777_215 }],
    ['Watermarks.[].Alpha', { type: 'number', minimum: 0, maximum: 1 }],
    ['MaxDurationSeconds', { type: 'integer', minimum: 1, maximum: 31_536_000 }],
  ])('StartRequest bounds %s as the page does', (path, bounds) => {
    expect(findSchema('StartRequest', path)).toMatchObject(bounds);
  });

  it('StartRequest lists all values of the tables', () => {
    expect(findSchema('StartRequest', 'MediaEncode').enum).toHaveLength(28);
    expect(findSchema('StartRequest', 'TaskProfile').enum).toHaveLength(19);
  });

  it('knows nothing but what is described, and what may be left out', () => {
    for (const name of ['StartRequest', 'UpdateRequest', 'LayoutPreviewRequest', 'ScheduleRequest']) {
      expect([name, resolve(schemas[name]).additionalProperties]).toEqual([name, false]);
    }
    expect(resolve(schemas.StartRequest).required).toEqual(['ChannelId']);
    expect(resolve(schemas.UpdateRequest).required ?? []).toEqual([]);
    expect(findSchema('LayoutPreviewRequest', 'Layouts.[]').required).toEqual(['LayoutId', 'Panes']);
  });

  it('describes each route there is, and no other', () => {
    const routes = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    const described = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(routes.toSorted());
    expect(routes).toContain('POST /layout-previews');
  });

  it('asks for a key on all routes but the one before the door', () => {
    const open = Object.entries(DOCUMENT.paths).flatMap(([path, operations]) =>
      Object.values(operations).flatMap(({ security }) => (security?.length === 0 ? [path] : [])),
    );
    expect(open).toEqual(['/healthz']);
  });

  it('gives every operation a name of its own, parameters that are described, and its errors', () => {
    const operations = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
      Object.values(methods).map((operation) => ({ path, ...operation })),
    );
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(listOperations().length);
    for (const { path, parameters = [], responses } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const required = parameters.filter((parameter) => parameter.required);
      expect(required.map((parameter) => [parameter.name, parameter.in])).toEqual(inPath.map((name) => [name, 'path']));
      expect(parameters.filter(({ description }) => !description.endsWith('.'))).toEqual([]);
      expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true);
      expect(responses[500]?.description).toContain('InternalError');
    }
    const update = DOCUMENT.paths['/record-tasks/{TaskId}']?.patch;
    expect(update?.responses[409]?.description).toBe('TaskExternal, TaskNotUpdatable, TaskNotRunning.');
  });

  it('describes a body or a Location for each answer', () => {
    const responses = Object.values(DOCUMENT.paths).flatMap((operations) =>
      Object.values(operations).flatMap((operation) => Object.entries(operation.responses)),
    );
    const withoutBody = responses.filter(([, { content }]) => content === undefined);
    expect(withoutBody.map(([status, { headers = {} }]) => [status, Object.keys(headers)])).toEqual([
      ['302', ['Location']],
    ]);
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(DOCUMENT.info.version).toBe(version);
  });
});

describe('GET /openapi.json', () => {
  it('answers the document, with the key', async () => {
    const { statusCode, headers, body } = await callRest({ method: 'GET', path: '/openapi.json' });
    expect([statusCode, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(JSON.parse(body)).toEqual(RECEIVED);
    const withoutKey = callRest({ method: 'GET', path: '/openapi.json', headers: { Authorization: '' } });
    await expect(withoutKey).rejects.toMatchObject({ code: 'Unauthorized' });
  });
});
