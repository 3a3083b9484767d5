/**
 * RTC's refusal as an error of ours.
 *
 * @module
 */
import { type ParameterErrorCode, RecorderError } from '../../shared/errors.ts';
import type { RtcAnswer } from './rtc-client.ts';

/** Codes that begin like a parameter's but are about our own credentials, clock or address: not the caller's fault. */
const NOT_ABOUT_PARAMETERS =
  /^(Invalid|Missing)(AccessKey|Signature|TimeStamp|Timestamp|SecurityToken|Version|Action|Api|Product|Protocol)/;

/**
 * The error for a call that RTC refused: `TaskExisted`, the vendor's own code when it is about a parameter, else
 * `UpstreamRejected` naming it.
 */
export function createRejection({ Code, Message }: Extract<RtcAnswer, { kind: 'refused' }>): RecorderError {
  if (Code === 'TaskExisted') return new RecorderError('TaskExisted');
  if (Code === 'InvalidTask.NotFound') return new RecorderError('InvalidTask.NotFound');
  if (isParameterCode(Code)) return new RecorderError(Code, { message: Message });
  return new RecorderError('UpstreamRejected', { message: `RTC refused the call (${Code}): ${Message}` });
}

/**
 * Whether RTC refused a start because too many tasks run already (100 at a time by default). What it answers then is
 * unverified; the sibling StartMPUTask has `InvalidAppID.AliveTaskExceedLimit`.
 */
export function isNoRoom({ Code }: Extract<RtcAnswer, { kind: 'refused' }>): boolean {
  return /Exceed\w*Limit|Limit\w*Exceed|Quota/i.test(Code);
}

function isParameterCode(code: string): code is ParameterErrorCode {
  return /^(Invalid|Missing)[A-Z]/.test(code) && !NOT_ABOUT_PARAMETERS.test(code);
}
