/**
 * REST requests straight to the routes of the start function, for those that need no database.
 *
 * @module
 */
import { answerRest } from '../../functions/start/routes.ts';
import { loadStartConfig } from '../../shared/config.ts';
import type { HttpEvent, HttpResult } from '../../shared/fc.ts';

const SECRET = 's'.repeat(32);

const CONFIG = loadStartConfig({ DATABASE_URL: 'postgres://db/x', API_KEYS: `id:${SECRET}`, APP_IDS: 'app1' });

const HEADERS = {
  'X-Forwarded-Proto': 'https',
  Authorization: `Basic ${Buffer.from(`id:${SECRET}`).toString('base64')}`,
  'Content-Type': 'application/json',
};

/** What differs from a request with the API key and a JSON body. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers a request; any use of the database fails. */
export async function callRest({ method, path, body, headers }: RestRequest): Promise<HttpResult> {
  const event: HttpEvent = {
    version: 'v1',
    rawPath: path,
    body: body === undefined ? '' : JSON.stringify(body),
    isBase64Encoded: false,
    headers: { ...HEADERS, ...headers },
    queryParameters: {},
    requestContext: { domainName: 'recorder.example.com', requestId: 'r', timeEpoch: '0', http: { method, path } },
  };
  return await answerRest({
    event,
    requestId: 'R1',
    now: new Date('2026-11-22T10:00:00Z'),
    createId: () => '11111111-2222-4333-8444-555555555555',
    openService: () => Promise.reject(new Error('The database was asked.')),
    config: CONFIG,
  });
}
