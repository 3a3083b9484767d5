/**
 * The sweep: reads the list of files that RTC keeps, over and over, and takes in whatever was never announced, also of
 * tasks started elsewhere; then looks for spans that no file covers. One for each AppId, never two at once: its job is
 * the lock.
 *
 * How late RTC lists a file, how long it goes on listing it, and by which of a file's times StartTime and EndTime select
 * are unverified.
 *
 * @see DescribeRecordFiles
 * @module
 */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { StartConfig } from '../../shared/config.ts';
import { createEvent, type EventType } from '../../shared/events.ts';
import { ingestRecordFiles } from '../../shared/ingest.ts';
import { type LoneEvent, storeEvents } from '../../shared/store/events.ts';
import { type Job, retryJob } from '../../shared/store/jobs.ts';
import {
  findGaps,
  readSweep,
  type SweepState,
  type SweepWindow,
  saveGapsUntil,
  saveSweep,
} from '../../shared/store/sweep.ts';
import type { CallBudget, RpcPairs } from './rtc-client.ts';
import type { StartService } from './service.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** From a sweep to the next, and the longest wait after a failure: what was missed is had within it. Ours. */
const PERIOD_MS = 5 * MINUTE_MS;

/** No sweep reaches back further: what could not be read for so long is given up. Ours. */
const MAX_REACH_DAYS = 7;

/** The most that DescribeRecordFiles gives at once. */
const PAGE_SIZE = 100;

/** All sweeps together make at most 8 calls a second. The account's limit is 10 ("DescribeRecordFiles", QPS). */
const CALL_INTERVAL_MS = 125;

/** One page. Short, because a sweep that fails is tried again anyway. Ours. */
const PAGE_BUDGET: CallBudget = { totalMs: 6_000, tryMs: 3_000 };

/** No page is begun later: with the last page's budget, still less than the tick grants a job. Ours. */
const PAGING_TIME_MS = 5_000;

/** What a sweep needs from outside. */
export interface SweepDependencies
  extends Pick<StartService, 'config' | 'database' | 'webhook' | 'now' | 'callRtc' | 'log'> {
  /** For pace and time limit: milliseconds of a clock that no simulation moves. */
  readonly nowMs: () => number;
  readonly sleep: (waitMs: number) => Promise<void>;
}

/**
 * Begins or continues the sweep that `job` stands for, and puts the job off: to the next sweep; to the next tick if time
 * ran out; after a failure for 1, 2, 4 … minutes, at most a period.
 *
 * @throws RecorderError `ServiceUnavailable` when the database does not answer.
 */
export async function sweepRecordFiles(dependencies: SweepDependencies, job: Job): Promise<void> {
  const { config, database } = dependencies;
  const AppId = job.key;
  const now = dependencies.now();
  const later = (waitMs: number) => new Date(now.getTime() + waitMs);
  const state = await readSweep(database, AppId);
  // Served by another deployment, or by an older one: the sweep rests where it is.
  if (state === undefined || !config.appIds.includes(AppId)) return await retryJob(database, job, later(PERIOD_MS));

  const { window, watermark } = await openWindow(dependencies, AppId, state);
  const outcome = await readPages(dependencies, AppId, window);
  dependencies.log(outcome.kind === 'failed' ? 'error' : 'info', 'sweep', {
    AppId,
    outcome: outcome.kind,
    code: outcome.kind === 'failed' ? outcome.Code : undefined,
    attempt: (state.failure?.count ?? 0) + 1,
  });
  switch (outcome.kind) {
    case 'complete': {
      const done = { watermark: window.end, window: undefined, failure: undefined };
      await saveSweep(database, job, done, later(PERIOD_MS));
      // Afterwards, so that no failure of the search keeps files from being taken in.
      return await tellGaps(dependencies, AppId, state.gapsUntil);
    }
    case 'interrupted': {
      const rest = { ...window, nextPage: outcome.nextPage };
      return await saveSweep(database, job, { watermark, window: rest, failure: state.failure }, now);
    }
    case 'failed': {
      const count = (state.failure?.count ?? 0) + 1;
      const failure = { since: state.failure?.since ?? now, count, Code: outcome.Code };
      const waitMs = Math.min(MINUTE_MS * 2 ** (count - 1), PERIOD_MS);
      return await saveSweep(database, job, { watermark, window: undefined, failure }, later(waitMs));
    }
  }
}

/** What a sweep is to read, and what no sweep will. */
export interface SweepPlan {
  readonly window: SweepWindow;
  /** Moved on if something is given up. */
  readonly watermark: Date;
  /** The time for which RTC's list could not be read soon enough. */
  readonly givenUp: { readonly from: Date; readonly to: Date } | undefined;
}

/**
 * The rest of an interrupted sweep, or a new one: up to `now`, from twice the largest split interval and an hour before
 * the watermark on. A file appears when it is complete, long after it began, and a second look costs little.
 */
export function planSweep(
  { watermark, window }: Pick<SweepState, 'watermark' | 'window'>,
  now: Date,
  { maxSplitIntervalSeconds, retentionDays }: Pick<StartConfig, 'maxSplitIntervalSeconds' | 'retentionDays'>,
): SweepPlan {
  if (window !== undefined) return { window, watermark, givenUp: undefined };
  // What retention has forgotten would be taken for new.
  const oldest = new Date(now.getTime() - Math.min(MAX_REACH_DAYS, retentionDays) * DAY_MS);
  const lookBackMs = 2 * maxSplitIntervalSeconds * 1_000 + HOUR_MS;
  const start = new Date(Math.max(watermark.getTime() - lookBackMs, oldest.getTime()));
  const isLost = watermark < oldest;
  return {
    window: { start, end: now, nextPage: 1 },
    watermark: isLost ? oldest : watermark,
    givenUp: isLost ? { from: watermark, to: oldest } : undefined,
  };
}

