/**
 * A TCP proxy between a function and the database, to let connections die in the ways networks let them die.
 *
 * @module
 */
import { createConnection, createServer, type Socket } from 'node:net';
import { LOOPBACK, listen } from '../../local/listen.ts';

export interface TcpProxy {
  readonly port: number;
  /** Connections open now. */
  connectionCount(): number;
  /** Connections accepted so far. */
  acceptedCount(): number;
  /** Existing connections stay open and swallow every byte, both ways; new ones work. What a frozen instance finds on waking. */
  blackhole(): void;
  /** Resets existing connections; new ones work. */
  cut(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port in front of `targetPort` on the loopback interface. */
export async function startTcpProxy({ targetPort }: { readonly targetPort: number }): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let accepted = 0;

  const server = createServer((client) => {
    accepted += 1;
    const target = createConnection({ host: LOOPBACK, port: targetPort });
    const pair = [client, target] as const;
    pairs.add(pair);
    client.pipe(target).pipe(client);
    for (const [socket, other] of [pair, [target, client] as const]) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        other.destroy();
        pairs.delete(pair);
      });
    }
  });

  function cut(): void {
    for (const [client, target] of pairs) {
      client.resetAndDestroy();
      target.destroy();
    }
    pairs.clear();
  }

  const port = await listen(server, 0);
  return {
    port,
    connectionCount: () => pairs.size,
    acceptedCount: () => accepted,
    blackhole() {
      for (const [client, target] of pairs) {
        client.unpipe(target);
        target.unpipe(client);
        client.resume();
        target.resume();
      }
    },
    cut,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await closed;
    },
  };
}
