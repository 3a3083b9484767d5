/**
 * How often each operation may be called.
 *
 * @see https://help.aliyun.com/document_detail/341645.html
 * @module
 */

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

interface Rate {
  readonly calls: number;
  readonly periodMs: number;
}

const RATES: ReadonlyMap<string, Rate> = new Map([
  ['StartRecordTask', { calls: 500, periodMs: SECOND_MS }],
  ['StopRecordTask', { calls: 4000, periodMs: MINUTE_MS }],
  ['UpdateRecordTask', { calls: 100, periodMs: SECOND_MS }],
  ['AddRecordTemplate', { calls: 100, periodMs: SECOND_MS }],
  ['UpdateRecordTemplate', { calls: 100, periodMs: SECOND_MS }],
  ['DescribeRecordTemplates', { calls: 100, periodMs: SECOND_MS }],
  ['DeleteRecordTemplate', { calls: 10, periodMs: SECOND_MS }],
  ['DescribeRecordFiles', { calls: 10, periodMs: SECOND_MS }],
]);

/** Calls since `startMs`. */
interface Period {
  readonly startMs: number;
  readonly calls: number;
}

/**
 * Counts calls of all keys together, because the limits are those of the account. Assumptions: periods follow one
 * another from the first call on, and a call that is refused does not count.
 */
export class FlowControl {
  readonly #periods = new Map<string, Period>();

  /** @param nowMs of a clock that is never set back, in milliseconds. */
  admit(Action: string, nowMs: number): 'admitted' | 'throttled' {
    const rate = RATES.get(Action);
    if (rate === undefined) return 'admitted';
    const last = this.#periods.get(Action);
    const period = last !== undefined && nowMs < last.startMs + rate.periodMs ? last : { startMs: nowMs, calls: 0 };
    if (period.calls >= rate.calls) return 'throttled';
    this.#periods.set(Action, { ...period, calls: period.calls + 1 });
    return 'admitted';
  }
}
