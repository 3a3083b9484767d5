/**
 * The process of one function instance: loads the handler and runs one invocation at a time, as the nodejs20 runtime
 * does. Entry point of its own (`dist/local/instance.mjs`), forked by the function host, with Node's own modules only.
 *
 * Arguments: the code folder, and the handler as `s.yaml` has it (`index.handler`).
 * Only handlers that return a value or a promise are served; the older callback form is not.
 *
 * @see https://help.aliyun.com/zh/functioncompute/user-guide/request-handlers
 * @module
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import type { FunctionError, InstanceMessage, InvokeMessage } from './instance-protocol.ts';

const [codeFolder = '.', handlerName = 'index.handler'] = process.argv.slice(2);

let requestId: string | undefined;

/** One line per call, prefixed as in Function Compute's logs: `<time> <request id> [level] <text>`. */
function writeLog(level: string, ...values: unknown[]): void {
  const text = format(...values);
  // Newlines become carriage returns, so that one call stays one line.
  const line = requestId === undefined ? text : `${new Date().toISOString()} ${requestId} [${level}] ${text}`;
  process.stdout.write(`${line.replaceAll('\n', '\r')}\n`);
}

const logger = {
  debug: writeLog.bind(undefined, 'debug'),
  info: writeLog.bind(undefined, 'info'),
  log: writeLog.bind(undefined, 'verbose'),
  warn: writeLog.bind(undefined, 'warn'),
  error: writeLog.bind(undefined, 'error'),
};
Object.assign(console, logger);

async function loadHandler(): Promise<(event: Buffer, context: object) => unknown> {
  const [file = '', exportName = ''] = handlerName.split('.');
  const path = [`${file}.mjs`, `${file}.js`].map((name) => join(codeFolder, name)).find((name) => existsSync(name));
  if (path === undefined) throw new Error(`there is no ${file}.mjs or ${file}.js at the root of the code folder`);
  const loaded: Record<string, unknown> = await import(pathToFileURL(path).href);
  const handler = loaded[exportName];
  if (typeof handler !== 'function') throw new TypeError(`${handlerName} is not a function`);
  return (event, context) => Reflect.apply(handler, undefined, [event, context]);
}

function toPayload(value: unknown): Uint8Array {
  if (value === undefined || value === null) return new Uint8Array();
  if (value instanceof Uint8Array) return value;
  return Buffer.from(typeof value === 'object' ? JSON.stringify(value) : String(value));
}

function toFunctionError(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorMessage: String(error) };
  return { errorMessage: error.message, errorType: error.name, stackTrace: error.stack?.split('\n') };
}

function tell(message: InstanceMessage): void {
  process.send?.(message);
}

/** The channel's only other end is the function host, so the kind is all that is checked. */
function isInvokeMessage(message: unknown): message is InvokeMessage {
  return typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'invoke';
}

// Without the host there is nobody to serve.
process.once('disconnect', () => process.exit());

try {
  const handler = await loadHandler();
  process.on('message', async (message: unknown) => {
    if (!isInvokeMessage(message)) return;
    requestId = message.context.requestId;
    try {
      const context = { ...message.context, logger: { requestId, ...logger } };
      tell({ kind: 'returned', payload: toPayload(await handler(Buffer.from(message.event), context)) });
    } catch (error) {
      tell({ kind: 'failed', error: toFunctionError(error) });
    }
  });
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'unloadable', error: toFunctionError(error) });
  process.disconnect();
}
