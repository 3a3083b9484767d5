/**
 * Timestamps of signed requests: `yyyy-MM-ddTHH:mm:ssZ`.
 *
 * @module
 */
import { RecorderError } from '../errors.ts';

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const DAYS_BEFORE_MONTH = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
const EPOCH_DAY = countDaysBeforeYear(1970);

/**
 * Returns the epoch milliseconds of a UTC timestamp.
 *
 * Strict, and computed here: `Date` is a clock, and it reads 30 February as 1 March.
 *
 * @throws RecorderError `InvalidTimeStamp.Format` for any other form and for a day or time that does not exist; a leap
 * second is refused
 * @see https://help.aliyun.com/zh/sdk/product-overview/rpc-mechanism (common parameter Timestamp)
 * @example parseTimestamp('2016-02-23T12:46:24Z') // 1456231584000
 */
export function parseTimestamp(text: string): number {
  if (!TIMESTAMP.test(text)) throw new RecorderError('InvalidTimeStamp.Format');
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  const hour = Number(text.slice(11, 13));
  const minute = Number(text.slice(14, 16));
  const second = Number(text.slice(17, 19));

  const firstDay = countDaysBeforeMonth(year, month);
  const exists = day >= 1 && day <= countDaysBeforeMonth(year, month + 1) - firstDay;
  if (!exists || hour > 23 || minute > 59 || second > 59) throw new RecorderError('InvalidTimeStamp.Format');
  return (((firstDay + day - 1 - EPOCH_DAY) * 24 + hour) * 60 + minute) * 60_000 + second * 1000;
}

/** Days from 0000-01-01 to the first of the month; NaN for a month that does not exist, which no comparison accepts. */
function countDaysBeforeMonth(year: number, month: number): number {
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const leapDay = isLeapYear && month > 2 ? 1 : 0;
  return countDaysBeforeYear(year) + (DAYS_BEFORE_MONTH[month - 1] ?? Number.NaN) + leapDay;
}

/** Days from 0000-01-01 to January 1 of the year, Gregorian throughout; the year 0 is a leap year. */
function countDaysBeforeYear(year: number): number {
  return 365 * year + Math.floor((year + 3) / 4) - Math.floor((year + 99) / 100) + Math.floor((year + 399) / 400);
}
