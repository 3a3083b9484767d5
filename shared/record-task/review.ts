/**
 * The whole judgement of a request: each value by its schema, then all together by the rules.
 *
 * @module
 */
import * as v from 'valibot';
import type { Issue } from '../errors.ts';
import { type Checked, getTopLevelName, isRecord, orderIssues, PARAMETER_ORDER } from './check.ts';
import { type TaskOperation, type TaskParameters, TaskParametersSchema } from './rule.ts';
import { checkRules, type RuleContext, type UncheckedRule } from './rules.ts';
import { checkStartRecordTask, type StartRecordTaskParameters } from './start-record-task.ts';
import { checkUpdateRecordTask, type UpdateRecordTaskParameters } from './update-record-task.ts';

/** What is to be said of a request. */
export interface Review<T> {
  readonly operation: TaskOperation;
  /** The parameters; undefined if a value is faulty. There may be errors of rules all the same. */
  readonly value: T | undefined;
  /** The top-level parameters that have no fault of their own: all of `value`, or what is left. */
  readonly sound: TaskParameters;
  /** Faulty values and broken rules, in the page's parameter order. */
  readonly errors: readonly Issue[];
  readonly warnings: readonly Issue[];
  /** Rules that could not be checked, or not for all that was sent. */
  readonly unchecked: readonly UncheckedRule[];
}

/** Returns everything there is to say of parameters of StartRecordTask. Never throws. */
export function reviewStartRecordTask(
  input: unknown,
  context: Pick<RuleContext, 'layouts'> = {},
): Review<StartRecordTaskParameters> {
  return createReview('StartRecordTask', input, checkStartRecordTask(input), context);
}

/** Returns everything there is to say of parameters of UpdateRecordTask. Never throws. */
export function reviewUpdateRecordTask(
  input: unknown,
  context: Pick<RuleContext, 'layouts'> = {},
): Review<UpdateRecordTaskParameters> {
  return createReview('UpdateRecordTask', input, checkUpdateRecordTask(input), context);
}

function createReview<T extends TaskParameters>(
  operation: TaskOperation,
  input: unknown,
  checked: Checked<T>,
  context: Pick<RuleContext, 'layouts'>,
): Review<T> {
  const issues = checked.ok ? [] : checked.issues;
  const faulty = new Set(issues.map(({ Parameter }) => getTopLevelName(Parameter)));
  const sound = checked.ok ? checked.value : pickSound(input, faulty);
  const { errors, warnings, unchecked } = checkRules(operation, sound, { ...context, faulty });
  const value = checked.ok ? checked.value : undefined;
  return { operation, value, sound, errors: orderIssues([...issues, ...errors]), warnings, unchecked };
}

/** The rules are checked on what is left, so that one request shows as many faults at once as possible. */
function pickSound(input: unknown, faulty: ReadonlySet<string>): TaskParameters {
  // An issue without a name is about the request as a whole.
  if (!isRecord(input) || faulty.has('')) return {};
  const names = PARAMETER_ORDER.filter(
    (name) => Object.hasOwn(input, name) && input[name] !== undefined && !faulty.has(name),
  );
  const parsed = v.safeParse(TaskParametersSchema, Object.fromEntries(names.map((name) => [name, input[name]])));
  return parsed.success ? parsed.output : {};
}
