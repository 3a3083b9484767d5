/** A callback handler as somebody would write it: the file, its task and an event, in a transaction of three queries. */
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });

export async function handler(bytes) {
  const { body } = JSON.parse(Buffer.from(bytes).toString());
  const { AppId, ChannelId, TaskId, Url, StartTime, StopTime } = JSON.parse(body);
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(
      'insert into peer_files (app_id, task_id, url, start_time, stop_time, body) values ($1, $2, $3, $4, $5, $6) on conflict do nothing',
      [AppId, TaskId, Url, StartTime, StopTime, body],
    );
    await client.query(
      'insert into peer_tasks (app_id, task_id, state, parameters) values ($1, $2, $3, $4) on conflict (app_id, task_id) do update set state = excluded.state',
      [AppId, TaskId, 'recording', JSON.stringify({ ChannelId })],
    );
    await client.query('insert into peer_events (app_id, task_id, body) values ($1, $2, $3)', [AppId, TaskId, body]);
    await client.query('commit');
  } finally {
    client.release();
  }
  return { statusCode: 200, headers: {}, body: '{}', isBase64Encoded: false };
}
