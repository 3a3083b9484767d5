import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SCHEMA_VERSION } from '../../shared/store/schema-version.ts';
import { findBreakingStatements } from '../support/migration-rules.ts';

const FOLDER = join(import.meta.dirname, '../../shared/store/migrations');
const FILES = readdirSync(FOLDER).toSorted();

const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/**
 * SHA-256 of every migration that a release has shipped, added with the release (`sha256sum shared/store/migrations/*`).
 * Version 0.1.0 is not released yet, so that 0001 may still change.
 */
const RELEASED: Readonly<Record<string, string>> = {};

/** Released files that are not what was released. */
function findEdited(released: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(released).filter((file) => !FILES.includes(file) || hash(read(file)) !== released[file]);
}

describe('the migrations', () => {
  test('are numbered without a gap, all of them are applied, and the last is what the code asks for', () => {
    expect(FILES.map((file) => file.slice(0, 5))).toEqual(
      FILES.map((_, index) => `${String(index + 1).padStart(4, '0')}-`),
    );
    const source = readFileSync(join(FOLDER, '../migrate.ts'), 'utf8');
    const imported = [...source.matchAll(/^import (\w+) from '\.\/migrations\/(.+)';$/gm)];
    expect(imported.map(([, , file]) => file)).toEqual(FILES);
    expect(source).toContain(`MIGRATIONS: readonly string[] = [${imported.map(([, name]) => name).join(', ')}]`);
    expect(SCHEMA_VERSION).toBe(FILES.length);
  });

  test('are not edited once they are released', () => {
    expect(findEdited(RELEASED)).toEqual([]);
    // What it would find.
    const [first = ''] = FILES;
    const released = { [first]: hash(read(first)) };
    expect(findEdited(released)).toEqual([]);
    expect(findEdited({ [first]: hash(`${read(first)}\n`) })).toEqual([first]);
    expect(findEdited({ ...released, '0000-gone.sql': hash('') })).toEqual(['0000-gone.sql']);
  });

  // The first meets no release before it.
  test('break nothing that the previous release does', () => {
    expect(FILES.slice(1).flatMap((file) => findBreakingStatements(read(file)))).toEqual([]);
  });
});

describe('findBreakingStatements', () => {
  test.each([
    'create table notes (id text primary key, note text not null, check (note <> 1), unique (note))',
    'create table notes (id text); create unique index notes_by_id on notes (id)',
    'create index tasks_by_note on tasks (note)',
    'alter table tasks add column note text',
    "alter table tasks add column if not exists note text not null default 'none', add rank integer",
    'alter table tasks add column n bigint not null generated always as identity',
    'alter table tasks alter column note drop not null',
    'alter table tasks drop constraint tasks_state_check',
    "insert into jobs (kind, key, due_at) values ('vacuum', 'drop table tasks; rename', now())",
    '-- drop table tasks\n/* rename; */ create view v as select 1',
    "update jobs set payload = '{}' where payload is null",
  ])('accepts: %s', (sql) => {
    expect(findBreakingStatements(sql)).toEqual([]);
  });

  test.each([
    ['drop table tasks', 'drops what is in use'],
    ['drop index tasks_by_state', 'drops what is in use'],
    ['ALTER TABLE tasks\n  DROP COLUMN note', 'drops what is in use'],
    ['alter table tasks drop note', 'drops what is in use'],
    ['alter table tasks rename to jobs2', 'renames what is in use'],
    ['alter table tasks rename column state to status', 'renames what is in use'],
    ['alter table tasks set schema other', 'moves what is in use'],
    ['alter table tasks alter column run type bigint', 'changes a type'],
    ['alter table tasks alter run set data type bigint', 'changes a type'],
    ['alter table tasks alter column run drop default', 'takes back a value that is relied upon'],
    ['alter table tasks alter column seq drop identity', 'takes back a value that is relied upon'],
    ['alter table tasks alter column note set not null', 'demands a value that nobody gives'],
    ['alter table tasks add column note text not null', 'demands a value that nobody gives'],
    ['alter table tasks add a text default 1, add b text not null', 'demands a value that nobody gives'],
    ['alter table tasks add constraint c check (run > 0)', 'refuses rows that were fine'],
    ['alter table tasks add unique (channel_id)', 'refuses rows that were fine'],
    ['create unique index one on tasks (channel_id)', 'refuses rows that were fine'],
    ['create trigger t before insert on tasks execute function f()', 'refuses rows that were fine'],
    ['truncate nonces', 'deletes rows'],
    ['delete from jobs', 'deletes rows'],
    ['revoke insert on tasks from public', 'takes away a right'],
    ['create index concurrently i on tasks (run)', 'cannot be rolled back'],
    ['create table a (b text); commit; create table c (d text)', 'cannot be rolled back'],
  ])('rejects: %s', (sql, reason) => {
    expect(findBreakingStatements(sql)).toEqual([expect.stringContaining(`${reason}: `)]);
  });
});
