/**
 * The routes of the console: its page and the files of it, which are read when they are first asked for, so that an
 * instance that shows no console does not pay for it.
 *
 * @module
 */
import { readFile } from 'node:fs/promises';
import { RecorderError } from '../../shared/errors.ts';
import { type RouteApp, toResponse } from './route.ts';

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
  app.get('/', async () => await answerFile('index.html'));
  app.get('/console/:File', async (c) => await answerFile(c.req.param('File')));
}

async function answerFile(name: string): Promise<Response> {
  if (!isKnownFile(name)) throw new RecorderError('NotFound');
  return toResponse({
    statusCode: 200,
    headers: {
      'content-type': FILES[name],
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, no-cache',
    },
    body: await readFile(new URL(name, FOLDER), 'utf8'),
    isBase64Encoded: false,
  });
}

function isKnownFile(name: string): name is keyof typeof FILES {
  return Object.hasOwn(FILES, name);
}
