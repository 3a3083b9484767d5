import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCurl, quoteForShell } from '../../../functions/start/console/curl.ts';

/** A shell that prints each of its arguments, and a NUL behind it. */
function readArguments(command: string): readonly string[] {
  const script = `curl() { for argument do printf '%s\\0' "$argument"; done; }\n${command}`;
  const printed = execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { KEY: 'id:a secret' } });
  return printed.split('\0').slice(0, -1);
}

const HOSTILE = [`it's`, `'; touch /tmp/x; '`, '$(id) `id` $KEY', 'a\nb\\', '老师 😀', '-d @/etc/passwd', '"\'"', ''];

describe('quoteForShell', () => {
  it.each(HOSTILE)('makes one word of %j', (text) => {
    expect(readArguments(`curl ${quoteForShell(text)}`)).toEqual([text]);
  });

  it('makes one word of any text', () => {
    const texts = fc.string({ unit: fc.constantFrom(...`'"\\$\`!*?~#&|;<>(){}[] \n\ta老😀`) });
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 8 }), (words) => {
        expect(readArguments(`curl ${words.map(quoteForShell).join(' ')}`)).toEqual(words);
      }),
      { numRuns: 50 },
    );
  });
});

describe('formatCurl', () => {
  it('sends exactly the request, with the key from the environment', () => {
    const body = { ChannelId: `it's`, UserPanes: [{ Texts: [{ Text: HOSTILE.join('\n') }] }] };
    const command = formatCurl({ method: 'POST', url: 'https://recorder.example.com/record-tasks', body });
    const given = readArguments(command);
    expect(given.slice(0, -1)).toEqual([
      ...['-u', 'id:a secret', '-X', 'POST', 'https://recorder.example.com/record-tasks'],
      ...['-H', 'content-type: application/json', '--data-raw'],
    ]);
    expect(JSON.parse(given.at(-1) ?? '')).toEqual(body);
    expect(command).toContain('-u "$KEY"');
  });
});
