/**
 * Forgets what is older than the retention: tasks at their end with their files and events, external tasks without a new
 * file, and dead letters. The recordings themselves lie in OSS and are never touched.
 *
 * @module
 */
import type { Database } from './database.ts';

/** Tasks forgotten by one call: with a thousand files each, still one bounded statement. Ours. */
export const PRUNE_BATCH = 100;

/** Events and dead letters forgotten by one call. Ours. */
export const LEFTOVER_BATCH = 1_000;

/**
 * Deletes up to {@link PRUNE_BATCH} tasks that ended, or whose last file came, before `before`, with their files and
 * events. A task that still has a job or an undelivered event is kept.
 *
 * @returns how many: less than {@link PRUNE_BATCH} means that none is left to forget.
 */
export async function pruneTasks(database: Database, before: Date): Promise<number> {
  const rows = await database.query<{ pruned: number }>(
    `with old as materialized (
  select app_id, task_id from tasks t
  where state in ('stopped', 'failed', 'external') and greatest(requested_at, ended_at, last_file_at) < $1::timestamptz
    and not exists (select from jobs j where j.kind in ('resolve_start', 'stop') and j.key = t.app_id || '/' || t.task_id)
    and not exists (select from events e
      where e.app_id = t.app_id and e.task_id = t.task_id and e.delivery = 'pending')
  order by greatest(requested_at, ended_at, last_file_at) limit ${PRUNE_BATCH}
  for update skip locked
), pruned_files as (
  delete from files f using old where f.app_id = old.app_id and f.task_id = old.task_id
), pruned_events as (
  delete from events e using old where e.app_id = old.app_id and e.task_id = old.task_id
), pruned_tasks as (
  delete from tasks t using old where t.app_id = old.app_id and t.task_id = old.task_id returning t.seq
)
select count(*)::int as pruned from pruned_tasks`,
    [before],
  );
  return rows[0]?.pruned ?? 0;
}

/**
 * Deletes up to {@link LEFTOVER_BATCH} events that no task is left for, and as many dead letters, from before `before`. To
 * be called when {@link pruneTasks} has none left: until then most old events have their tasks, and all would be looked
 * through for those that have not.
 *
 * @returns the larger of the two counts: less than {@link LEFTOVER_BATCH} means that nothing is left to forget.
 */
export async function pruneLeftovers(database: Database, before: Date): Promise<number> {
  const rows = await database.query<{ pruned: number }>(
    `with orphans as (
  delete from events where id in (
    select id from events e where occurred_at < $1::timestamptz and delivery <> 'pending'
      -- Not an anti-join, for which the planner may read all tasks: by now few old events have one.
      and (select true from tasks t where t.app_id = e.app_id and t.task_id = e.task_id) is null
    order by occurred_at limit ${LEFTOVER_BATCH})
  returning id
), letters as (
  delete from dead_letters where id in (
    select id from dead_letters where last_received_at < $1::timestamptz order by last_received_at limit ${LEFTOVER_BATCH})
  returning id
)
select greatest((select count(*) from orphans), (select count(*) from letters))::int as pruned`,
    [before],
  );
  return rows[0]?.pruned ?? 0;
}
