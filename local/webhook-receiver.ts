/**
 * An app's webhook endpoint: verifies each delivery with the npm package `standardwebhooks`, which knows nothing of this
 * project, and keeps what it received.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import * as v from 'valibot';
import { LOOPBACK, listen } from './listen.ts';

/** One event, by its `webhook-id`, with all its deliveries. */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  /** When the first delivery was verified. */
  readonly verifiedAt: Date;
  /** Verified deliveries so far, whatever they were answered. */
  readonly attempts: number;
}

export interface WebhookReceiverOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** `whsec_…` */
  readonly secret: string;
  /** Called for each verified delivery, a repeated one included. */
  readonly onEvent?: (event: ReceivedEvent) => void;
}

/** A status; `slow` is 204 after {@link SLOW_MS}, `hang` never answers, `reset` breaks the connection off. */
export type WebhookAnswer = number | 'slow' | 'hang' | 'reset';

/** Longer than a first attempt is waited for, shorter than a later one. */
const SLOW_MS = 2_000;

export interface WebhookReceiver {
  readonly url: string;
  /** Events in the order of their first delivery. */
  events(): readonly ReceivedEvent[];
  /** Deliveries whose signature, time or form was not right: answered 401. */
  rejectedCount(): number;
  /** What verified deliveries get from now on. 204 at first. */
  respondWith(answer: WebhookAnswer): void;
  close(): Promise<void>;
}

const bodySchema = v.object({ type: v.string(), timestamp: v.pipe(v.string(), v.isoTimestamp()), data: v.unknown() });

/** Starts the receiver. @throws RecorderError `Misconfigured` if the port is taken */
export async function startWebhookReceiver(options: WebhookReceiverOptions): Promise<WebhookReceiver> {
  const webhook = new Webhook(options.secret);
  const received = new Map<string, ReceivedEvent>();
  let rejected = 0;
  let answer: WebhookAnswer = 204;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const event = await verify(request);
    if (event === undefined) {
      rejected += 1;
      response.writeHead(401).end();
      return;
    }
    received.set(event.id, event);
    options.onEvent?.(event);
    switch (answer) {
      case 'hang':
        return;
      case 'reset':
        request.socket.resetAndDestroy();
        return;
      case 'slow':
        await sleep(SLOW_MS, undefined, { ref: false });
        response.writeHead(204).end();
        return;
      default:
        response.writeHead(answer).end();
    }
  }

  async function verify(request: IncomingMessage): Promise<ReceivedEvent | undefined> {
    const id = String(request.headers['webhook-id'] ?? '');
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    try {
      const verified = webhook.verify(Buffer.concat(chunks), {
        'webhook-id': id,
        'webhook-timestamp': String(request.headers['webhook-timestamp'] ?? ''),
        'webhook-signature': String(request.headers['webhook-signature'] ?? ''),
      });
      const { type, data } = v.parse(bodySchema, verified);
      const before = received.get(id);
      return { id, type, data, verifiedAt: before?.verifiedAt ?? new Date(), attempts: (before?.attempts ?? 0) + 1 };
    } catch {
      return undefined;
    }
  }

  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  const port = await listen(server, options.port);

  return {
    url: `http://${LOOPBACK}:${port}/`,
    events: () => [...received.values()],
    rejectedCount: () => rejected,
    respondWith(next) {
      answer = next;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
