/**
 * The one class of error and its closed set of codes. A code is the vendor's own wherever the vendor has one
 * (its pages on the RPC gateway and on StartRecordTask); the rest are ours and say so.
 *
 * @module
 */

/** HTTP status and fixed message of every code that is not about one parameter. Messages never quote input. */
const ERRORS = {
  // The vendor's: RPC gateway, https://help.aliyun.com/document_detail/48054.html
  'InvalidAccessKeyId.NotFound': { status: 404, message: 'Specified access key is not found.' },
  'InvalidTimeStamp.Format': { status: 400, message: 'Specified time stamp or date value is not well formatted.' },
  'InvalidTimeStamp.Expired': { status: 400, message: 'Specified time stamp or date value is expired.' },
  SignatureDoesNotMatch: { status: 400, message: 'Specified signature is not matched with our calculation.' },
  SignatureNonceUsed: { status: 400, message: 'Specified signature nonce was used already.' },
  InvalidSignatureMethod: { status: 400, message: 'Specified signature method is not valid.' },
  'InvalidProtocol.NeedSsl': { status: 404, message: 'Your request is denied as lack of ssl protect.' },
  'InvalidAction.NotFound': { status: 404, message: 'Specified api is not found, please check your url and method.' },
  UnsupportedHTTPMethod: { status: 405, message: 'This method is not supported here.' },
  'Throttling.User': { status: 400, message: 'Request was denied due to user flow control.' },
  InternalError: {
    status: 500,
    message: 'The request processing has failed due to some unknown error, exception or failure.',
  },
  ServiceUnavailable: { status: 503, message: 'The service is temporarily unavailable: send the same request again.' },
  // The vendor's: StartRecordTask and its siblings. RTC answers TaskExisted with 200; to our callers it is a conflict.
  TaskExisted: { status: 409, message: 'task is already existed' },
  'InvalidTask.NotFound': { status: 404, message: 'no such task' },
  // Ours.
  Unauthorized: { status: 401, message: 'A valid API key is required (HTTP Basic).' },
  InvalidCallbackToken: { status: 401, message: 'This callback URL carries no valid token for its AppId.' },
  CrossSiteRequest: { status: 403, message: 'Requests from other sites are refused.' },
  NotFound: { status: 404, message: 'There is nothing at this path.' },
  MethodNotAllowed: { status: 405, message: 'This path has other methods: see the header Allow.' },
  MalformedRequest: { status: 400, message: 'The request could not be read.' },
  MalformedBody: { status: 400, message: 'The body is not valid JSON.' },
  UnsupportedMediaType: { status: 415, message: 'The body must be sent with content-type: application/json.' },
  BodyTooLarge: { status: 413, message: 'The body is larger than 1 MiB.' },
  'InvalidFile.NotFound': { status: 404, message: 'There is no such file of this task.' },
  FileNotLinkable: {
    status: 409,
    message: 'The file is at no OSS bucket domain name, or at none that this deployment allows: there is only its Url.',
  },
  TaskNotUpdatable: { status: 409, message: 'A task of MixMode 0 cannot be updated.' },
  TaskNotRunning: { status: 409, message: 'The task is not being recorded.' },
  TaskExternal: { status: 409, message: 'The task was started elsewhere: it is followed, not controlled.' },
  WebhookNotConfigured: { status: 409, message: 'This deployment has no WEBHOOK_URL: there is nowhere to deliver to.' },
  'InvalidSchedule.NotFound': { status: 404, message: 'There is no such schedule.' },
  ScheduleExisted: { status: 409, message: 'A schedule with this ScheduleId exists and is defined differently.' },
  RtcBusy: { status: 503, message: 'RTC has no room for another task, or could not be reached.' },
  UpstreamRejected: { status: 502, message: 'RTC refused the call.' },
  StartUnanswered: { status: 503, message: 'RTC has not answered yet; the outcome is being followed up.' },
  NotMigrated: { status: 503, message: 'The database schema is not at the version of this code: run the migration.' },
  Misconfigured: { status: 500, message: 'The configuration is not usable.' },
} as const satisfies Record<string, { status: number; message: string }>;

/** Codes about one parameter: `MissingTemplateId`, `InvalidMediaEncode.Malformed`, `InvalidUserPanes` … Always HTTP 400. */
export type ParameterErrorCode = `Missing${string}` | `Invalid${string}` | 'UnknownParameter';

/** Every code a {@link RecorderError} can carry. */
export type ErrorCode = keyof typeof ERRORS | ParameterErrorCode;

/** One fault (or warning) of a request, as it appears in `Issues` and `Warnings` of an answer. */
export interface Issue {
  /** Place in the JSON request: `UserPanes[0].Texts[1].FontSize`. */
  readonly Path: string;
  /** The same place as an RPC parameter name: `UserPanes.1.Texts.2.FontSize`. */
  readonly Parameter: string;
  /** Stable id of the rule that was broken: `required`, `type`, `range`, `enum` … */
  readonly Rule: string;
  /** What is wrong, naming the parameter; never quotes the value. */
  readonly Message: string;
  /** What would be accepted: `an integer from 1 to 72`. */
  readonly Accepted: string;
}

interface RecorderErrorOptions {
  /** Replaces the table's message; never holds a caller's value or a secret. RTC's own words only scrubbed. */
  readonly message?: string;
  readonly issues?: readonly Issue[];
  /** Of `MethodNotAllowed`: the methods that the path has. */
  readonly allowedMethods?: readonly string[];
  /** Further members of the answer, such as the state that a task is in all the same. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The only error this project throws on purpose. `status` is the HTTP status of its answer. */
export class RecorderError extends Error {
  override readonly name = 'RecorderError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly allowedMethods: readonly string[];
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, options: RecorderErrorOptions = {}) {
    const known = isTableCode(code) ? ERRORS[code] : undefined;
    super(options.message ?? known?.message ?? 'The request has faults.', { cause: options.cause });
    this.code = code;
    this.status = known?.status ?? 400;
    this.issues = options.issues ?? [];
    this.allowedMethods = options.allowedMethods ?? [];
    this.details = options.details ?? {};
  }
}

function isTableCode(code: ErrorCode): code is keyof typeof ERRORS {
  return Object.hasOwn(ERRORS, code);
}
