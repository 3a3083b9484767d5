-- One row for each (AppId, TaskId). The same TaskId used again after its end begins a new run in the same row.
create table tasks (
  seq bigint generated always as identity unique,
  app_id text not null,
  task_id text not null,
  run integer not null default 1,
  channel_id text not null,
  state text not null check (state in ('starting', 'recording', 'stopping', 'stopped', 'failed', 'external')),
  -- What the caller sent, normalised, before configured defaults: the yardstick of "the same request again".
  parameters jsonb,
  -- What goes to RTC: parameters with the configured defaults. Kept so that a lost start can be repeated.
  request jsonb,
  -- What UpdateRecordTask has changed since.
  changes jsonb,
  warnings jsonb not null default '[]',
  start_request_id text,
  error_code text,
  -- attempt is stored before RTC is called; a finished attempt has no leased_until.
  attempt integer not null default 0,
  lease_id uuid,
  leased_until timestamptz,
  -- Whether an attempt of this run may have reached RTC without our seeing its answer.
  may_have_reached boolean not null default false,
  requested_at timestamptz not null default now(),
  started_at timestamptz,
  stop_at timestamptz,
  stop_requested_at timestamptz,
  ended_at timestamptz,
  last_file_at timestamptz,
  primary key (app_id, task_id)
);
create index tasks_by_state on tasks (state, seq desc);
create index tasks_by_channel on tasks (channel_id, seq desc);
-- What retention looks at: nothing happens to these tasks any more but the arrival of a late file.
create index tasks_by_end on tasks (greatest(ended_at, last_file_at)) where state in ('stopped', 'failed', 'external');

-- A file is (AppId, TaskId, Url); id is derived from the three and is also the id of its event and webhook.
create table files (
  id text primary key,
  app_id text not null,
  task_id text not null,
  channel_id text not null,
  url text not null,
  msg_id text,
  start_time timestamptz not null,
  stop_time timestamptz not null,
  duration_seconds double precision,
  source text not null check (source in ('callback', 'reconciled')),
  body bytea,
  received_at timestamptz not null default now()
);
create index files_by_task on files (app_id, task_id, start_time);

-- The timeline of a task, the webhook's payload and the delivery log in one.
create table events (
  id text primary key,
  seq bigint generated always as identity unique,
  type text not null,
  app_id text not null,
  task_id text not null,
  -- Text, not jsonb: every attempt sends the same bytes.
  body text not null,
  occurred_at timestamptz not null default now(),
  delivery text not null check (delivery in ('none', 'pending', 'delivered', 'dead')),
  failures integer not null default 0,
  attempts jsonb not null default '[]',
  delivered_at timestamptz
);
create index events_by_task on events (app_id, task_id, seq);
create index events_by_time on events (occurred_at);

-- Everything that has to happen later. due_at is business time; leased_until is the database's clock, so that
-- a simulated week does not expire the leases of work in hand. attempts is the fencing token.
create table jobs (
  kind text not null,
  key text not null,
  payload jsonb not null default '{}',
  due_at timestamptz not null,
  leased_until timestamptz,
  attempts integer not null default 0,
  primary key (kind, key)
);
create index jobs_by_due on jobs (due_at, key);

-- Authenticated callbacks that are not a usable FileCreated; the same bytes again only raise the count.
create table dead_letters (
  id text primary key,
  app_id text,
  source text not null,
  reason text not null,
  body bytea not null,
  count integer not null default 1,
  first_received_at timestamptz not null default now(),
  last_received_at timestamptz not null default now()
);
create index dead_letters_by_time on dead_letters (last_received_at);

insert into jobs (kind, key, due_at) values ('prune', 'all', now());
