/**
 * What the emulated service answers, before it is put into JSON or XML.
 *
 * @module
 */

import type { Issue } from '../../shared/errors.ts';
import { createParameterError } from '../../shared/record-task/check.ts';
import type { RpcValue } from '../../shared/rpc-wire/format-rpc-answer.ts';

export interface RtcSuccess {
  readonly kind: 'success';
  /** What is answered beside RequestId. */
  readonly body: { readonly [name: string]: RpcValue };
}

export interface RtcError {
  readonly kind: 'error';
  readonly status: number;
  readonly Code: string;
  readonly Message: string;
}

export type RtcAnswer = RtcSuccess | RtcError;

/**
 * Status and message of each error that is not about a parameter or a signature. Those the emulator has no reason for
 * are here to be asked for as a fault.
 */
const RTC_ERRORS = {
  // RPC gateway, https://help.aliyun.com/document_detail/48054.html
  'InvalidAction.NotFound': {
    status: 404,
    Message: 'Specified api is not found, please check your url and method.',
  },
  // What older pages say in its place.
  'InvalidApi.NotFound': { status: 404, Message: 'Specified api is not found, please check your url and method.' },
  'InvalidProduct.NotFound': { status: 404, Message: 'Cannot find product according to your specified domain.' },
  'InvalidProtocol.NeedSsl': { status: 404, Message: 'Your request is denied as lack of ssl protect.' },
  InvalidVersion: { status: 400, Message: 'Specified parameter Version is not valid.' },
  'InvalidAccessKeyId.Inactive': { status: 400, Message: 'Specified access key is disabled.' },
  Forbidden: { status: 403, Message: 'User not authorized to operate on the specified resource.' },
  'Forbidden.RAM': { status: 403, Message: 'User not authorized to operate on the specified resource.' },
  // https://help.aliyun.com/document_detail/446611.html for the status.
  Throttling: { status: 400, Message: 'Request was denied due to request throttling.' },
  'Throttling.Api': { status: 400, Message: 'Request was denied due to api flow control.' },
  'Throttling.User': { status: 400, Message: 'Request was denied due to user flow control.' },
  ServiceUnavailable: { status: 503, Message: 'The request has failed due to a temporary failure of the server.' },
  // StartRecordTask, error codes.
  InternalError: {
    status: 500,
    Message: 'The request processing has failed due to some unknown error, exception or failure.',
  },
  // AddRecordTemplate, error codes of the API metadata, which gives no message: this one is ours.
  'SLR.NoPermission': { status: 400, Message: 'No permission to create the service linked role.' },
  // Assumption, modelled on InvalidTask.NotFound: what an unknown template is answered is not documented.
  'InvalidTemplate.NotFound': { status: 404, Message: 'no such template' },
  // The same page, which gives no message: this one is ours.
  UnsupportedHTTPMethod: { status: 400, Message: 'This http method is not supported.' },
  // StartRecordTask, error codes: an error with HTTP status 200. That its body has Code and Message is an assumption.
  TaskExisted: { status: 200, Message: 'task is already existed' },
  // GetMPUTaskStatus, error codes. Assumption: an unknown or ended task is answered alike by UpdateRecordTask and
  // StopRecordTask, which document nothing for it.
  'InvalidTask.NotFound': { status: 404, Message: 'no such task' },
  // RPC gateway, same page. Assumption: this is what UpdateRecordTask of a
  // MixMode 0 task gives; the page says only that it is not allowed.
  UnsupportedOperation: { status: 400, Message: 'The specified action is not supported.' },
  // StartMPUTask, error codes. Assumption: record tasks over the limit are refused alike; the message is ours.
  'InvalidAppID.AliveTaskExceedLimit': { status: 400, Message: 'The number of alive tasks exceeds the limit.' },
} as const satisfies Record<string, { status: number; Message: string }>;

/** StartRecordTask, error codes, spelled as there. */
const MALFORMED_MESSAGES = new Map([
  ['InvalidLayoutID.Malformed', 'The specified layout ID is malformed'],
  ['InvalidMediaEncode.Malformed', 'The specifed MediaEncode is malformed'],
  ['InvalidBackgroundColor.Malformed', 'The specifed background color is malformed'],
]);

export function createRtcSuccess(body: RtcSuccess['body'] = {}): RtcSuccess {
  return { kind: 'success', body };
}

/** A documented error. */
export type RtcErrorCode = keyof typeof RTC_ERRORS;

export const RTC_ERROR_CODES: readonly RtcErrorCode[] = Object.keys(RTC_ERRORS).filter(isRtcErrorCode);

export function isRtcErrorCode(Code: string): Code is RtcErrorCode {
  return Object.hasOwn(RTC_ERRORS, Code);
}

export function createRtcError(Code: RtcErrorCode): RtcError {
  return { kind: 'error', Code, ...RTC_ERRORS[Code] };
}

/**
 * Returns the error for the first of the issues, in the gateway's words. Assumption: an unknown parameter is refused,
 * which finds misspelled names; the gateway may well ignore it.
 *
 * @see https://help.aliyun.com/document_detail/48054.html
 */
export function createParameterFault(issues: readonly Issue[]): RtcError {
  const error = createParameterError(issues);
  const name = error.issues[0]?.Parameter.replace(/\..*$/, '') || 'Parameter';
  if (error.code === `Missing${name}`) {
    return { kind: 'error', status: 400, Code: error.code, Message: `${name} is mandatory for this action.` };
  }
  const Message = MALFORMED_MESSAGES.get(error.code);
  if (Message !== undefined) return { kind: 'error', status: 400, Code: error.code, Message };
  return {
    kind: 'error',
    status: 400,
    Code: `Invalid${name}`,
    Message: `Specified parameter ${error.issues[0]?.Parameter || name} is not valid.`,
  };
}
