import { describe, expect, it } from 'vitest';
import { readMigration } from '../../../local/migration-answer.ts';

/** As fc3 0.1.22 prints an invocation. Source: `devsapp/fc3@4ca1c1b:src/subCommands/invoke/index.ts`. */
const show = (result: string) => `⌛  Steps for [invoke] of [rtc-recorder]
====================
========= FC invoke Logs begin =========
FC Invoke Start RequestId: 1-6b03
========= FC invoke Logs end =========

Invoke instanceId: c-1
Code Checksum: 1
Qualifier: LATEST
RequestId: 1-6b03
${result}
✔ [start] completed (0.41s)
`;
const SECRET_URL = 'postgres://owner:dummy%2Fpassword@db.internal/recorder';

describe('readMigration', () => {
  it('returns the version of the schema', () => {
    const output = show('\nInvoke Result:\n{"applied":[1,2],"version":2}');
    expect(readMigration({ code: 0, output }, undefined)).toBe(2);
  });

  it.each([
    ['the CLI failed', { code: 101, output: 'Error Message:\nNetwork is unreachable' }, 'Network is unreachable'],
    [
      'the function failed, although the CLI did not',
      {
        code: 0,
        output: show('Error Type: UnhandledInvocationError\n\nInvoke Result:\n{"errorMessage":"permission denied"}'),
      },
      'permission denied',
    ],
    [
      'the function failed with what looks like a result',
      { code: 0, output: show('Error Type: UnhandledInvocationError\n\nInvoke Result:\n{"version":2}') },
      'version',
    ],
    ['nobody says how it went', { code: 0, output: '✔ [start] completed (0.41s)' }, 'completed'],
    ['the answer is another', { code: 0, output: show('\nInvoke Result:\n{"stored":1}') }, 'stored'],
    ['the answer is no JSON', { code: 0, output: show('\nInvoke Result:\n{oops}') }, 'oops'],
  ])('throws when %s', (_, answer, reason) => {
    expect(() => readMigration(answer, undefined)).toThrow(expect.objectContaining({ code: 'Misconfigured' }));
    expect(() => readMigration(answer, undefined)).toThrow(reason);
  });

  it('shows neither the owner’s URL nor its password, encoded or not', () => {
    const output = show(
      `Error Type: X\n\nInvoke Result:\n{"errorMessage":"${SECRET_URL} dummy%2Fpassword dummy/password refused"}`,
    );
    const read = () => readMigration({ code: 0, output }, SECRET_URL);
    expect(read).toThrow('"[removed] [removed] [removed] refused"');
    expect(read).not.toThrow(/dummy/);
  });
});
