/**
 * `POST /record-tasks?dryRun=true`: what a request would do. Neither RTC nor the database is asked.
 *
 * @module
 */
import { createJsonResult, type HttpResult } from '../../shared/fc.ts';
import { createParameterError } from '../../shared/record-task/check.ts';
import { explainStartRecordTask } from '../../shared/record-task/explain.ts';
import type { StartDraft } from './start-request.ts';

/**
 * Returns the explanation of a start request: 200 if it is acceptable, else 400 with the same body and the error's
 * `Code` and `Message`. `now` is the time that `StopAt` was made from.
 */
export function answerDryRun(
  { review, issues, warnings, defaults, stopAt }: StartDraft,
  { requestId, now }: { readonly requestId: string; readonly now: Date },
): HttpResult {
  const error = issues.length > 0 ? createParameterError(issues) : undefined;
  const durationSeconds = (stopAt.getTime() - now.getTime()) / 1_000;
  const { Parameters, Defaults, ...explained } = explainStartRecordTask(review, { durationSeconds });
  return createJsonResult(error?.status ?? 200, {
    RequestId: requestId,
    Outcome: error === undefined ? 'acceptable' : 'refused',
    ...(error !== undefined && { Code: error.code, Message: error.message }),
    Issues: error?.issues ?? [],
    Warnings: warnings,
    Unchecked: review.unchecked,
    Parameters,
    StopAt: stopAt.toISOString().replace('.000Z', 'Z'),
    Defaults: [...defaults, ...Defaults],
    ...explained,
  });
}
