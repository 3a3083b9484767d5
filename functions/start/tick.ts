/**
 * The tick: everything that has become due, done in the time the invocation has left. The timer fires it each minute;
 * ticks may overlap, also in several instances, because a job is never claimed twice within its lease.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as v from 'valibot';
import { deliverEvent, RETRY_ATTEMPT_TIMEOUT_MS } from '../../shared/deliver.ts';
import { RecorderError } from '../../shared/errors.ts';
import { describeError } from '../../shared/log.ts';
import { type Backlog, readBacklog } from '../../shared/store/backlog.ts';
import { dropDelivery, readPendingEvent } from '../../shared/store/deliver.ts';
import { claimJobs, finishJob, type Job, retryJob } from '../../shared/store/jobs.ts';
import { NONCE_PRUNE_BATCH, pruneNonces } from '../../shared/store/nonces.ts';
import { LEFTOVER_BATCH, PRUNE_BATCH, pruneLeftovers, pruneTasks } from '../../shared/store/prune.ts';
import { pruneSchedules, SCHEDULE_PRUNE_BATCH } from '../../shared/store/schedules.ts';
import { ensureSweeps } from '../../shared/store/sweep.ts';
import { drainLane } from './job-lane.ts';
import { runStartSlot } from './schedules.ts';
import type { StartService } from './service.ts';
import { resolveStart } from './start.ts';
import { stopRecordTask } from './stop.ts';
import { sweepRecordFiles } from './sweep.ts';

/** Jobs other than deliveries in work at once: they wait for RTC most of the time, and share two connections. Ours. */
const MAX_JOBS = 50;

/** Deliveries in work at once: enough to wait for a slow receiver, few enough not to flood it. Ours. */
const MAX_DELIVERIES = 10;

/** No job is begun with less time left than the slowest may take: an RTC call of 12 s and its bookkeeping. */
const JOB_TIME_MS = 18_000;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * How many record tasks RTC lets run at the same time, unless it has been asked to raise that.
 *
 * @see RTC, "Limits"
 */
const MAX_RUNNING_TASKS = 100;

/** What a tick did. */
export interface TickResult {
  readonly done: number;
  readonly failed: number;
}

/**
 * Does what is due until nothing is, or until `deadlineMs` (epoch milliseconds) leaves no room for another job. Its one
 * line in the log tells what it found and what it did.
 */
export async function runTick(service: StartService, deadlineMs: number): Promise<TickResult> {
  const { database, config, log } = service;
  const startedAtMs = performance.now();
  const result = { done: 0, failed: 0 };
  const run = async (job: Job): Promise<void> => {
    try {
      await runJob(service, job);
      result.done++;
    } catch (error) {
      result.failed++;
      // The job stays claimed until its lease ends and is then tried again.
      log('error', 'job.failed', { jobKind: job.kind, error: describeError(error) });
    }
  };
  const hasTime = () => deadlineMs - Date.now() > JOB_TIME_MS;
  let probes: 0 | 1 = 1;
  await ensureSweeps(database, config.appIds, service.now());
  const backlog = await findBacklog(service);
  await Promise.all([
    drainLane({
      size: MAX_JOBS,
      claim: (limit) => claimJobs(database, { now: service.now(), limit, deliveries: 0, probes: 0 }),
      run,
      hasTime,
    }),
    drainLane({
      size: MAX_DELIVERIES,
      claim: (deliveries) => {
        const claimed = claimJobs(database, { now: service.now(), limit: 0, deliveries, probes });
        probes = 0;
        return claimed;
      },
      run,
      hasTime,
    }),
  ]);
  const { done, failed } = result;
  log('info', 'tick', {
    outcome: failed === 0 ? 'done' : 'failures',
    done,
    failed,
    ...backlog,
    maxRunningTasks: MAX_RUNNING_TASKS,
    durationMs: Math.round(performance.now() - startedAtMs),
  });
  return { done, failed };
}

/** Undefined where it cannot be told: that must not keep recordings from being started and stopped. */
async function findBacklog({ database, log, now }: StartService): Promise<Backlog | undefined> {
  try {
    return await readBacklog(database, now());
  } catch (error) {
    log('error', 'backlog.unknown', { error: describeError(error) });
    return undefined;
  }
}

async function runJob(service: StartService, job: Job): Promise<void> {
  const handler = Object.hasOwn(JOB_HANDLERS, job.kind) ? JOB_HANDLERS[job.kind] : undefined;
  if (handler !== undefined) return await handler(service, job);
  // Queued by a newer version of this code that is being rolled out beside us.
  await retryJob(service.database, job, later(service, 5 * MINUTE_MS));
}

type JobHandler = (service: StartService, job: Job) => Promise<void>;

/** All that can happen later: one handler for each kind of job. */
const JOB_HANDLERS: Readonly<Record<string, JobHandler>> = {
  resolve_start: runResolveStart,
  start_slot: runStartSlot,
  stop: runStop,
  deliver: runDeliver,
  prune: runPrune,
  sweep: runSweep,
};

const TaskRun = v.object({ AppId: v.string(), TaskId: v.string(), run: v.number() });

async function runResolveStart(service: StartService, job: Job): Promise<void> {
  const result = await resolveStart(service, v.parse(TaskRun, job.payload));
  if (result === 'settled') await finishJob(service.database, job);
  else await retryJob(service.database, job, later(service, MINUTE_MS / 2));
}

async function runStop(service: StartService, job: Job): Promise<void> {
  const task = v.parse(TaskRun, job.payload);
  try {
    const { state } = await stopRecordTask(service, task);
    if (state === 'starting') await retryJob(service.database, job, later(service, MINUTE_MS / 2));
    // `stopping` has put its own job off; anything else has ended.
    else if (state !== 'stopping') await finishJob(service.database, job);
  } catch (error) {
    // The run the job was made for is over: nothing is left to stop.
    if (error instanceof RecorderError && error.status < 500) await finishJob(service.database, job);
    else throw error;
  }
}

async function runDeliver(service: StartService, job: Job): Promise<void> {
  const { webhook } = service;
  const event = await readPendingEvent(service.database, job.key);
  if (event === undefined) return await finishJob(service.database, job);
  // No webhook is configured any more: the event stays in the timeline, where it can be told by hand.
  if (webhook === undefined) return await dropDelivery(service.database, job.key);
  const state = await deliverEvent(
    { ...service, webhook },
    { event, jobAttempts: job.attempts, timeoutMs: RETRY_ATTEMPT_TIMEOUT_MS, timeoutCounts: 'count' },
  );
  if (state === 'dead') service.log('error', 'webhook.dead', { eventId: event.id });
}

async function runPrune(service: StartService, job: Job): Promise<void> {
  const before = later(service, -24 * HOUR_MS * service.config.retentionDays);
  const tasks = await pruneTasks(service.database, before);
  const leftovers = tasks < PRUNE_BATCH ? await pruneLeftovers(service.database, before) : 0;
  const nonces = await pruneNonces(service.database);
  const schedules = await pruneSchedules(service.database, before);
  // A full batch means that there may be more: the next tick goes on.
  const isDone =
    tasks < PRUNE_BATCH && leftovers < LEFTOVER_BATCH && nonces < NONCE_PRUNE_BATCH && schedules < SCHEDULE_PRUNE_BATCH;
  await retryJob(service.database, job, later(service, isDone ? HOUR_MS : 0));
}

async function runSweep(service: StartService, job: Job): Promise<void> {
  await sweepRecordFiles({ ...service, nowMs: Date.now, sleep }, job);
}

function later(service: StartService, waitMs: number): Date {
  return new Date(service.now().getTime() + waitMs);
}
