import { describe, expect, test } from 'vitest';
import type { Database } from '../../shared/store/database.ts';
import { listDeadLetters } from '../../shared/store/dead-letters.ts';
import { listEvents, listTasks } from '../../shared/store/read.ts';
import { listSchedules } from '../../shared/store/schedules.ts';
import { DATABASE_KINDS, useMigratedDatabase } from '../support/database.ts';

/** Positions of one digit, of two and of three. */
const COUNT = 120;

const NAMES = Array.from({ length: COUNT }, (_, index) => `n${COUNT - index}`);

interface PageFilter {
  readonly after: string | undefined;
  readonly limit: number;
}

type ListPage = (
  database: Database,
  page: PageFilter,
) => Promise<readonly { readonly seq: string; readonly name: string }[]>;

const LISTS: readonly (readonly [string, string, ListPage])[] = [
  [
    'tasks',
    "insert into tasks (app_id, task_id, channel_id, state) select 'app', 'n' || n, 'c', 'external' from generate_series(1, $1::int) n",
    async (database, page) => {
      const filter = { AppId: undefined, State: undefined, ChannelId: undefined, ...page };
      return (await listTasks(database, filter)).map(({ seq, TaskId }) => ({ seq, name: TaskId }));
    },
  ],
  [
    'events',
    "insert into events (id, type, app_id, body, delivery) select 'n' || n, 't', 'app', '{}', 'none' from generate_series(1, $1::int) n",
    async (database, page) => {
      const filter = { AppId: undefined, TaskId: undefined, type: undefined, delivery: undefined, ...page };
      return (await listEvents(database, filter)).map(({ seq, id }) => ({ seq, name: id }));
    },
  ],
  [
    'dead letters',
    "insert into dead_letters (id, source, reason, body) select 'n' || n, 'http', 'r', 'b' from generate_series(1, $1::int) n",
    async (database, page) => {
      const letters = await listDeadLetters(database, { AppId: undefined, ...page });
      return letters.map(({ seq, id }) => ({ seq, name: id }));
    },
  ],
  [
    'schedules',
    `insert into schedules (id, app_id, parameters, cron, time_zone, duration_seconds, late_by_seconds, enabled, planned_from)
select 'n' || n, 'app', '{}', '0 9 * * *', 'UTC', 60, 300, true, now() from generate_series(1, $1::int) n`,
    async (database, page) => {
      const schedules = await listSchedules(database, { AppId: undefined, ...page });
      return schedules.map(({ seq, ScheduleId }) => ({ seq, name: ScheduleId }));
    },
  ],
];

describe.each(DATABASE_KINDS)('lists on the %s database', (kind) => {
  const database = useMigratedDatabase(kind);

  test.each(LISTS)(
    '%s come newest first, each once, however many digits their positions have',
    async (_, fill, listPage) => {
      await database.query(fill, [COUNT]);
      const names: string[] = [];
      for (let after: string | undefined; ; ) {
        const page = await listPage(database, { after, limit: 7 });
        names.push(...page.map(({ name }) => name));
        after = page.at(-1)?.seq;
        if (after === undefined) break;
      }
      expect(names).toEqual(NAMES);
    },
  );
});
