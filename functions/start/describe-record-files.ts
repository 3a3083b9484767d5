/**
 * DescribeRecordFiles, passed through to RTC. What it lists is taken in by the way, so that a file whose announcement
 * was lost is known from the first time anybody asks.
 *
 * @module
 */
import * as v from 'valibot';
import { RecorderError } from '../../shared/errors.ts';
import { ingestRecordFiles } from '../../shared/ingest.ts';
import { describeError } from '../../shared/log.ts';
import { checkParameters, createIssue, createParameterError, isRecord } from '../../shared/record-task/check.ts';
import { APP_ID } from '../../shared/record-task/task-parameters.ts';
import type { RpcValue } from '../../shared/rpc-wire/format-rpc-answer.ts';
import { createRejection } from './rejection.ts';
import { REST_BUDGET, type RpcPairs } from './rtc-client.ts';
import type { StartService } from './service.ts';

const DAY_MS = 86_400_000;

/** What RTC answered. */
export interface DescribedFiles {
  readonly RequestId: string;
  readonly body: { readonly [name: string]: RpcValue | undefined };
}

/**
 * Asks RTC with the parameters as they are; only AppId is looked at, because RTC would list the files of any.
 *
 * @throws RecorderError `MissingAppId`, `InvalidAppId`; `MalformedRequest` for a parameter given more than once; RTC's
 * refusal; `ServiceUnavailable` when RTC gave no answer.
 */
export async function describeRecordFiles(service: StartService, pairs: RpcPairs): Promise<DescribedFiles> {
  const AppId = verifyAppId(service.config.appIds, pairs);
  const answer = await service.callRtc('DescribeRecordFiles', pairs, REST_BUDGET);
  if (answer.kind === 'refused') throw createRejection(answer);
  if (answer.kind === 'unanswered') throw new RecorderError('ServiceUnavailable');
  await ingestAnswer(service, AppId, answer.body);
  const { RequestId: _, ...body } = answer.body;
  return { RequestId: answer.RequestId, body: toRpcObject(body) };
}

const Identity = v.strictObject({ AppId: APP_ID });

function verifyAppId(appIds: readonly string[], pairs: RpcPairs): string {
  const given = new Map(pairs);
  if (given.size < pairs.length) {
    throw new RecorderError('MalformedRequest', { message: 'A parameter is given more than once.' });
  }
  const checked = checkParameters(Identity, { AppId: given.get('AppId') });
  if (!checked.ok) throw createParameterError(checked.issues);
  const { AppId } = checked.value;
  if (!appIds.includes(AppId)) {
    throw createParameterError([createIssue(['AppId'], 'enum', 'one of the AppIds this deployment serves')]);
  }
  return AppId;
}

/** Never fails: the caller asked for a list, and has it. */
async function ingestAnswer(
  service: StartService,
  AppId: string,
  { RecordFiles }: Readonly<Record<string, unknown>>,
): Promise<void> {
  if (!Array.isArray(RecordFiles)) return;
  try {
    const items = RecordFiles.filter((item) => !isForgotten(service, item));
    const { created, unusableCount } = await ingestRecordFiles(service, items);
    if (created.length > 0) service.log('info', 'files.adopted', { AppId, count: created.length });
    if (unusableCount > 0) service.log('warn', 'files.unusable', { AppId, count: unusableCount });
  } catch (error) {
    service.log('error', 'files.not_stored', { AppId, error: describeError(error) });
  }
}

/** Older than the retention: taken in, it would be told to the app a second time. */
function isForgotten({ config, now }: StartService, item: unknown): boolean {
  const startTime = isRecord(item) && typeof item.StartTime === 'string' ? Date.parse(item.StartTime) : Number.NaN;
  return startTime < now().getTime() - config.retentionDays * DAY_MS;
}

function toRpcObject(value: Readonly<Record<string, unknown>>): { readonly [name: string]: RpcValue | undefined } {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toRpcValue(member)]));
}

/** What JSON holds besides, null alone, is left out. */
function toRpcValue(value: unknown): RpcValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toRpcValue).filter((item) => item !== undefined);
  return isRecord(value) ? toRpcObject(value) : undefined;
}
