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

function isParameterCode(code: string): code is ParameterErrorCode {
  return /^(Invalid|Missing)[A-Z]/.test(code) && !NOT_ABOUT_PARAMETERS.test(code);
}
