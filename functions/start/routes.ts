/**
 * The REST interface: the door, the routes behind it, and the way from the platform's event to a route and back.
 *
 * @module
 */
import { METHOD_NAME_ALL } from 'hono/router';
import { Hono } from 'hono/tiny';
import { RecorderError } from '../../shared/errors.ts';
import { createJsonResult, type HttpEvent, type HttpResult } from '../../shared/fc.ts';
import { addConsoleRoutes } from './console-routes.ts';
import { addDeadLetterRoutes } from './dead-letter-routes.ts';
import { verifyCaller } from './door.ts';
import { addEventRoutes } from './event-routes.ts';
import { addFileLinkRoutes } from './file-link-routes.ts';
import { addLayoutPreviewRoutes } from './layout-preview-routes.ts';
import { addOpenApiRoute } from './openapi.ts';
import { addRecordTaskRoutes } from './record-task-routes.ts';
import { type RouteBindings, toResponse } from './route.ts';
import { addScheduleRoutes } from './schedule-routes.ts';

/** The application; the OpenAPI document describes each of its routes. */
export const app = new Hono<{ Bindings: RouteBindings }>();

app.get('/healthz', (c) => toResponse(createJsonResult(200, { RequestId: c.env.requestId, Status: 'ok' })));

app.use(async (c, next) => {
  verifyCaller(c.env.event, c.env.config);
  await next();
});

addRecordTaskRoutes(app);
addFileLinkRoutes(app);
addScheduleRoutes(app);
addEventRoutes(app);
addDeadLetterRoutes(app);
addLayoutPreviewRoutes(app);
addOpenApiRoute(app);
addConsoleRoutes(app);

app.notFound((c) => {
  const allowedMethods = METHODS.filter((method) => matchRoute(method, c.req.path) !== undefined);
  if (allowedMethods.length === 0) throw new RecorderError('NotFound');
  throw new RecorderError('MethodNotAllowed', { allowedMethods });
});

app.onError((error) => {
  throw error;
});

/** Those of the HTTP trigger. */
const METHODS = ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'] as const;

/** The path of the route that a request is for, as the OpenAPI document has it: `/record-tasks/{TaskId}`. */
export function findRoute(event: HttpEvent): string | undefined {
  return matchRoute(event.requestContext.http.method, event.rawPath)?.replace(/:(\w+)/g, '{$1}');
}

function matchRoute(method: string, path: string): string | undefined {
  // The router answers HEAD as a GET without its body.
  const [handlers] = app.router.match(method === 'HEAD' ? 'GET' : method, path);
  // What is there for all methods is the door.
  return handlers.map(([[, route]]) => route).find((route) => route.method !== METHOD_NAME_ALL)?.path;
}

/**
 * Answers a REST request.
 *
 * @throws RecorderError for anything but a success; see `createErrorResult`.
 */
export async function answerRest(bindings: RouteBindings): Promise<HttpResult> {
  const { event } = bindings;
  const response = await app.fetch(createRequest(event), bindings);
  return fromResponse(response);
}

function createRequest(event: HttpEvent): Request {
  const query = new URLSearchParams(event.queryParameters ?? {}).toString();
  try {
    // The host is of no interest to routing; what it is for signatures is read from the event.
    return new Request(`https://function.invalid${event.rawPath}${query === '' ? '' : `?${query}`}`, {
      method: event.requestContext.http.method,
    });
  } catch (error) {
    throw new RecorderError('MalformedRequest', { cause: error });
  }
}

async function fromResponse(response: Response): Promise<HttpResult> {
  return {
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
    isBase64Encoded: false,
  };
}
