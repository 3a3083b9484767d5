/**
 * What a request to start a recording would do: what is sent, what comes out, what is shown and what is paid for.
 *
 * @module
 */
import * as v from 'valibot';
import type { Issue } from '../errors.ts';
import { findCheapestProfile } from './cheapest-profile.ts';
import { formatPlace, type Place } from './check.ts';
import { formatColor } from './color.ts';
import { chooseLayout } from './layout-choice.ts';
import type { Review } from './review.ts';
import { flattenParameters, MAX_QUERY_BYTES, measureQueryBytes } from './rpc-names.ts';
import { createRuleTask, type RuleTask, type TaskParameters } from './rule.ts';
import { listIneffective } from './rules-mode.ts';
import { getShape, type Shape } from './schema-shape.ts';
import { type StartRecordTaskParameters, StartRecordTaskSchema } from './start-record-task.ts';
import { type Layout, SYSTEM_LAYOUTS } from './system-layouts.ts';

/** A value that the caller did not send. */
export interface AppliedDefault extends Pick<Issue, 'Path' | 'Parameter'> {
  readonly Value: string | number;
  /** Who puts it there. What `RTC` assumes by itself is not sent. */
  readonly From: 'APP_IDS' | 'TEMPLATE_ID' | 'Idempotency-Key' | 'generated' | 'MAX_DURATION_SECONDS' | 'RTC';
}

/** The call to RTC. */
interface ExplainedCall {
  readonly Action: 'StartRecordTask';
  readonly Parameters: readonly { readonly Name: string; readonly Value: string }[];
  /** Length of the parameters as a query. */
  readonly QueryBytes: number;
  readonly MaxQueryBytes: number;
  /** Where the parameters travel: in a form body when the query would be too long. */
  readonly SentAs: 'query' | 'form';
}

/** A colour, made readable. */
interface ExplainedColor extends Pick<Issue, 'Path' | 'Parameter'> {
  /** `#rrggbb` */
  readonly Color: string;
}

/** What comes out. Null where it is not known, which a note explains. */
interface ExplainedOutput {
  /** Pixels; 0 for sound only. */
  readonly Width: number | null;
  /** Pixels; 0 for sound only. */
  readonly Height: number | null;
  /** kbit/s */
  readonly Kbps: number | null;
  /** Frames per second. */
  readonly Fps: number | null;
  /** Estimated size of a file per hour and format, kB: Kbps × 3600 / 8. */
  readonly KilobytesPerHour: number | null;
  /** Most inputs of the TaskProfile. */
  readonly MaxInputs: number | null;
}

/** Which layout applies to a number of participants. */
interface ExplainedLayout {
  readonly Participants: number;
  readonly LayoutId: number | null;
  readonly Panes: number | null;
  /** What is taken for granted where no layout has exactly as many panes. */
  readonly Assumption?: string;
}

/** What is paid for. Null where it is not known, which a note explains. */
interface ExplainedBilling {
  readonly TaskProfile: string | null;
  /** Cheapest TaskProfile that LayoutIds and MediaEncode allow. */
  readonly CheapestSufficient: string | null;
  /** Minutes until the recording ends by itself, each begun one counted. */
  readonly MaxMinutes: number | null;
}

/** A request, explained. */
export interface Explanation {
  /** Normalised: in the page's order, without what is faulty. */
  readonly Parameters: TaskParameters;
  readonly Defaults: readonly AppliedDefault[];
  /** Null while a value is faulty. */
  readonly Call: ExplainedCall | null;
  readonly Colors: readonly ExplainedColor[];
  readonly Output: ExplainedOutput;
  /** From 1 participant to one more than the largest layout or the TaskProfile holds, at most 16. */
  readonly Layouts: readonly ExplainedLayout[];
  readonly Billing: ExplainedBilling;
  /** Assumptions, and why something is null. */
  readonly Notes: readonly string[];
}

/** What an explanation may use besides the request. */
export interface ExplainContext {
  /** How long the recording may last, seconds. */
  readonly durationSeconds?: number;
  /** All layouts whose geometry is known, custom ones too; the vendor's if not given. */
  readonly layouts?: readonly Layout[];
}

/** A layout has at most 16 panes: RTC, advanced features, layout description. */
const MAX_PARTICIPANTS = 16;

const SECONDS_PER_HOUR = 3_600;

/** Returns what a request would do, as far as it can be known from it. Never throws. */
export function explainStartRecordTask(
  { value, sound }: Pick<Review<StartRecordTaskParameters>, 'value' | 'sound'>,
  { durationSeconds, layouts = SYSTEM_LAYOUTS }: ExplainContext = {},
): Explanation {
  const task = createRuleTask('StartRecordTask', sound, layouts);
  return {
    Parameters: sound,
    Defaults: listServiceDefaults(task),
    Call: value === undefined ? null : explainCall(value),
    Colors: listColors(sound),
    Output: explainOutput(task),
    Layouts: explainLayouts(task),
    Billing: explainBilling(task, durationSeconds),
    Notes: listNotes(task),
  };
}

/** Returns a default that is filled in for the caller. */
export function createAppliedDefault(
  name: string,
  Value: AppliedDefault['Value'],
  From: AppliedDefault['From'],
): AppliedDefault {
  return { ...formatPlace([name]), Value, From };
}

