/**
 * The tick: everything that has become due, done in the time the invocation has left. The timer fires it each minute;
 * ticks may overlap, also in several instances, because a job is never claimed twice within its lease.
 *
 * @module
 */
import * as v from 'valibot';
import { deliverEvent, RETRY_ATTEMPT_TIMEOUT_MS } from '../../shared/deliver.ts';
import { RecorderError } from '../../shared/errors.ts';
import { describeError, logToConsole } from '../../shared/log.ts';
import { readPendingEvent } from '../../shared/store/deliver.ts';
import { claimJobs, finishJob, type Job, retryJob } from '../../shared/store/jobs.ts';
import { PRUNE_BATCH, pruneTasks } from '../../shared/store/prune.ts';
import type { StartService } from './service.ts';
import { resolveStart } from './start.ts';
import { stopRecordTask } from './stop.ts';

/** Jobs in work at once: enough to wait for several receivers, few enough for two connections. Ours. */
const BATCH_SIZE = 10;

/** No batch is begun with less time left than its slowest job may take: an RTC call of 12 s and its bookkeeping. */
const BATCH_TIME_MS = 18_000;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What a tick did. */
export interface TickResult {
  readonly done: number;
  readonly failed: number;
}

/** Does what is due until nothing is, or until `deadlineMs` (epoch milliseconds) leaves no room for another batch. */
export async function runTick(service: StartService, deadlineMs: number, requestId: string): Promise<TickResult> {
  let done = 0;
  let failed = 0;
  do {
    const jobs = await claimJobs(service.database, service.now(), BATCH_SIZE);
    const results = await Promise.allSettled(jobs.map((job) => runJob(service, job)));
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') {
        done++;
        continue;
      }
      failed++;
      // The job stays claimed until its lease ends and is then tried again.
      logToConsole('error', 'job.failed', {
        requestId,
        jobKind: jobs[index]?.kind,
        error: describeError(result.reason),
      });
    }
    if (jobs.length < BATCH_SIZE) break;
  } while (deadlineMs - Date.now() > BATCH_TIME_MS);
  logToConsole('info', 'tick', { requestId, count: done, outcome: failed === 0 ? 'done' : 'failures' });
  return { done, failed };
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
  stop: runStop,
  deliver: runDeliver,
  prune: runPrune,
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
  // No webhook is configured any more, or not yet again: the event waits.
  if (webhook === undefined) return await retryJob(service.database, job, later(service, HOUR_MS));
  await deliverEvent(
    { ...service, webhook },
    { event, jobAttempts: job.attempts, timeoutMs: RETRY_ATTEMPT_TIMEOUT_MS, timeoutCounts: 'count' },
  );
}

async function runPrune(service: StartService, job: Job): Promise<void> {
  const before = later(service, -24 * HOUR_MS * service.config.retentionDays);
  const pruned = await pruneTasks(service.database, before);
  // A full batch means that there may be more: the next tick goes on.
  await retryJob(service.database, job, later(service, pruned < PRUNE_BATCH ? HOUR_MS : 0));
}

function later(service: StartService, waitMs: number): Date {
  return new Date(service.now().getTime() + waitMs);
}
