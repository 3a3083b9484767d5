/**
 * Errors in the words of the RPC gateway: codes, statuses and messages that clients of rtc.aliyuncs.com know.
 *
 * @module
 */
import { type Issue, RecorderError } from '../../shared/errors.ts';

/** An error as the drop-in answers it. */
export interface RpcFault {
  readonly status: number;
  readonly Code: string;
  readonly Message: string;
}

/**
 * Returns the gateway's error for one of ours. What only REST callers can tell apart is one code here; the message says
 * which.
 *
 * @see https://help.aliyun.com/document_detail/48054.html
 */
export function toRpcFault(error: RecorderError): RpcFault {
  const { status, code: Code, message: Message, issues } = error;
  if (issues.length > 0) return { status, Code, Message: describeIssues(issues) };
  switch (Code) {
    case 'TaskExisted':
      // StartRecordTask, error codes: the one error with HTTP status 200.
      return { status: 200, Code, Message };
    case 'UnsupportedHTTPMethod':
      // RPC gateway, common errors. REST callers get 405.
      return { status: 400, Code, Message };
    case 'TaskNotRunning':
      return { status: 404, Code: 'InvalidTask.NotFound', Message };
    case 'TaskNotUpdatable':
    case 'TaskExternal':
      return { status: 400, Code: 'UnsupportedOperation', Message };
    case 'StartUnanswered':
      return { status, Code: 'ServiceUnavailable', Message };
    case 'NotMigrated':
      return toRpcFault(new RecorderError('ServiceUnavailable'));
    case 'Misconfigured':
      return toRpcFault(new RecorderError('InternalError'));
    default:
      return { status, Code, Message };
  }
}

/** Faults beyond this are counted, not described: the message is one line of somebody's log. */
const MAX_DESCRIBED_ISSUES = 10;

function describeIssues(issues: readonly Issue[]): string {
  const sentences = issues.slice(0, MAX_DESCRIBED_ISSUES).map(describeIssue);
  const more = issues.length - sentences.length;
  return more > 0 ? `${sentences.join(' ')} (and ${more} more)` : sentences.join(' ');
}

/** As the gateway says it, and then what it leaves out. */
function describeIssue({ Parameter, Rule, Message }: Issue): string {
  if (Parameter === '') return Message;
  if (Rule === 'required' && !Parameter.includes('.')) return `${Parameter} is mandatory for this action.`;
  return `Specified parameter ${Parameter} is not valid: ${Message}`;
}
