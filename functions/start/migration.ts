/**
 * The event `{"Action":"Migrate"}`, which each deployment sends.
 *
 * @module
 */
import * as v from 'valibot';
import { isPostgresUrl, type StartConfig } from '../../shared/config.ts';
import { RecorderError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { type MigrationResult, migrateDatabase } from '../../shared/store/migrate.ts';

const MigrateEvent = v.looseObject({ DatabaseUrl: v.optional(v.pipe(v.string(), v.check(isPostgresUrl))) });

/**
 * Migrates as the owner of the schema, whose `DatabaseUrl` comes with the event and is kept nowhere, or else as the
 * functions' own role.
 */
export async function runMigration(event: object, config: StartConfig, log: Log): Promise<MigrationResult> {
  const parsed = v.safeParse(MigrateEvent, event);
  if (!parsed.success) {
    throw new RecorderError('MalformedRequest', { message: 'DatabaseUrl is not postgres://…, or not a text.' });
  }
  const startedAtMs = Date.now();
  const result = await migrateDatabase(parsed.output.DatabaseUrl ?? config.databaseUrl, {
    ca: config.databaseCa,
    functionsRole: readRole(config.databaseUrl),
    onApplied: (version) => log('info', 'migration', { version, durationMs: Date.now() - startedAtMs }),
  });
  log('info', 'migrated', { version: result.version, durationMs: Date.now() - startedAtMs });
  return result;
}

/** Undefined where the URL names nobody, so that the driver takes a default of its own. */
function readRole(databaseUrl: string): string | undefined {
  const { username } = new URL(databaseUrl);
  return username === '' ? undefined : decodeURIComponent(username);
}
