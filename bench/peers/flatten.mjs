/** The official client's own way from nested parameters to RPC names, and ajv over the service's own JSON Schema. */
import OpenApiUtil from '@alicloud/openapi-util';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

export const flatten = (request) => OpenApiUtil.default.query(request);

export function compileJsonSchema(document) {
  const ajv = new Ajv.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'openapi');
  return ajv.getSchema('openapi#/components/schemas/StartRequest');
}
