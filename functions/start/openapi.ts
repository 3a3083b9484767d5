/**
 * The OpenAPI 3.1 document, made of the model and the table of routes when it is first asked for.
 *
 * @module
 */
import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import { type ErrorCode, RecorderError } from '../../shared/errors.ts';
import { createJsonResult } from '../../shared/fc.ts';
import {
  type Component,
  createComponents,
  listOperations,
  type Operation,
  type OperationParameter,
} from './operations.ts';
import { type RouteApp, toResponse } from './route.ts';

/** Version of the interface: that of the package. */
const API_VERSION = '0.1.0';

let document: object | undefined;

/** Adds `GET /openapi.json`. */
export function addOpenApiRoute(app: RouteApp): void {
  app.get('/openapi.json', () => {
    document ??= createOpenApiDocument();
    return toResponse(createJsonResult(200, document));
  });
}

/** The document. Bounds and descriptions of parameters are those of the schemas that check them. */
export function createOpenApiDocument(): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of listOperations()) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOperation(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'rtc-recorder',
      version: API_VERSION,
      description:
        'Starts, schedules and follows recordings of Alibaba Cloud RTC channels. `GET|POST /` with an `Action` is answered as the RPC interface of RTC answers it, and is not described here.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'basic', description: 'The id and the secret of an API key, over https.' },
      },
      schemas: toJsonSchemaDefs(createComponents(), CONVERSION),
    },
  };
}

/** Metadata that JSON Schema has no keyword for. */
const EXTENSIONS = new Map([
  ['accepted', 'x-accepted'],
  ['source', 'x-source'],
  ['unit', 'x-unit'],
]);

const CONVERSION: ConversionConfig = {
  target: 'draft-2020-12',
  typeMode: 'input',
  // What only a function can judge is said in words.
  ignoreActions: ['check'],
  overrideRef: ({ referenceId }) => toRef(referenceId),
  overrideSchema: ({ valibotSchema, jsonSchema }) => {
    const isWholeNumber = valibotSchema.type === 'picklist' && jsonSchema.enum?.every(Number.isInteger);
    return isWholeNumber ? { ...jsonSchema, type: 'integer' } : undefined;
  },
  overrideAction: ({ valibotAction, jsonSchema }) => {
    if (valibotAction.type === 'metadata') return renameExtensions(jsonSchema);
    // Patterns of JSON Schema are read as if they had the u flag; no other flag can be said.
    return isUnicodePattern(valibotAction) ? { ...jsonSchema, pattern: valibotAction.requirement.source } : undefined;
  },
};

function renameExtensions(schema: object): object {
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [EXTENSIONS.get(name) ?? name, value]));
}

function isUnicodePattern(action: object): action is { readonly requirement: RegExp } {
  return 'requirement' in action && action.requirement instanceof RegExp && action.requirement.flags === 'u';
}

function toRef(component: string): string {
  return `#/components/schemas/${component}`;
}

function describeOperation(operation: Operation): object {
  const { operationId, summary, access, parameters = [], body } = operation;
  return {
    operationId,
    summary,
    ...(access === 'open' && { security: [] }),
    ...(parameters.length > 0 && { parameters: parameters.map(describeParameter) }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: { $ref: toRef(body) } } } },
    }),
    responses: describeResponses(operation),
  };
}

function describeParameter({ name, in: place, description, schema }: OperationParameter): object {
  const { $schema, description: _description, ...converted } = toJsonSchema(schema, CONVERSION);
  return { name, in: place, description, required: place === 'path', schema: converted };
}

/** The answers of an operation, then its errors by status, whose codes are named. */
function describeResponses(operation: Operation): object {
  const responses: Record<string, object> = {};
  for (const [status, codes] of groupByStatus(listErrors(operation))) {
    const faults = status === 400 ? 'Missing{Parameter}, Invalid{Parameter}, UnknownParameter, ' : '';
    responses[status] = describeResponse(`${faults}${codes.join(', ')}.`, ['ErrorAnswer'], undefined);
  }
  for (const [status, { description, json, or, location }] of Object.entries(operation.answers)) {
    responses[status] =
      location === undefined ? describeResponse(description, json, or) : describeRedirect(description, location);
  }
  return responses;
}

function describeResponse(
  description: string,
  components: readonly Component[],
  mediaType: string | undefined,
): object {
  const refs = components.map((component) => ({ $ref: toRef(component) }));
  const schema = refs.length > 1 ? { anyOf: refs } : (refs[0] ?? { type: 'object' });
  const isJson = mediaType === undefined || refs.length > 0;
  return {
    description,
    content: {
      ...(mediaType !== undefined && { [mediaType]: { schema: { type: 'string' } } }),
      ...(isJson && { 'application/json': { schema } }),
    },
  };
}

function describeRedirect(description: string, location: string): object {
  return { description, headers: { Location: { description: location, schema: { type: 'string', format: 'uri' } } } };
}

const DOOR_ERRORS: readonly ErrorCode[] = ['InvalidProtocol.NeedSsl', 'CrossSiteRequest', 'Unauthorized'];
const QUERY_ERRORS: readonly ErrorCode[] = ['MalformedRequest'];
const BODY_ERRORS: readonly ErrorCode[] = ['UnsupportedMediaType', 'BodyTooLarge', 'MalformedBody'];
const DATABASE_ERRORS: readonly ErrorCode[] = ['ServiceUnavailable', 'NotMigrated'];
const COMMON_ERRORS: readonly ErrorCode[] = ['InternalError', 'Misconfigured'];

function listErrors({ access, body, errors = [], needs, parameters = [] }: Operation): readonly ErrorCode[] {
  return [
    ...(body === undefined && parameters.length === 0 ? [] : QUERY_ERRORS),
    ...(body === undefined ? [] : BODY_ERRORS),
    ...errors,
    ...(access === 'open' ? [] : DOOR_ERRORS),
    ...(needs === 'nothing' ? [] : DATABASE_ERRORS),
    ...COMMON_ERRORS,
  ];
}

function groupByStatus(codes: readonly ErrorCode[]): ReadonlyMap<number, readonly ErrorCode[]> {
  const groups = new Map<number, readonly ErrorCode[]>();
  for (const code of new Set(codes)) {
    const { status } = new RecorderError(code);
    groups.set(status, [...(groups.get(status) ?? []), code]);
  }
  return groups;
}
