/**
 * Listening on the loopback interface, with a message for the one failure a newcomer meets.
 *
 * @module
 */
import type { Server } from 'node:net';
import { RecorderError } from '../shared/errors.ts';

/** Everything local listens here only: none of it is meant for a network. */
export const LOOPBACK = '127.0.0.1';

/**
 * Starts a server on {@link LOOPBACK}.
 *
 * @param port 0 takes a free one
 * @returns the port it listens on
 * @throws RecorderError `Misconfigured` if the port is taken, naming it
 */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(isAddressInUse(error) ? portInUse(port, error) : error));
    server.listen(port, LOOPBACK, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('expected a TCP server');
  return address.port;
}

export function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

export function portInUse(port: number, cause: unknown): RecorderError {
  return new RecorderError('Misconfigured', {
    message: `Port ${port} on ${LOOPBACK} is in use: stop what listens there, or choose another port.`,
    cause,
  });
}
