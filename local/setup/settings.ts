/**
 * The record template that the settings of a deployment describe.
 *
 * @module
 */
import type { Environment } from '../../shared/config.ts';
import { type Issue, RecorderError } from '../../shared/errors.ts';
import { checkParameters, getTopLevelName } from '../../shared/record-task/check.ts';
import { type AddRecordTemplateParameters, AddRecordTemplateSchema } from '../emulator/record-template.ts';
import { findTemplateIssues } from '../emulator/template-rules.ts';
import { createCallbackUrl } from './callback-address.ts';

/** What describes the template, and what takes the place of what is not set. */
export const SETUP_DEFAULTS = {
  TEMPLATE_NAME: '',
  OSS_BUCKET: '',
  // AddRecordTemplate, OssFilePrefix: "the naming rule".
  OSS_FILE_PREFIX: 'record/{AppId}/{ChannelId_TaskId}/{EscapedStartTime}_{EscapedEndTime}',
  RECORD_FORMATS: 'm3u8',
  FILE_SPLIT_INTERVAL_SECONDS: '1800',
  DELAY_STOP_SECONDS: '',
  TASK_PROFILE: '4IN_720P',
  MEDIA_ENCODE: '20',
  LAYOUT_IDS: '1,2,5,6',
  CALLBACK_HOST: '',
  MNS_QUEUE: '',
  APP_IDS: '',
  CALLBACK_SECRETS: '',
  TEMPLATE_ID: '',
  STAGE: 'dev',
};

/** The variable that a parameter comes from. */
const VARIABLES: ReadonlyMap<string, string> = new Map([
  ['AppId', 'APP_IDS'],
  ['Name', 'TEMPLATE_NAME'],
  ['OssBucket', 'OSS_BUCKET'],
  ['OssFilePrefix', 'OSS_FILE_PREFIX'],
  ['Formats', 'RECORD_FORMATS'],
  ['FileSplitInterval', 'FILE_SPLIT_INTERVAL_SECONDS'],
  ['DelayStopTime', 'DELAY_STOP_SECONDS'],
  ['TaskProfile', 'TASK_PROFILE'],
  ['MediaEncode', 'MEDIA_ENCODE'],
  ['LayoutIds', 'LAYOUT_IDS'],
  ['HttpCallbackUrl', 'CALLBACK_HOST'],
  ['MnsQueue', 'MNS_QUEUE'],
]);

/** What is to be set up. */
export interface TemplateSettings {
  readonly wanted: AddRecordTemplateParameters;
  /** The template the deployment records with, if it says so. */
  readonly TemplateId: string | undefined;
}

/** A host name, with a port if it has one. */
const HOST = /^[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?(:\d{1,5})?$/i;

/**
 * Reads the template of an application, the first of APP_IDS unless another is named.
 *
 * @throws RecorderError `Misconfigured` with every fault: the variable and what it accepts, no value.
 */
export function readTemplateSettings(environment: Environment, chosenAppId?: string): TemplateSettings {
  const read = (name: keyof typeof SETUP_DEFAULTS): string => environment[name] || SETUP_DEFAULTS[name];
  const AppId = chosenAppId ?? splitList(read('APP_IDS'))[0];
  const [secret = ''] = splitList(read('CALLBACK_SECRETS'));
  const announcement = { host: read('CALLBACK_HOST'), queue: read('MNS_QUEUE'), secret };
  const delay = read('DELAY_STOP_SECONDS');
  const faults = findAnnouncementFaults(announcement);
  const checked = checkParameters(AddRecordTemplateSchema, {
    ...(AppId !== undefined && { AppId }),
    Name: readTemplateName(environment),
    ...(read('OSS_BUCKET') !== '' && { OssBucket: read('OSS_BUCKET') }),
    OssFilePrefix: read('OSS_FILE_PREFIX'),
    Formats: splitList(read('RECORD_FORMATS')),
    FileSplitInterval: Number(read('FILE_SPLIT_INTERVAL_SECONDS')),
    ...(delay !== '' && { DelayStopTime: Number(delay) }),
    TaskProfile: read('TASK_PROFILE'),
    MediaEncode: Number(read('MEDIA_ENCODE')),
    LayoutIds: splitList(read('LAYOUT_IDS')).map(Number),
    ...(faults.length === 0 && AppId !== undefined && describeAnnouncement(announcement, AppId)),
  });
  const issues = (checked.ok ? findTemplateIssues(checked.value) : checked.issues)
    // Said better by the faults above, without which it is there.
    .filter(({ Parameter }) => Parameter !== 'HttpCallbackUrl');
  if (!checked.ok || faults.length + issues.length > 0) {
    throw createSettingsError([...issues.map(describeIssue), ...faults]);
  }
  return { wanted: checked.value, TemplateId: read('TEMPLATE_ID') || undefined };
}

/** The name of the deployment's template: names are how it is found again. */
export function readTemplateName({ TEMPLATE_NAME, STAGE }: Environment): string {
  return TEMPLATE_NAME || `rtc-recorder-${STAGE || SETUP_DEFAULTS.STAGE}`;
}

/** Where files are announced to: a host, in a URL made with the secret, or a queue. */
interface Announcement {
  readonly host: string;
  readonly queue: string;
  readonly secret: string;
}

/** AddRecordTemplate demands exactly one of the two. */
function findAnnouncementFaults({ host, queue, secret }: Announcement): readonly string[] {
  if (queue !== '')
    return host === '' ? [] : ['CALLBACK_HOST: nothing where MNS_QUEUE is set: files go to one of them.'];
  return [
    ...(HOST.test(host) ? [] : ['CALLBACK_HOST: the domain name of the callback function, or else MNS_QUEUE.']),
    // As in the configuration of the functions.
    ...(secret.length < 32 ? ['CALLBACK_SECRETS: at least one secret, of 32 characters or more.'] : []),
  ];
}

function describeAnnouncement(
  { host, queue, secret }: Announcement,
  AppId: string,
): Pick<AddRecordTemplateParameters, 'HttpCallbackUrl' | 'MnsQueue'> {
  return queue === '' ? { HttpCallbackUrl: createCallbackUrl({ host, AppId }, secret) } : { MnsQueue: queue };
}

function describeIssue({ Parameter, Accepted }: Issue): string {
  const name = getTopLevelName(Parameter);
  return `${VARIABLES.get(name) ?? name}: ${Accepted}.`;
}

function createSettingsError(faults: readonly string[]): RecorderError {
  return new RecorderError('Misconfigured', {
    message: `The record template cannot be made of these settings (.env or environment):\n  ${[...new Set(faults)].join('\n  ')}`,
  });
}

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
