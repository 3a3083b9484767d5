import { describe, expect, test } from 'vitest';
import { findRoute } from '../../../functions/start/routes.ts';
import { RecorderError } from '../../../shared/errors.ts';
import { createErrorResult, type HttpEvent } from '../../../shared/fc.ts';
import { callRest, type RestRequest } from '../../support/rest.ts';

async function answerFault(request: RestRequest) {
  try {
    return await callRest(request);
  } catch (error) {
    if (error instanceof RecorderError) return createErrorResult(error, 'R1');
    throw error;
  }
}

describe('answerRest', () => {
  test.each([
    ['PUT', '/record-tasks', 'GET, HEAD, POST'],
    ['DELETE', '/record-tasks', 'GET, HEAD, POST'],
    ['POST', '/record-tasks/task-1', 'GET, HEAD, PATCH, DELETE'],
    ['GET', '/layout-previews', 'POST'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['POST', '/', 'GET, HEAD'],
    ['NONSENSE', '/schedules/s', 'GET, HEAD, PATCH, DELETE'],
  ])('says to %s %s that there is %s', async (method, path, allow) => {
    const { statusCode, headers, body } = await answerFault({ method, path });
    expect([statusCode, headers.allow, JSON.parse(body).Code]).toEqual([405, allow, 'MethodNotAllowed']);
  });

  test.each(['/nowhere', '/record-tasks/a/b', '/record-tasks/a/files', '//'])('knows nothing at %s', async (path) => {
    const { statusCode, headers, body } = await answerFault({ method: 'PUT', path });
    expect([statusCode, headers.allow, JSON.parse(body).Code]).toEqual([404, undefined, 'NotFound']);
  });

  test('tells whoever has no key of no route', async () => {
    const headers = { Authorization: '' };
    for (const path of ['/record-tasks', '/nowhere']) {
      expect((await answerFault({ method: 'PUT', path, headers })).statusCode).toBe(401);
    }
  });
});

describe('findRoute', () => {
  const find = (method: string, rawPath: string) => {
    const event: HttpEvent = {
      ...{ version: 'v1', rawPath, body: '', isBase64Encoded: false, headers: {}, queryParameters: {} },
      requestContext: { domainName: 'd', requestId: 'r', http: { method, path: rawPath } },
    };
    return findRoute(event);
  };

  test.each([
    ['GET', '/healthz', '/healthz'],
    ['HEAD', '/record-tasks', '/record-tasks'],
    ['PATCH', '/record-tasks/a-value', '/record-tasks/{TaskId}'],
    ['GET', '/record-tasks/a-value/files/2', '/record-tasks/{TaskId}/files/{File}'],
    ['POST', '/events/a-value/redeliver', '/events/{EventId}/redeliver'],
  ])('names the route of %s %s without what is in it', (method, path, route) => {
    expect(find(method, path)).toBe(route);
  });

  test.each([
    ['PUT', '/record-tasks/a-value'],
    ['GET', '/a-value'],
    ['POST', '/'],
  ])('knows none for %s %s', (method, path) => {
    expect(find(method, path)).toBeUndefined();
  });
});
