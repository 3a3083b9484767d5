/**
 * The main job, once, as an app would do it: the vendor's own sample request through the whole chain.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { RecorderError } from '../shared/errors.ts';
import { LOCAL_API_KEY, LOCAL_APP_ID, type LocalStack } from './stack.ts';
import type { ReceivedEvent } from './webhook-receiver.ts';

/** The example of StartRecordTask, section "Request example", as JSON. */
const SAMPLE_REQUEST = {
  AppId: LOCAL_APP_ID,
  ChannelId: 'yourChannelId',
  TaskId: 'yourTaskId',
  TemplateId: '76dasgb****',
} as const;

/** How long a file may take to come back before something must be wrong. */
const FILE_TIMEOUT_MS = 30_000;

const Answer = v.looseObject({
  RequestId: v.string(),
  Outcome: v.optional(v.string()),
  Code: v.optional(v.string()),
  State: v.optional(v.string()),
});
const FileEvent = v.object({ TaskId: v.string(), FileId: v.string(), Url: v.string() });
const StoredTask = v.object({ Files: v.array(v.object({ FileId: v.string(), Url: v.string(), Source: v.string() })) });

/** Told about each thing the app did. */
export type Tell = (line: string) => void;

/**
 * Starts the sample recording, waits for the webhook of its first file, finds that file in the database, and stops the
 * recording.
 *
 * @throws RecorderError `InternalError` saying which step failed and how
 */
export async function recordSample(stack: LocalStack, tell: Tell): Promise<void> {
  const TaskId = await startSample(stack, tell);
  const event = await waitForFile(stack, TaskId);
  const stored = await call(stack, tell, 'GET', `/record-tasks/${TaskId}`);
  const { Files } = v.parse(StoredTask, stored.body);
  if (!Files.some((file) => file.FileId === event.id)) throw failed(`the file ${event.id} is not in the database`);
  tell(`database          ${Files.length} file stored: ${Files.map((file) => file.Url).join(' ')}`);
  const stopped = await call(stack, tell, 'DELETE', `/record-tasks/${TaskId}`);
  if (stopped.status !== 200) throw failed(`the recording was not stopped: HTTP ${stopped.status}`);
}

/** An earlier run may have used the sample's TaskId already: then the recording gets one of its own. */
async function startSample(stack: LocalStack, tell: Tell): Promise<string> {
  const ids = [SAMPLE_REQUEST.TaskId, `${SAMPLE_REQUEST.TaskId}-${Date.now().toString(36)}`];
  for (const TaskId of ids) {
    const { status, body } = await call(stack, tell, 'POST', '/record-tasks', { ...SAMPLE_REQUEST, TaskId });
    if (status === 201) return TaskId;
    const isUsed = body.Outcome === 'replayed' || body.Code === 'TaskExisted';
    if (!isUsed) throw failed(`the start was answered with HTTP ${status} ${body.Code ?? body.Outcome ?? ''}`);
    tell(`                  ${TaskId} is known from an earlier run: another TaskId is taken`);
  }
  throw failed('no TaskId was free');
}

async function waitForFile(stack: LocalStack, TaskId: string): Promise<ReceivedEvent> {
  const endMs = Date.now() + FILE_TIMEOUT_MS;
  for (;;) {
    const event = stack.app.events().find((received) => {
      const file = v.safeParse(FileEvent, received.data);
      return received.type === 'record_file.created' && file.success && file.output.TaskId === TaskId;
    });
    if (event !== undefined) return event;
    if (Date.now() > endMs) {
      const rejected = stack.app.rejectedCount();
      const reason = rejected > 0 ? `${rejected} webhooks failed verification` : 'no webhook came';
      throw failed(`no verified webhook of a file within ${FILE_TIMEOUT_MS / 1_000} s: ${reason}`);
    }
    await sleep(20);
  }
}

async function call(stack: LocalStack, tell: Tell, method: string, path: string, body?: object) {
  const startedAtMs = performance.now();
  const response = await fetch(`${stack.start.url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(LOCAL_API_KEY).toString('base64')}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const answer = v.parse(Answer, await response.json());
  const what = answer.Outcome ?? answer.Code ?? answer.State ?? '';
  const tookMs = Math.round(performance.now() - startedAtMs);
  tell(`app -> start      ${method} ${path} ${response.status} ${what} (${tookMs} ms, RequestId ${answer.RequestId})`);
  return { status: response.status, body: answer };
}

function failed(reason: string): RecorderError {
  return new RecorderError('InternalError', { message: `The sample recording failed: ${reason}.` });
}
