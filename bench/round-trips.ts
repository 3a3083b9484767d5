/**
 * A proxy before PostgreSQL that counts how often somebody waits for it: each `Sync` of the protocol ends one round trip. It
 * can also make them as long as they are between two machines.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 * @module
 */
import { createConnection, createServer, type Socket } from 'node:net';
import { LOOPBACK, listen } from '../local/listen.ts';

const SYNC = 'S'.charCodeAt(0);

export interface CountingProxy {
  readonly port: number;
  /** Round trips so far; those that set up a connection are not counted. */
  count(): number;
  close(): Promise<void>;
}

/** Starts one in front of `targetPort` that takes `delayMs` longer for each round trip. */
export async function startCountingProxy(targetPort: number, delayMs = 0): Promise<CountingProxy> {
  const sockets = new Set<Socket>();
  let syncs = 0;
  const server = createServer((client) => {
    const target = createConnection({ host: LOOPBACK, port: targetPort });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        target.destroy();
      });
    }
    const read = createReader((type) => {
      if (type === SYNC) syncs += 1;
    });
    client.on('data', (chunk: Buffer) => {
      read(chunk);
      if (delayMs === 0) target.write(chunk);
      else setTimeout(() => target.write(chunk), delayMs);
    });
    target.pipe(client);
  });
  const port = await listen(server, 0);
  return {
    port,
    count: () => syncs,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Tells the type of each message of a client; the first, which starts the session, has none. */
function createReader(onMessage: (type: number) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  let isStarted = false;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const offset = isStarted ? 1 : 0;
      if (rest.length < offset + 4) return;
      const end = offset + rest.readInt32BE(offset);
      if (rest.length < end) return;
      if (isStarted) onMessage(rest.readUInt8(0));
      isStarted = true;
      rest = rest.subarray(end);
    }
  };
}
