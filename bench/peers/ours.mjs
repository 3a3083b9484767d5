/** A built bundle of this project behind a server of its own, as a runtime would load it. */
import { pathToFileURL } from 'node:url';
import { answerFirst, readText } from './first-request.mjs';

const { bundle, ...first } = JSON.parse(process.argv[2]);
const startedAtMs = performance.now();
const { handler } = await import(pathToFileURL(bundle).href);
const importMs = performance.now() - startedAtMs;

const CREDENTIALS = JSON.parse(process.env.BENCH_CREDENTIALS ?? '{}');

answerFirst(
  async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    const event = {
      version: 'v1',
      rawPath: url.pathname,
      headers: request.headers,
      queryParameters: Object.fromEntries(url.searchParams),
      body: await readText(request),
      isBase64Encoded: false,
      requestContext: {
        domainName: 'localhost',
        requestId: 'r',
        timeEpoch: String(Date.now()),
        http: { method: request.method, path: url.pathname },
      },
    };
    const context = { requestId: 'r', credentials: CREDENTIALS, function: { timeout: 30 } };
    const log = console.log;
    console.log = () => undefined;
    const result = await handler(Buffer.from(JSON.stringify(event)), context);
    console.log = log;
    response.writeHead(result.statusCode, result.headers).end(result.body);
  },
  { ...first, importMs },
);
