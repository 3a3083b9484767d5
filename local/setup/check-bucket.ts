/**
 * Is the bucket there, and where RTC can write to it? OSS says so to anybody who asks: an unsigned request for a bucket
 * of another region is refused with the endpoint it should have gone to.
 *
 * @see https://www.alibabacloud.com/help/en/oss/support/http-status-code-403 (AccessDenied, "must be addressed using the
 * specified endpoint"); that `Endpoint` names the right one is not on that page but in the answers of the service,
 * https://github.com/coderhaoxin/aliyun-oss/issues/25
 * @module
 */
import type { Finding } from './finding.ts';

/** "The bucket must be in Shanghai": AddRecordTemplate, OssBucket. */
const RTC_REGION = 'cn-shanghai';
const TIMEOUT_MS = 10_000;

/** Asks OSS, unsigned. */
export async function checkBucket(bucket: string, ask: typeof fetch): Promise<Finding> {
  const subject = 'bucket';
  const endpoint = `oss-${RTC_REGION}.aliyuncs.com`;
  const answer = await askForBucket(`https://${bucket}.${endpoint}/?max-keys=1`, ask);
  if (answer === undefined) {
    return {
      outcome: 'notChecked',
      subject,
      text: `OSS cannot be reached from here: whether ${bucket} is in ${RTC_REGION}`,
    };
  }
  const { status, text: body } = answer;
  const other = /<Endpoint>([a-z0-9.-]{1,100})<\/Endpoint>/.exec(body)?.[1];
  if (other !== undefined && other !== endpoint) {
    return {
      outcome: 'failed',
      subject,
      text: `${bucket} is at ${other}: RTC writes to buckets in ${RTC_REGION} only`,
      remedy: `make a bucket in ${RTC_REGION}, set OSS_BUCKET, npm run setup`,
    };
  }
  if (status === 404 && body.includes('<Code>NoSuchBucket</Code>')) {
    return {
      outcome: 'failed',
      subject,
      text: `there is no bucket ${bucket}`,
      remedy: `make it in ${RTC_REGION}, or set OSS_BUCKET and npm run setup`,
    };
  }
  // 200: anybody may list it. 403 without another endpoint: it is there, and private.
  if (status === 200) {
    return {
      outcome: 'warning',
      subject,
      text: `${bucket} is in ${RTC_REGION}, and anybody may list what it holds`,
      remedy: 'make the bucket private',
    };
  }
  if (status === 403 && body.includes('<Code>AccessDenied</Code>')) {
    return { outcome: 'ok', subject, text: `${bucket} is in ${RTC_REGION} and private` };
  }
  return { outcome: 'notChecked', subject, text: `OSS answers ${status}, which says nothing of ${bucket}` };
}

async function askForBucket(
  url: string,
  ask: typeof fetch,
): Promise<{ readonly status: number; readonly text: string } | undefined> {
  try {
    const response = await ask(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: response.status, text: (await response.text()).slice(0, 100_000) };
  } catch {
    return undefined;
  }
}

/** Function Compute far from RTC and the bucket works, and costs time and traffic. */
export function checkRegion(region: string): Finding {
  const subject = 'region';
  if (region === RTC_REGION) return { outcome: 'ok', subject, text: `functions, RTC and bucket are in ${region}` };
  return {
    outcome: 'warning',
    subject,
    text: `the functions are in ${region}, RTC and its buckets in ${RTC_REGION}`,
    remedy: `ALIYUN_REGION=${RTC_REGION}, unless the database has to be where it is`,
  };
}
