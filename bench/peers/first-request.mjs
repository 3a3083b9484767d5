/** What every contestant of the cold start does around its program: listens, sends itself one request, tells and ends. */
import { createServer, request } from 'node:http';

/**
 * Serves with `listener` and answers one request; `importMs` is how long the program took to load.
 */
export function answerFirst(listener, { importMs, method = 'POST', path = '/', body = '', headers = {} }) {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1', () => {
    const sent = request({ host: '127.0.0.1', port: server.address().port, method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        process.stdout.write(`${JSON.stringify({ importMs, status: response.statusCode, text })}\n`, () =>
          process.exit(),
        );
      });
    });
    sent.end(body);
  });
}

/** The body of a request, as text. */
export async function readText(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
