/**
 * What a rule across parameters is, and what it looks at.
 *
 * @module
 */
import * as v from 'valibot';
import type { Place } from './check.ts';
import { type ChosenLayout, findLayouts } from './layout-choice.ts';
import { MEDIA_ENCODES, type MediaEncodeRow } from './media-encodes.ts';
import { StartRecordTaskSchema } from './start-record-task.ts';
import type { Layout } from './system-layouts.ts';
import { TASK_PROFILES, type TaskProfileRow } from './task-profiles.ts';

const { AppId, ChannelId, TaskId, TemplateId } = StartRecordTaskSchema.entries;

/** The parameters of StartRecordTask, those of UpdateRecordTask among them, with nothing required. */
export const TaskParametersSchema = v.strictObject({
  ...StartRecordTaskSchema.entries,
  AppId: v.exactOptional(AppId),
  ChannelId: v.exactOptional(ChannelId),
  TaskId: v.exactOptional(TaskId),
  TemplateId: v.exactOptional(TemplateId),
});

/** Parameters free of faults of their own, of either operation; what is missing comes from the template. */
export type TaskParameters = v.InferOutput<typeof TaskParametersSchema>;

/** The operations that take these parameters. */
export type TaskOperation = 'StartRecordTask' | 'UpdateRecordTask';

/** A task as the rules see it. */
export interface RuleTask {
  readonly operation: TaskOperation;
  readonly parameters: TaskParameters;
  /** 0 single streams, 1 one mixed picture: the default, and the only mode that can be updated. */
  readonly mixMode: 0 | 1;
  /** Undefined when it comes from the template. */
  readonly profile: TaskProfileRow | undefined;
  /** Undefined when it comes from the template. */
  readonly encode: MediaEncodeRow | undefined;
  /** Undefined when they come from the template. */
  readonly layouts: readonly ChosenLayout[] | undefined;
}

/** Parameters that a template can give in the task's stead, as far as rules depend on them. */
export type TemplateParameter = 'TaskProfile' | 'MediaEncode' | 'LayoutIds';

/** What is said of every rule. */
interface RuleText {
  /** Stable; it is the `Rule` of the rule's issues. */
  readonly id: string;
  /** An error refuses the request; a warning comes with the answer. */
  readonly severity: 'error' | 'warning';
  /** One sentence. */
  readonly text: string;
  /** Public page and section that state the rule, or "ours". */
  readonly source: string;
}

/** What breaks a rule. */
export interface Finding {
  readonly place: Place;
  /** What is wrong with the value at `place`, without quoting it: the rest of a sentence that begins with the place. */
  readonly fault: string;
  /** What would be accepted. */
  readonly accepted: string;
}

/** A rule checked across parameters. */
export interface CheckedRule extends RuleText {
  readonly check: (task: RuleTask) => readonly Finding[];
  /** Which parameters the check needs to be complete. None where there is nothing to check. */
  readonly needs: (task: RuleTask) => readonly TemplateParameter[];
}

/** A rule that is kept elsewhere: in the schema of a value, or in an operation that knows the running task. */
export interface KeptRule extends RuleText {
  /** How a request that breaks it is answered. */
  readonly answer: string;
}

/** One row of the table of rules. */
export type Rule = CheckedRule | KeptRule;

/** Returns what the rules need to know. `known` holds the layouts whose geometry is known. */
export function createRuleTask(
  operation: TaskOperation,
  parameters: TaskParameters,
  known: readonly Layout[],
): RuleTask {
  const { MixMode = 1, TaskProfile, MediaEncode, LayoutIds } = parameters;
  return {
    operation,
    parameters,
    mixMode: MixMode,
    profile: TASK_PROFILES.find(({ name }) => name === TaskProfile),
    encode: MEDIA_ENCODES.find(({ id }) => id === MediaEncode),
    layouts: LayoutIds === undefined ? undefined : findLayouts(LayoutIds, known),
  };
}

/** The `needs` of a rule that is complete with what the request holds. */
export function needNothing(): readonly TemplateParameter[] {
  return [];
}
