/**
 * HTTP in front of the gateway, of the recorded files and of the admin routes.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AdminSubject, answerAdmin, isAdminPath } from './admin.ts';
import type { Gateway, GatewayReply } from './gateway.ts';
import { answerObject, isObjectPath, type OssSubject } from './oss-object.ts';

/** Official clients put the largest StartRecordTask into the path; the limit of the real gateway is not documented. */
const MAX_HEADER_BYTES = 256 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;

/** What is behind the server. */
interface EmulatorParts {
  readonly gateway: Gateway;
  readonly admin: AdminSubject;
  readonly oss: OssSubject;
}

/** Returns a server that does not listen yet. */
export function createEmulatorServer(parts: EmulatorParts): Server {
  return createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
    void serve(parts, request, response);
  });
}

async function serve(
  { gateway, admin, oss }: EmulatorParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request);
  if (body === 'aborted') return;
  if (body === 'tooLarge') {
    response.writeHead(413, { connection: 'close' }).end();
    return;
  }
  const { method = '', url = '/', rawHeaders } = request;
  if (isAdminPath(url)) {
    const answer = answerAdmin({ method, path: url, host: request.headers.host ?? '', body }, admin);
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    return;
  }
  if (isObjectPath(url)) {
    const answer = answerObject({ method, path: url }, oss);
    response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body);
    return;
  }
  send(await gateway.handle({ method, path: url, headers: toPairs(rawHeaders), body }), response);
}

async function readBody(request: IncomingMessage): Promise<Buffer | 'tooLarge' | 'aborted'> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return 'tooLarge';
    }
  } catch {
    return 'aborted';
  }
  return Buffer.concat(chunks);
}

function toPairs(rawHeaders: readonly string[]): readonly (readonly [string, string])[] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ''] as const] : []));
}

function send(reply: GatewayReply, response: ServerResponse): void {
  if (reply.kind === 'answer') {
    response.statusCode = reply.status;
    response.setHeader('content-type', reply.contentType).end(reply.body);
  } else if (reply.kind === 'reset') {
    response.socket?.resetAndDestroy();
  }
}
