/**
 * Paging, as both Describe operations do it.
 *
 * @see DescribeRecordFiles, PageNum, PageSize
 * @module
 */
import * as v from 'valibot';
import { createInteger } from '../../shared/record-task/value-schemas.ts';

/** DescribeRecordTemplates states no bound of PageSize: that it has the same one is an assumption. */
export const PAGE_ENTRIES = {
  PageNum: v.exactOptional(createInteger(1, 2 ** 31 - 1)),
  PageSize: v.exactOptional(createInteger(1, 100)),
};

interface PageParameters {
  /** From 1, default 1. */
  readonly PageNum?: number;
  /** Default 10. */
  readonly PageSize?: number;
}

interface Page<T> {
  readonly TotalNum: number;
  readonly TotalPage: number;
  /** None beyond the last page. */
  readonly items: readonly T[];
}

export function takePage<T>(all: readonly T[], { PageNum = 1, PageSize = 10 }: PageParameters): Page<T> {
  const first = (PageNum - 1) * PageSize;
  return {
    TotalNum: all.length,
    TotalPage: Math.ceil(all.length / PageSize),
    items: all.slice(first, first + PageSize),
  };
}
