/**
 * The routes of the console: its page and the files of it, which are read when they are first asked for, so that an
 * instance that shows no console does not pay for it.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { RecorderError } from '../../shared/errors.ts';
import { type HttpEvent, readHeader } from '../../shared/fc.ts';
import type { RouteApp } from './route.ts';

/** Beside the bundle, where the build puts it. */
const FOLDER = new URL('./console/', import.meta.url);

const FILES = {
  'index.html': 'text/html; charset=utf-8',
  'main.js': 'text/javascript; charset=utf-8',
  'main.css': 'text/css; charset=utf-8',
} as const;

/** Nothing from elsewhere, nothing inline, in no frame; the pictures of layouts are data. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Adds `GET /` and the files it loads. */
export function addConsoleRoutes(app: RouteApp): void {
  app.get('/', async (c) => await answerFile('index.html', c.env.event));
  app.get('/console/:File', async (c) => await answerFile(c.req.param('File'), c.env.event));
}

async function answerFile(name: string, event: HttpEvent): Promise<Response> {
  if (!isKnownFile(name)) throw new RecorderError('NotFound');
  const body = await readFile(new URL(name, FOLDER), 'utf8');
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  const headers = {
    'content-type': FILES[name],
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    // Kept by the browser, and asked for each time: a new release is seen at once.
    'cache-control': 'private, no-cache',
    etag,
  };
  const isKnown = readHeader(event, 'if-none-match') === etag;
  return isKnown ? new Response(null, { status: 304, headers }) : new Response(body, { status: 200, headers });
}

function isKnownFile(name: string): name is keyof typeof FILES {
  return Object.hasOwn(FILES, name);
}
