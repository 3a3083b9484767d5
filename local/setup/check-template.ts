/**
 * Does the template that recordings are made with fit this deployment?
 *
 * @module
 */
import { findCallbackSecret } from './callback-address.ts';
import type { Finding } from './finding.ts';
import type { FoundTemplate } from './record-template.ts';

/** What the deployment expects of its template. */
export interface TemplateExpectations {
  readonly AppId: string;
  readonly callbackSecrets: readonly string[];
  /** Domain of the callback function, if it is known. */
  readonly callbackHost: string | undefined;
  readonly queue: string | undefined;
  readonly maxSplitIntervalSeconds: number;
}

const SETUP = 'npm run setup';

/** AddRecordTemplate, Formats. */
const FORMATS = ['m3u8', 'mp4', 'flv'];

/** Everything there is to say of a template. */
export function checkTemplate(template: FoundTemplate, expected: TemplateExpectations): readonly Finding[] {
  return [checkAnnouncement(template, expected), checkSplitInterval(template, expected), checkFormats(template)];
}

function checkAnnouncement(template: FoundTemplate, expected: TemplateExpectations): Finding {
  const subject = 'announcements';
  const failed = (text: string): Finding => ({ outcome: 'failed', subject, text, remedy: SETUP });
  if (template.HttpCallbackUrl) return checkCallback(template.HttpCallbackUrl, expected);
  if (!template.MnsQueue) return failed('the template announces its files to nobody');
  if (expected.queue === undefined)
    return failed('the template announces its files to a queue, and MNS_QUEUE is not set');
  if (template.MnsQueue !== expected.queue)
    return failed('the template announces its files to another queue than MNS_QUEUE');
  return { outcome: 'ok', subject, text: `files go to the queue ${template.MnsQueue}` };
}

function checkCallback(url: string, { AppId, callbackSecrets, callbackHost, queue }: TemplateExpectations): Finding {
  const subject = 'announcements';
  const failed = (text: string): Finding => ({ outcome: 'failed', subject, text, remedy: SETUP });
  if (queue !== undefined) return failed('the template announces its files over HTTP, and MNS_QUEUE is set');
  const secret = findCallbackSecret(url, AppId, callbackSecrets);
  if (secret === undefined) return failed('no secret of CALLBACK_SECRETS has made the callback URL for this AppId');
  const { host, protocol } = new URL(url);
  if (callbackHost !== undefined && host !== callbackHost.toLowerCase()) {
    return failed(`the callback URL leads to ${host}, not to CALLBACK_HOST`);
  }
  if (protocol !== 'https:') return failed('the callback URL is not https: its secret can be read on the way');
  if (secret > 0) {
    const text = 'the callback URL is made with an older secret of CALLBACK_SECRETS';
    return { outcome: 'warning', subject, text, remedy: `${SETUP}, before that secret is taken away` };
  }
  if (callbackHost === undefined) {
    const text = `the callback URL has a good token and leads to ${host}; whether that is this deployment CALLBACK_HOST would say`;
    return { outcome: 'notChecked', subject, text };
  }
  return { outcome: 'ok', subject, text: `files go to ${host}, with a good token` };
}

function checkSplitInterval(
  { FileSplitInterval }: FoundTemplate,
  { maxSplitIntervalSeconds }: TemplateExpectations,
): Finding {
  const subject = 'split interval';
  if (FileSplitInterval === undefined || Number.isNaN(FileSplitInterval)) {
    return { outcome: 'notChecked', subject, text: 'RTC does not say the FileSplitInterval' };
  }
  if (FileSplitInterval <= maxSplitIntervalSeconds) {
    const text = `${FileSplitInterval} s, and MAX_SPLIT_INTERVAL_SECONDS is ${maxSplitIntervalSeconds}`;
    return { outcome: 'ok', subject, text };
  }
  return {
    outcome: 'failed',
    subject,
    text: `the FileSplitInterval is ${FileSplitInterval} s: the sweep does not look back far enough for such files`,
    remedy: `set MAX_SPLIT_INTERVAL_SECONDS to ${FileSplitInterval} or more and deploy, or split more often`,
  };
}

function checkFormats({ Formats }: FoundTemplate): Finding {
  const unknown = Formats.filter((format) => !FORMATS.includes(format));
  if (Formats.length > 0 && unknown.length === 0)
    return { outcome: 'ok', subject: 'formats', text: Formats.join(', ') };
  const text = Formats.length === 0 ? 'the template records no format' : `not known: ${unknown.join(', ')}`;
  return {
    outcome: 'failed',
    subject: 'formats',
    text,
    remedy: `RECORD_FORMATS takes ${FORMATS.join(', ')}; ${SETUP}`,
  };
}
