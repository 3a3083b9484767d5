/**
 * A relay in front of a function that notes what a browser really sent: whether stored credentials came along, and what
 * the browser said of where the request comes from. To the browser the relay is the function's origin.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import { LOOPBACK, listen } from '../../local/listen.ts';

/** A request as it arrived, and what it was answered. */
export interface WatchedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly credentials: 'sent' | 'none';
  /** `Sec-Fetch-Site` and `Sec-Fetch-Mode`. */
  readonly site: string | undefined;
  readonly mode: string | undefined;
  readonly status: number;
}

export interface RequestWatch {
  readonly url: string;
  /** Answered requests, in the order of their answers. */
  requests(): readonly WatchedRequest[];
  close(): Promise<void>;
}

/** Starts a relay on a free port; requests reach `targetPort` byte for byte, the Host header included. */
export async function startRequestWatch(targetPort: number): Promise<RequestWatch> {
  const watched: WatchedRequest[] = [];

  function relay(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url: path = '', rawHeaders, headers } = request;
    const onward = sendRequest({ host: LOOPBACK, port: targetPort, method, path, headers: rawHeaders, setHost: false });
    onward.on('error', () => response.destroy());
    onward.on('response', (answer) => {
      const status = answer.statusCode ?? 0;
      watched.push({
        ...{ method, path, status },
        credentials: headers.authorization === undefined ? 'none' : 'sent',
        site: readText(headers['sec-fetch-site']),
        mode: readText(headers['sec-fetch-mode']),
      });
      response.writeHead(status, answer.rawHeaders);
      answer.pipe(response);
    });
    request.pipe(onward);
  }

  const server = createServer(relay);
  const port = await listen(server, 0);
  return {
    url: `http://${LOOPBACK}:${port}`,
    requests: () => [...watched],
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

const readText = (value: string | string[] | undefined) => (typeof value === 'string' ? value : undefined);
