/**
 * An operation of the emulated service: one file each in `actions/`, all of this form.
 *
 * @module
 */
import type * as v from 'valibot';
import { checkParameters } from '../../shared/record-task/check.ts';
import { unflattenParameters } from '../../shared/record-task/rpc-names.ts';
import type { ParameterPairs } from '../../shared/signing/canonical-query.ts';
import type { RecordTemplates } from './record-templates.ts';
import type { Recorder } from './recorder.ts';
import { createParameterFault, type RtcAnswer } from './rtc-answer.ts';

/** `repeatable` never answers TaskExisted. */
export type TaskIds = 'uniqueWhileRunning' | 'repeatable';

/** What the operations act upon. */
export interface RtcService {
  readonly recorder: Recorder;
  readonly templates: RecordTemplates;
  readonly maxRunningTasks: number;
  /** Asked at each start, because a fault may change it. */
  readonly readTaskIds: () => TaskIds;
}

/** A request to one operation, read but not yet acted upon. */
export interface RtcCall {
  /** As sent, nested; also when they have faults. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly run: (rtc: RtcService) => RtcAnswer;
}

export type RtcOperation = (pairs: ParameterPairs) => RtcCall;

/** Returns an operation that runs only with parameters its schema accepts. */
export function createOperation<const TSchema extends v.GenericSchema>(
  schema: TSchema,
  run: (parameters: v.InferOutput<TSchema>, rtc: RtcService) => RtcAnswer,
): RtcOperation {
  return (pairs) => {
    const { parameters, issues } = unflattenParameters(pairs, schema);
    const checked = checkParameters(schema, parameters);
    return {
      parameters,
      run: (rtc) => {
        if (!checked.ok) return createParameterFault([...issues, ...checked.issues]);
        return issues.length > 0 ? createParameterFault(issues) : run(checked.value, rtc);
      },
    };
  };
}
