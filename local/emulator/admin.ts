/**
 * The side door of the emulator: what it knows, and what it shall do wrong. No RPC client uses these paths, and the real
 * service does not have them.
 *
 * - `GET /_emulator/state`: counts of requests for each Action and TaskId, the last requests, tasks with what they record,
 *   files, templates, the last callbacks and queue messages, and the faults that are set. Of callback addresses only the
 *   origin is shown, because the rest may be a secret.
 * - `PUT /_emulator/faults`: replaces all faults by those of the JSON body, see `fault.ts`. The answer is what is set.
 * - `GET /_emulator/faults`: what is left of them.
 * - `DELETE /_emulator/faults`: sets none; messages that were held back go out.
 *
 * ```
 * curl -X PUT http://127.0.0.1:8081/_emulator/faults -d '{
 *   "requests": [{ "Action": "StartRecordTask", "count": 2, "fault": { "kind": "acceptThenHang" } },
 *                { "TaskId": "t-1", "fault": { "kind": "error", "Code": "Throttling.User" } },
 *                { "fault": { "kind": "status", "status": 502, "body": "<html></html>", "contentType": "text/html" } }],
 *   "callbacks": [{ "count": 1, "fault": { "kind": "duplicate" } }],
 *   "taskIds": "repeatable" }'
 * ```
 *
 * Unsigned: whoever may open a connection to the loopback interface may do this. The Host header must name that
 * interface, so that no web page comes in under a name of its own.
 *
 * @module
 */
import * as v from 'valibot';
import { type Faults, FaultsSchema } from './fault.ts';

const ADMIN_FOLDER = '/_emulator/';

/** What a request to the admin routes is about. */
export interface AdminRequest {
  readonly method: string;
  readonly path: string;
  /** The Host header. */
  readonly host: string;
  readonly body: Uint8Array;
}

export interface AdminAnswer {
  readonly status: number;
  readonly body: string;
}

/** What the admin routes show and change. */
export interface AdminSubject {
  readonly describeState: () => object;
  readonly getFaults: () => Faults;
  readonly setFaults: (faults: Faults) => void;
}

export function isAdminPath(path: string): boolean {
  return path.startsWith(ADMIN_FOLDER);
}

/** Answers in JSON, faults of the request as `{ Message }`. */
export function answerAdmin({ method, path, host, body }: AdminRequest, subject: AdminSubject): AdminAnswer {
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host)) {
    return answer(403, { Message: 'The Host header must be 127.0.0.1 or localhost.' });
  }
  switch (`${method} ${path}`) {
    case 'GET /_emulator/state':
      return answer(200, subject.describeState());
    case 'GET /_emulator/faults':
      return answer(200, subject.getFaults());
    case 'DELETE /_emulator/faults':
      subject.setFaults({});
      return answer(200, {});
    case 'PUT /_emulator/faults':
      return setFaults(body, subject);
    default:
      return answer(404, { Message: 'There are GET /_emulator/state and GET, PUT, DELETE /_emulator/faults.' });
  }
}

function setFaults(body: Uint8Array, subject: AdminSubject): AdminAnswer {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), FaultsSchema), Buffer.from(body).toString('utf8'));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    // The one schema here that expects nothing by name is that of JSON.
    return answer(400, { Message: `${v.getDotPath(issue) ?? 'The body'}: ${issue.expected ?? 'JSON'} is expected.` });
  }
  subject.setFaults(parsed.output);
  return answer(200, subject.getFaults());
}

function answer(status: number, content: object): AdminAnswer {
  return { status, body: `${JSON.stringify(content, maskAddress, 2)}\n` };
}

function maskAddress(name: string, value: unknown): unknown {
  if (name !== 'HttpCallbackUrl' || typeof value !== 'string') return value;
  return URL.canParse(value) ? `${new URL(value).origin}/…` : '…';
}
