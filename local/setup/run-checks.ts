/**
 * All checks of a set-up, one after the other. What cannot be checked because something before it failed says so.
 *
 * @module
 */
import {
  type CallbackConfig,
  type Environment,
  loadCallbackConfig,
  loadStartConfig,
  type StartConfig,
} from '../../shared/config.ts';
import { RecorderError } from '../../shared/errors.ts';
import { checkBucket, checkRegion } from './check-bucket.ts';
import { checkDatabase } from './check-database.ts';
import { checkTemplate } from './check-template.ts';
import { checkWebhook, type TestWebhook } from './check-webhook.ts';
import type { Finding } from './finding.ts';
import { type FoundTemplate, listTemplates } from './record-template.ts';
import { createRtcCaller, readRtcTarget } from './rtc-api.ts';
import { readTemplateName } from './settings.ts';

interface SetupToCheck {
  /** The settings of the deployment, and the operator's key. */
  readonly environment: Environment;
  readonly testWebhook: TestWebhook;
  /** Asks OSS and the app. */
  readonly fetch: typeof fetch;
  /** Called with each finding as it is made. */
  readonly tell: (finding: Finding) => void;
}

/** The configuration of both functions. */
interface Configs {
  readonly start: StartConfig;
  readonly callback: CallbackConfig;
}

/** Returns whether nothing has failed. */
export async function runChecks({ environment, testWebhook, fetch, tell }: SetupToCheck): Promise<'fit' | 'unfit'> {
  let failed = 0;
  const report = (...findings: readonly Finding[]) => {
    failed += findings.filter(({ outcome }) => outcome === 'failed').length;
    for (const finding of findings) tell(finding);
  };
  const configs = readConfigs(environment, report);
  if (configs === undefined) {
    report({ outcome: 'notChecked', subject: 'everything else', text: 'the settings come first' });
    return 'unfit';
  }
  report(checkRegion(environment.ALIYUN_REGION || 'cn-shanghai'));
  const template = await findTemplate(environment, configs.start, report);
  if (template !== undefined) {
    report(
      ...checkTemplate(template, {
        AppId: configs.start.appIds[0],
        callbackSecrets: configs.callback.callbackSecrets,
        callbackHost: environment.CALLBACK_HOST || undefined,
        queue: environment.MNS_QUEUE || undefined,
        maxSplitIntervalSeconds: configs.start.maxSplitIntervalSeconds,
      }),
    );
  }
  const bucket = template?.OssBucket || environment.OSS_BUCKET;
  report(
    bucket === undefined || bucket === ''
      ? { outcome: 'notChecked', subject: 'bucket', text: 'no template names one, and OSS_BUCKET is not set' }
      : await checkBucket(bucket, fetch),
  );
  report(...(await checkDatabase(configs.start)));
  report(await checkWebhook(configs.start.webhook, testWebhook, fetch));
  return failed === 0 ? 'fit' : 'unfit';
}

function readConfigs(environment: Environment, report: (finding: Finding) => void): Configs | undefined {
  try {
    const configs = { start: loadStartConfig(environment), callback: loadCallbackConfig(environment) };
    report({ outcome: 'ok', subject: 'settings', text: 'both functions can read theirs' });
    return configs;
  } catch (error) {
    report({ outcome: 'failed', subject: 'settings', text: readMessage(error) });
    return undefined;
  }
}

/** The template of TEMPLATE_ID, else the one that `npm run setup` makes. */
async function findTemplate(
  environment: Environment,
  { appIds: [AppId], templateId }: StartConfig,
  report: (finding: Finding) => void,
): Promise<FoundTemplate | undefined> {
  const notChecked = (text: string) => report({ outcome: 'notChecked', subject: 'template', text });
  try {
    const templates = await listTemplates(createRtcCaller(readRtcTarget(environment)), AppId);
    report({
      outcome: 'ok',
      subject: 'credentials',
      text: `RTC lets the key list ${templates.length} templates of ${AppId}`,
    });
    const name = readTemplateName(environment);
    const found = templates.find((template) =>
      templateId === undefined ? template.Name === name : template.TemplateId === templateId,
    );
    if (found !== undefined) {
      report({ outcome: 'ok', subject: 'template', text: `${found.Name ?? 'without a name'} (${found.TemplateId})` });
      return found;
    }
    const text = templateId === undefined ? `none has the name ${name}` : `none of ${AppId} has the id of TEMPLATE_ID`;
    report({ outcome: 'failed', subject: 'template', text, remedy: 'npm run setup, and TEMPLATE_ID as it says' });
    return undefined;
  } catch (error) {
    report({ outcome: 'failed', subject: 'credentials', text: readMessage(error) });
    notChecked('RTC could not be asked');
    return undefined;
  }
}

function readMessage(error: unknown): string {
  if (error instanceof RecorderError) return error.message;
  throw error;
}
