/**
 * What can happen to a callback on its way from RTC to the function: it comes ten times, late, in another order, or never.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK, listen } from '../../local/listen.ts';

/** What happens to the messages from now on. */
export type Mischief = 'none' | 'tenfold' | 'tenfoldWithNewMsgIds' | 'reorder' | 'delay' | 'drop';

export interface ChaosRelay {
  /** For the record template's HttpCallbackUrl. */
  readonly url: string;
  set(mischief: Mischief): void;
  /** Messages taken from RTC so far. */
  takenCount(): number;
  /** Resolves when nothing is on its way any more. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a relay in front of a callback URL. */
export async function startChaosRelay(callbackUrl: string): Promise<ChaosRelay> {
  let mischief: Mischief = 'none';
  let taken = 0;
  let held: string | undefined;
  const underWay = new Set<Promise<unknown>>();

  const post = async (body: string): Promise<number> => {
    const response = await fetch(callbackUrl, { method: 'POST', body });
    await response.arrayBuffer();
    return response.status;
  };

  const track = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    void work.catch(() => undefined).finally(() => underWay.delete(work));
    return work;
  };

  /** The status RTC gets to see. */
  async function relay(body: string): Promise<number> {
    switch (mischief) {
      case 'none':
        return await post(body);
      case 'tenfold':
      case 'tenfoldWithNewMsgIds': {
        const copies = Array.from({ length: 10 }, (_, index) =>
          mischief === 'tenfold' ? body : JSON.stringify({ ...JSON.parse(body), MsgId: `copy-${taken}-${index}` }),
        );
        const statuses = await Promise.all(copies.map(post));
        return Math.min(...statuses);
      }
      case 'reorder': {
        // Each message waits for its successor and comes after it.
        const earlier = held;
        held = body;
        if (earlier !== undefined) return await post(earlier);
        return 200;
      }
      case 'delay':
        void track(sleep(200 + 300 * Math.random()).then(() => post(body)));
        return 200;
      case 'drop':
        return 200;
    }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    taken += 1;
    const status = await relay(Buffer.concat(chunks).toString()).catch(() => 502);
    response.writeHead(status).end();
  }

  const server = createServer((request, response) => {
    void track(serve(request, response));
  });
  const port = await listen(server, 0);
  return {
    url: `http://${LOOPBACK}:${port}/`,
    set(next) {
      mischief = next;
    },
    takenCount: () => taken,
    async settle() {
      const last = held;
      held = undefined;
      if (last !== undefined) await post(last);
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
