/**
 * Ways in which the emulated service fails on demand.
 *
 * @module
 */
import * as v from 'valibot';
import type { LoggedRequest } from './request-log.ts';
import { RTC_ERROR_CODES } from './rtc-answer.ts';

/** The longest that a timer of Node.js can wait. */
const DELAY_MS = v.pipe(v.number(), v.minValue(0), v.maxValue(2 ** 31 - 1));

const FaultSchema = v.variant('kind', [
  /** Answers instead of the service: an error page, an empty body … JSON unless `contentType` says otherwise. */
  v.strictObject({
    kind: v.literal('status'),
    status: v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(599)),
    body: v.string(),
    contentType: v.exactOptional(v.pipe(v.string(), v.regex(/^[ -~]+$/))),
  }),
  /** A documented error instead of the service, in the form the client asked for. */
  v.strictObject({ kind: v.literal('error'), Code: v.picklist(RTC_ERROR_CODES) }),
  /** Closes the connection without an answer, or never answers; `accept…`: after the service has done what was asked. */
  v.strictObject({ kind: v.picklist(['reset', 'hang', 'acceptThenReset', 'acceptThenHang']) }),
  /** Waits before the service acts. */
  v.strictObject({ kind: v.literal('delay'), delayMs: DELAY_MS }),
]);

/** What happens to a request. */
export type Fault = Readonly<v.InferOutput<typeof FaultSchema>>;

/** Is asked about each request whose signature is good, before it is acted upon; `undefined` lets it pass. */
export type RequestHook = (request: LoggedRequest) => Fault | undefined | Promise<Fault | undefined>;

const CallbackFaultSchema = v.variant('kind', [
  /** Never sent; or sent after the next one, or when the faults are replaced. */
  v.strictObject({ kind: v.picklist(['drop', 'reorder']) }),
  /** Sent once more, with the same MsgId if nothing is said. */
  v.strictObject({ kind: v.literal('duplicate'), MsgId: v.exactOptional(v.picklist(['same', 'new'])) }),
  /** Sent later. */
  v.strictObject({ kind: v.literal('delay'), delayMs: DELAY_MS }),
]);

/** What happens to a FileCreated message on its way. */
export type CallbackFault = Readonly<v.InferOutput<typeof CallbackFaultSchema>>;

/** How often a rule applies; without it, until it is replaced. */
const COUNT = v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1)));

/** Most rules of a kind. */
const MAX_RULES = 1000;

/** What goes wrong from now on. The first rule of a kind that fits and is not used up applies. */
export const FaultsSchema = v.strictObject({
  requests: v.exactOptional(
    v.pipe(
      v.array(
        v.strictObject({
          Action: v.exactOptional(v.string()),
          TaskId: v.exactOptional(v.string()),
          count: COUNT,
          fault: FaultSchema,
        }),
      ),
      v.maxLength(MAX_RULES),
    ),
  ),
  callbacks: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ TaskId: v.exactOptional(v.string()), count: COUNT, fault: CallbackFaultSchema })),
      v.maxLength(MAX_RULES),
    ),
  ),
  /** `repeatable` never answers TaskExisted. */
  taskIds: v.exactOptional(v.literal('repeatable')),
});

export type Faults = Readonly<v.InferOutput<typeof FaultsSchema>>;