async function openWindow(dependencies: SweepDependencies, AppId: string, state: SweepState): Promise<SweepPlan> {
  const now = dependencies.now();
  const plan = planSweep(state, now, dependencies.config);
  if (plan.givenUp === undefined) return plan;
  const { from, to } = plan.givenUp;
  const Code = state.failure?.Code;
  const event = createLoneEvent(dependencies, {
    // Of the beginning alone: should this process die before the watermark is moved, the next tells the same.
    id: `sweep_${createHash('sha256')
      .update(JSON.stringify([AppId, from]))
      .digest('base64url')}`,
    type: 'sweep.gave_up',
    AppId,
    TaskId: undefined,
    data: { AppId, From: formatTime(from), To: formatTime(to), Code },
  });
  await storeEvents(dependencies.database, [event], now);
  dependencies.log('error', 'sweep.gave_up', { AppId, code: Code });
  return plan;
}

type PagesOutcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'interrupted'; readonly nextPage: number }
  | { readonly kind: 'failed'; readonly Code: string };

/** Takes in page after page. New files only push others to later pages, so that none is passed over. */
async function readPages(
  dependencies: SweepDependencies,
  AppId: string,
  { start, end, nextPage }: SweepWindow,
): Promise<PagesOutcome> {
  const { callRtc, nowMs, sleep, config, log } = dependencies;
  const intervalMs = CALL_INTERVAL_MS * config.appIds.length;
  const endMs = nowMs() + PAGING_TIME_MS;
  for (let PageNum = nextPage; ; PageNum++) {
    const calledMs = nowMs();
    const pairs: RpcPairs = [
      ['AppId', AppId],
      ['StartTime', formatTime(start)],
      ['EndTime', formatTime(end)],
      ['PageNum', String(PageNum)],
      ['PageSize', String(PAGE_SIZE)],
    ];
    const answer = await callRtc('DescribeRecordFiles', pairs, PAGE_BUDGET);
    if (answer.kind !== 'accepted') return { kind: 'failed', Code: answer.Code };
    const page = readPage(answer.body, PageNum);
    if (page === undefined) return { kind: 'failed', Code: 'UnreadableAnswer' };
    const { created, unusableCount } = await ingestRecordFiles(dependencies, page.items);
    if (created.length > 0) log('info', 'files.adopted', { AppId, count: created.length });
    if (unusableCount > 0) log('warn', 'files.unusable', { AppId, count: unusableCount });
    if (page.isLast) return { kind: 'complete' };
    if (nowMs() >= endMs) return { kind: 'interrupted', nextPage: PageNum + 1 };
    await sleep(Math.max(0, calledMs + intervalMs - nowMs()));
  }
}

const Page = v.object({
  TotalNum: v.nullish(v.number()),
  TotalPage: v.nullish(v.number()),
  RecordFiles: v.nullish(v.array(v.unknown())),
});

interface FilePage {
  readonly items: readonly unknown[];
  readonly isLast: boolean;
}

/** Undefined for an answer that is no list of files: taken for an empty one it would end the sweep. */
function readPage(body: unknown, PageNum: number): FilePage | undefined {
  const parsed = v.safeParse(Page, body);
  if (!parsed.success) return undefined;
  const { RecordFiles: items, TotalNum, TotalPage } = parsed.output;
  if (!Array.isArray(items)) return TotalNum === 0 ? { items: [], isLast: true } : undefined;
  const isFull = items.length === PAGE_SIZE;
  return { items, isLast: items.length === 0 || (typeof TotalPage === 'number' ? PageNum >= TotalPage : !isFull) };
}

const GAP_MESSAGE = 'no file covers this span: a pause or a loss';

/** Tells of gaps once. A file that fills one later is told like any other; the gap is not taken back. */
async function tellGaps(dependencies: SweepDependencies, AppId: string, gapsUntil: string): Promise<void> {
  const { database } = dependencies;
  const found = await findGaps(database, AppId, gapsUntil);
  const events = found.gaps.map(({ id, ChannelId, TaskId, Format, From, To, seconds }) =>
    createLoneEvent(dependencies, {
      id,
      type: 'record_file.gap',
      AppId,
      TaskId,
      data: {
        AppId,
        ChannelId,
        TaskId,
        Format,
        From: formatTime(From),
        To: formatTime(To),
        Seconds: seconds,
        Message: GAP_MESSAGE,
      },
    }),
  );
  await storeEvents(database, events, dependencies.now());
  await saveGapsUntil(database, AppId, found.gapsUntil);
  if (events.length > 0) dependencies.log('warn', 'gaps.found', { AppId, count: events.length });
}

function createLoneEvent(
  { webhook, now }: SweepDependencies,
  { id, type, AppId, TaskId, data }: Pick<LoneEvent, 'id' | 'AppId' | 'TaskId'> & { type: EventType; data: object },
): LoneEvent {
  return { ...createEvent({ id, type, now: now(), data: { ...data }, webhook }), AppId, TaskId };
}

/** As DescribeRecordFiles takes times: UTC, `yyyy-MM-ddTHH:mm:ssZ`. */
function formatTime(time: Date): string {
  return time.toISOString().replace(/\.\d{3}Z$/, 'Z');
}
