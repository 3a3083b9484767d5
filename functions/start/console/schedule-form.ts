/**
 * The form of a new schedule as a request.
 *
 * @module
 */
import type { FormFinding } from './findings.ts';
import type { FormValues } from './form-state.ts';

/** Whether there is one slot or many. */
export type ScheduleKind = 'once' | 'recurring';

/** What is typed into the form, by the name of the member. */
export type ScheduleFields = Readonly<Record<ScheduleFieldName, string>>;

/** Members of a schedule that have a field of their own. */
export type ScheduleFieldName =
  | 'ScheduleId'
  | 'StartAt'
  | 'Cron'
  | 'TimeZone'
  | 'DurationSeconds'
  | 'Until'
  | 'LateBySeconds';

const FIELD_NAMES = {
  once: ['ScheduleId', 'StartAt', 'TimeZone', 'DurationSeconds', 'LateBySeconds'],
  recurring: ['ScheduleId', 'Cron', 'TimeZone', 'DurationSeconds', 'Until', 'LateBySeconds'],
} as const satisfies Record<ScheduleKind, readonly ScheduleFieldName[]>;

const NUMBERS: ReadonlySet<string> = new Set<ScheduleFieldName>(['DurationSeconds', 'LateBySeconds']);

/** Returns the fields of a kind of schedule, in order. */
export function listScheduleFields(kind: ScheduleKind): readonly ScheduleFieldName[] {
  return FIELD_NAMES[kind];
}

/** Returns the body of the request. What is empty is left out; what is no number stays a text, for the service to refuse. */
export function createScheduleRequest(kind: ScheduleKind, fields: ScheduleFields, Parameters: FormValues): FormValues {
  const members = listScheduleFields(kind).flatMap((name) => {
    const text = fields[name].trim();
    return text === '' ? [] : [[name, NUMBERS.has(name) ? readNumber(text) : text] as const];
  });
  return { ...Object.fromEntries(members), Parameters };
}

/** Returns what was said of `Parameters`, as the form of the parameters has its paths. */
export function listParameterFindings(findings: readonly FormFinding[]): readonly FormFinding[] {
  return findings
    .filter(({ Path }) => Path.startsWith(PREFIX))
    .map((finding) => ({ ...finding, Path: finding.Path.slice(PREFIX.length) }));
}

const PREFIX = 'Parameters.';

function readNumber(text: string): number | string {
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}
