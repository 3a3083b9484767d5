/**
 * What `s start invoke` says about a migration. The CLI ends with 0 also when the function failed, so its output decides.
 *
 * @see https://github.com/devsapp/fc3 (`src/subCommands/invoke/index.ts`)
 * @module
 */
import * as v from 'valibot';
import { RecorderError } from '../shared/errors.ts';

const Result = v.object({ version: v.number() });

/**
 * The schema's version after the migration.
 *
 * @param secretUrl never shown, nor its password
 * @throws RecorderError `Misconfigured` with the reason, if the function failed or nothing says that it did not.
 */
export function readMigration(
  { code, output }: { readonly code: number; readonly output: string },
  secretUrl: string | undefined,
): number {
  const [, answer] = output.split('Invoke Result:');
  const result = v.safeParse(Result, findJson(answer ?? ''));
  if (code === 0 && !output.includes('Error Type:') && result.success) return result.output.version;
  throw new RecorderError('Misconfigured', {
    message: `The functions are deployed, but the migration failed:\n${hideSecret((answer ?? output).trim(), secretUrl)}`,
  });
}

function findJson(text: string): unknown {
  const [line = ''] = /^\{.*\}$/mu.exec(text) ?? [];
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function hideSecret(text: string, secretUrl: string | undefined): string {
  if (secretUrl === undefined) return text;
  const password = URL.canParse(secretUrl) ? new URL(secretUrl).password : '';
  return [secretUrl, password, decodeURIComponent(password)]
    .filter((secret) => secret !== '')
    .reduce((shown, secret) => shown.replaceAll(secret, '[removed]'), text);
}
