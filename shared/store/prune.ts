/**
 * Forgets what is older than the retention: ended tasks with their files and events. The recordings themselves lie in
 * OSS and are never touched.
 *
 * @module
 */
import type { Database } from './database.ts';

/** Tasks forgotten by one call: small enough for one bounded statement. Ours. */
export const PRUNE_BATCH = 200;

/**
 * Deletes up to {@link PRUNE_BATCH} tasks that ended before `before`, with their files and events, and returns how many.
 * A task that still has a job, an undelivered event or a newer file is kept.
 */
export async function pruneTasks(database: Database, before: Date): Promise<number> {
  const rows = await database.query<{ pruned: number }>(
    `with old as materialized (
  select app_id, task_id from tasks t
  where ended_at < $1::timestamptz and coalesce(last_file_at, ended_at) < $1::timestamptz
    and state in ('stopped', 'failed')
    and not exists (select from jobs j where j.kind in ('resolve_start', 'stop') and j.key = t.app_id || '/' || t.task_id)
    and not exists (select from events e
      where e.app_id = t.app_id and e.task_id = t.task_id and e.delivery = 'pending')
  order by ended_at limit ${PRUNE_BATCH}
  for update skip locked
), pruned_files as (
  delete from files f using old where f.app_id = old.app_id and f.task_id = old.task_id
), pruned_events as (
  delete from events e using old where e.app_id = old.app_id and e.task_id = old.task_id
), pruned as (
  delete from tasks t using old where t.app_id = old.app_id and t.task_id = old.task_id returning t.seq
)
select count(*)::int as pruned from pruned`,
    [before],
  );
  return rows[0]?.pruned ?? 0;
}
