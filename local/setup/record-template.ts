/**
 * The record template at RTC: found by its name, compared with what is wanted, made or brought in line.
 *
 * @module
 */
import * as v from 'valibot';
import { RecorderError } from '../../shared/errors.ts';
import { isRecord } from '../../shared/record-task/check.ts';
import type { ParameterValue } from '../../shared/record-task/rpc-names.ts';
import type { AddRecordTemplateParameters } from '../emulator/record-template.ts';
import { hideToken } from './callback-address.ts';
import type { CallRtc } from './rtc-api.ts';
import type { TemplateSettings } from './settings.ts';

const Text = v.fallback(v.optional(v.string()), undefined);
const Whole = v.fallback(v.optional(v.pipe(v.union([v.string(), v.number()]), v.transform(Number))), undefined);
const Kept = v.optional(v.pipe(v.unknown(), v.transform(toParameterValue)));

/** Read leniently: the vendor's own samples have LayoutIds as texts, Formats in upper case and ids of no table. */
const FoundTemplateSchema = v.object({
  TemplateId: v.string(),
  Name: Text,
  TaskProfile: Text,
  MediaEncode: Whole,
  LayoutIds: v.fallback(v.array(v.pipe(v.union([v.string(), v.number()]), v.transform(Number))), []),
  Formats: v.fallback(v.array(v.pipe(v.string(), v.toLowerCase())), []),
  FileSplitInterval: Whole,
  OssBucket: Text,
  OssFilePrefix: Text,
  MnsQueue: Text,
  HttpCallbackUrl: Text,
  DelayStopTime: Whole,
  // What no setting is about.
  BackgroundColor: Kept,
  Backgrounds: Kept,
  Watermarks: Kept,
  ClockWidgets: Kept,
  EnableM3u8DateTime: Kept,
});

/** A template as RTC describes it. */
export type FoundTemplate = Readonly<v.InferOutput<typeof FoundTemplateSchema>>;

const Page = v.object({
  TotalPage: v.fallback(v.number(), 1),
  Templates: v.fallback(v.array(FoundTemplateSchema), []),
});

/** A thousand templates, at ten a page as RTC does by default. */
const MAX_PAGES = 100;

/** Returns the templates of an application. */
export async function listTemplates(callRtc: CallRtc, AppId: string): Promise<readonly FoundTemplate[]> {
  const found: FoundTemplate[] = [];
  for (let PageNum = 1; PageNum <= MAX_PAGES; PageNum++) {
    const { TotalPage, Templates } = v.parse(Page, await callRtc('DescribeRecordTemplates', { AppId, PageNum }));
    found.push(...Templates);
    if (PageNum >= TotalPage) break;
  }
  return found;
}

/**
 * Returns the template of that name. Names need not be unique at RTC: of several, the one whose id is `TemplateId`.
 *
 * @throws RecorderError `Misconfigured` if that decides nothing
 */
export function findByName(
  templates: readonly FoundTemplate[],
  { wanted, TemplateId }: TemplateSettings,
): FoundTemplate | undefined {
  const named = templates.filter(({ Name }) => Name === wanted.Name);
  const [first, ...others] = named;
  if (first === undefined || others.length === 0) return first;
  const chosen = named.find((template) => template.TemplateId === TemplateId);
  if (chosen !== undefined) return chosen;
  const ids = named.map((template) => template.TemplateId).join(', ');
  throw new RecorderError('Misconfigured', {
    message: `${named.length} templates have the name ${wanted.Name}: set TEMPLATE_ID to one of ${ids}, or TEMPLATE_NAME to another name.`,
  });
}

/** One parameter that is not what is wanted; the texts may be shown. */
export interface Difference {
  readonly parameter: string;
  readonly from: string;
  readonly to: string;
}

const COMPARED = [
  'TaskProfile',
  'MediaEncode',
  'LayoutIds',
  'Formats',
  'FileSplitInterval',
  'DelayStopTime',
  'OssBucket',
  'OssFilePrefix',
  'MnsQueue',
  'HttpCallbackUrl',
] as const;

/** Returns in what a template is not as wanted. The order of a list is no difference; what is not set is not compared. */
export function compareTemplates(wanted: AddRecordTemplateParameters, found: FoundTemplate): readonly Difference[] {
  return COMPARED.filter((name) => name !== 'DelayStopTime' || wanted.DelayStopTime !== undefined)
    .map((parameter) => ({ parameter, from: formatValue(found[parameter]), to: formatValue(wanted[parameter]) }))
    .filter(({ from, to }) => from !== to)
    .map((difference) => (difference.parameter === 'HttpCallbackUrl' ? hideTokens(difference) : difference));
}

/** Returns what is to be made, for the eye. */
export function describeTemplate(wanted: AddRecordTemplateParameters): readonly Omit<Difference, 'from'>[] {
  return COMPARED.filter((name) => wanted[name] !== undefined).map((parameter) => {
    const to = formatValue(wanted[parameter]);
    return { parameter, to: parameter === 'HttpCallbackUrl' ? hideToken(to) : to };
  });
}

function formatValue(value: string | number | readonly (string | number)[] | undefined): string {
  const text = Array.isArray(value) ? value.map(String).toSorted().join(', ') : String(value ?? '');
  return text === '' ? 'nothing' : text;
}

/** Both may hold a capability of this deployment. */
function hideTokens({ parameter, from, to }: Difference): Difference {
  return { parameter, from: hideToken(from), to: hideToken(to) };
}

/** Makes the template. @returns its id */
export async function addTemplate(callRtc: CallRtc, wanted: AddRecordTemplateParameters): Promise<string> {
  const answer = v.safeParse(v.object({ TemplateId: v.string() }), await callRtc('AddRecordTemplate', { ...wanted }));
  if (answer.success) return answer.output.TemplateId;
  throw new RecorderError('UpstreamRejected', { message: 'RTC has made a template and not said which: run it again.' });
}

/** Brings a template in line. RTC takes all of it again, so what no setting is about is sent back as it was found. */
export async function updateTemplate(
  callRtc: CallRtc,
  wanted: AddRecordTemplateParameters,
  found: FoundTemplate,
): Promise<void> {
  const { TemplateId, DelayStopTime, BackgroundColor, Backgrounds, Watermarks, ClockWidgets, EnableM3u8DateTime } =
    found;
  const kept = { DelayStopTime, BackgroundColor, Backgrounds, Watermarks, ClockWidgets, EnableM3u8DateTime };
  const known = Object.entries(kept).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  await callRtc('UpdateRecordTemplate', { ...Object.fromEntries(known), ...wanted, TemplateId });
}

/** What can be sent of what was answered: `null` is how an answer says nothing. */
function toParameterValue(value: unknown): ParameterValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toParameterValue).filter((item) => item !== undefined);
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const kept = toParameterValue(member);
      return kept === undefined ? [] : [[name, kept]];
    }),
  );
}