/** What RTC assumes for absent parameters, ineffective ones aside. */
function listServiceDefaults({ parameters, mixMode }: RuleTask): readonly AppliedDefault[] {
  const ineffective = new Set(listIneffective(mixMode));
  return listDefaults(getShape(StartRecordTaskSchema), parameters, []).filter(
    ({ Path }) => !ineffective.has(Path.replace(/[.[].*$/, '')),
  );
}

function listDefaults(shape: Shape, value: unknown, place: Place): readonly AppliedDefault[] {
  if (shape.kind === 'list') {
    const items: readonly unknown[] = Array.isArray(value) ? value : [];
    return items.flatMap((item, index) => listDefaults(shape.item, item, [...place, index]));
  }
  if (shape.kind === 'object' && typeof value === 'object' && value !== null) {
    const given = new Map<string, unknown>(Object.entries(value));
    return [...shape.fields].flatMap(([name, field]) => listDefaults(field.shape, given.get(name), [...place, name]));
  }
  if (shape.kind !== 'value' || value !== undefined) return [];
  const assumed = v.getMetadata(shape.schema).default;
  if (typeof assumed !== 'string' && typeof assumed !== 'number') return [];
  return [{ ...formatPlace(place), Value: assumed, From: 'RTC' }];
}

function explainCall(parameters: StartRecordTaskParameters): ExplainedCall {
  const pairs = flattenParameters(parameters);
  const QueryBytes = measureQueryBytes(pairs);
  return {
    Action: 'StartRecordTask',
    Parameters: pairs.map(([Name, Value]) => ({ Name, Value })),
    QueryBytes,
    MaxQueryBytes: MAX_QUERY_BYTES,
    SentAs: QueryBytes > MAX_QUERY_BYTES ? 'form' : 'query',
  };
}

function listColors({ UserPanes = [], BackgroundColor }: TaskParameters): readonly ExplainedColor[] {
  const colors: [Place, number | undefined][] = UserPanes.flatMap(({ Texts = [] }, index) =>
    Texts.map(({ FontColor }, textIndex): [Place, number | undefined] => [
      ['UserPanes', index, 'Texts', textIndex, 'FontColor'],
      FontColor,
    ]),
  );
  return [...colors, [['BackgroundColor'], BackgroundColor] as const].flatMap(([place, packed]) =>
    packed === undefined ? [] : [{ ...formatPlace(place), Color: formatColor(packed) }],
  );
}

function explainOutput({ mixMode, encode, profile }: RuleTask): ExplainedOutput {
  const known = mixMode === 1 ? encode : undefined;
  return {
    Width: known?.width ?? null,
    Height: known?.height ?? null,
    Kbps: known?.kbps ?? null,
    Fps: known?.fps ?? null,
    KilobytesPerHour: known === undefined ? null : (known.kbps * SECONDS_PER_HOUR) / 8,
    MaxInputs: mixMode === 1 ? (profile?.maxInputs ?? null) : null,
  };
}

function explainLayouts({ mixMode, layouts = [], profile }: RuleTask): readonly ExplainedLayout[] {
  if (mixMode === 0 || layouts.length === 0) return [];
  const isKnown = layouts.every(({ layout }) => layout !== undefined);
  const most = Math.max(...layouts.map(({ layout }) => layout?.panes.length ?? 0), profile?.maxInputs ?? 0) + 1;
  const length = isKnown ? Math.min(most, MAX_PARTICIPANTS) : MAX_PARTICIPANTS;
  return Array.from({ length }, (_, index) => {
    const { layout, assumption } = chooseLayout(layouts, index + 1);
    return {
      Participants: index + 1,
      LayoutId: layout?.id ?? null,
      Panes: layout?.panes.length ?? null,
      ...(assumption !== undefined && { Assumption: assumption }),
    };
  });
}

function explainBilling(task: RuleTask, durationSeconds: number | undefined): ExplainedBilling {
  const isMixed = task.mixMode === 1;
  return {
    TaskProfile: isMixed ? (task.profile?.name ?? null) : null,
    CheapestSufficient: isMixed ? (findCheapestProfile(task)?.name ?? null) : null,
    MaxMinutes: durationSeconds === undefined ? null : Math.ceil(durationSeconds / 60),
  };
}

function listNotes({ mixMode, encode, profile, layouts }: RuleTask): readonly string[] {
  const [single, mixed] = [mixMode === 0, mixMode === 1];
  const notes: readonly (readonly [applies: boolean, note: string])[] = [
    [single, 'Output: MixMode 0 records each stream as it is published, so size and rates are not known here.'],
    [
      single,
      'Billing: TaskProfile has no effect in MixMode 0. That the prices of single streams (single_video, single_audio) apply is unverified.',
    ],
    [mixed && encode === undefined, 'Output: MediaEncode comes from the template or has a fault.'],
    [
      mixed && encode !== undefined,
      'Output: KilobytesPerHour is Kbps × 3600 / 8, for each file format of the template; that Kbps holds picture and sound together is an assumption.',
    ],
    [mixed && profile === undefined, 'Billing: TaskProfile comes from the template or has a fault.'],
    [mixed && profile?.maxInputs === null, 'Output: Mixed_Audio does not limit the inputs.'],
    [
      mixed,
      'Billing: each begun minute from start to end is billed by TaskProfile, whatever the picture holds; whether minutes are rounded by the task or by the day is unverified.',
    ],
    [mixed && layouts === undefined, 'Layouts: LayoutIds come from the template or have a fault.'],
    [mixed && layouts !== undefined, 'Layouts: each participant is taken to fill one pane.'],
    [mixed, 'That values of a task override those of its template is an assumption.'],
  ];
  return notes.filter(([applies]) => applies).map(([, note]) => note);
}
