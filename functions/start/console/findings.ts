/**
 * What there is to say of a form, by the very rules of the service, and where to show it.
 *
 * @module
 */
import * as v from 'valibot';
import type { Issue } from '../../../shared/errors.ts';
import { checkParameters } from '../../../shared/record-task/check.ts';
import { reviewStartRecordTask, reviewUpdateRecordTask } from '../../../shared/record-task/review.ts';
import type { TaskParameters } from '../../../shared/record-task/rule.ts';
import type { UncheckedRule } from '../../../shared/record-task/rules.ts';
import { END_ENTRIES } from '../recording-end.ts';
import type { FormKind } from './form-fields.ts';
import type { FormValues } from './form-state.ts';

/** A fault or a warning. */
export interface FormFinding extends Issue {
  readonly severity: 'error' | 'warning';
}

/** What there is to say of a form. */
export interface FormReview {
  /** Errors first. */
  readonly findings: readonly FormFinding[];
  /** The parameters that have no fault of their own. */
  readonly sound: TaskParameters;
  readonly unchecked: readonly UncheckedRule[];
}

/** What the service fills in, or the task that is updated has. */
const FILLED_IN: Readonly<Record<FormKind, ReadonlySet<string>>> = {
  start: new Set(['AppId', 'TaskId', 'TemplateId']),
  schedule: new Set(['AppId', 'TaskId', 'TemplateId']),
  update: new Set(['AppId', 'ChannelId', 'TaskId', 'TemplateId']),
};

const EndSchema = v.strictObject(END_ENTRIES);

/** Returns what there is to say of a form. Never throws. */
export function reviewForm(kind: FormKind, values: FormValues): FormReview {
  const { StopAt, MaxDurationSeconds, ...parameters } = values;
  const isStart = kind === 'start';
  const input = isStart ? parameters : values;
  const { errors, warnings, sound, unchecked } =
    kind === 'update' ? reviewUpdateRecordTask(input) : reviewStartRecordTask(input);
  const end = isStart ? checkParameters(EndSchema, { StopAt, MaxDurationSeconds }) : undefined;
  const faults = [
    ...errors.filter(({ Rule, Path }) => Rule !== 'required' || !FILLED_IN[kind].has(Path)),
    ...(end === undefined || end.ok ? [] : end.issues),
  ];
  return { findings: joinFindings(faults, warnings), sound, unchecked };
}

/** Returns faults and warnings as findings. */
export function joinFindings(errors: readonly Issue[], warnings: readonly Issue[]): readonly FormFinding[] {
  return [
    ...errors.map((issue) => ({ ...issue, severity: 'error' as const })),
    ...warnings.map((issue) => ({ ...issue, severity: 'warning' as const })),
  ];
}

/** Returns the findings of the page and those of the service's answer, each once, errors first. */
export function mergeFindings(own: readonly FormFinding[], answered: readonly FormFinding[]): readonly FormFinding[] {
  const news = answered.filter(({ Path, Rule }) => !own.some((other) => other.Path === Path && other.Rule === Rule));
  return [...own, ...news].toSorted((a, b) => rankSeverity(a) - rankSeverity(b));
}

/** Returns the findings about exactly what stands at a path. */
export function findAt(findings: readonly FormFinding[], path: string): readonly FormFinding[] {
  return findings.filter(({ Path }) => Path === path);
}

/** Returns the findings about what stands at a path, and within it. */
export function findWithin(findings: readonly FormFinding[], path: string): readonly FormFinding[] {
  return findings.filter(({ Path }) => Path === path || Path.startsWith(`${path}.`) || Path.startsWith(`${path}[`));
}

/** Returns a path and those around it, from the inside out: `UserPanes[0].Url`, `UserPanes[0]`, `UserPanes`. */
export function listPathsAround(path: string): readonly string[] {
  const outer = path.replace(/(\.[^.[\]]+|\[\d+\])$/, '');
  return outer === path ? [path] : [path, ...listPathsAround(outer)];
}

/** Returns what a finding says, with what would be accepted where the sentence does not say it. */
export function describeFinding({ Message, Accepted }: Issue): string {
  return Message.includes(Accepted) ? Message : `${Message} Accepted: ${Accepted}.`;
}

function rankSeverity({ severity }: FormFinding): number {
  return severity === 'error' ? 0 : 1;
}
