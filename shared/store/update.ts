/**
 * The statement after UpdateRecordTask.
 *
 * @module
 */
import type { Database } from './database.ts';
import { eventValues, insertEventSql, type NewEvent } from './events.ts';

/** What an accepted UpdateRecordTask changed, for {@link finishUpdate}. */
export interface UpdateOutcome {
  readonly AppId: string;
  readonly TaskId: string;
  readonly run: number;
  /** The parameters sent, without the ids. */
  readonly changes: object;
  readonly event: NewEvent;
  readonly now: Date;
}

/** Adds the changes to the task and stores the event, in one statement; false when that run is no longer known. */
export async function finishUpdate(database: Database, outcome: UpdateOutcome): Promise<boolean> {
  const rows = await database.query<{ run: number }>(
    `with finished as (
  update tasks set changes = coalesce(changes, '{}') || $4::text::jsonb
  where app_id = $1 and task_id = $2 and run = $3::int
  returning *
), ${insertEventSql('finished', 5)}
select run from finished`,
    [
      outcome.AppId,
      outcome.TaskId,
      outcome.run,
      JSON.stringify(outcome.changes),
      ...eventValues(outcome.event, outcome.now),
    ],
  );
  return rows.length > 0;
}
