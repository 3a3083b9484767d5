/**
 * The list of rules in the README is the table of rules. `UPDATE_README=1` in the environment writes it anew.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../shared/record-task/rules.ts';

const README = new URL('../../README.md', import.meta.url);
const START = '<!-- rules -->';
const END = '<!-- /rules -->';

function formatRules(): string {
  const rows = RULES.map((rule) => {
    const answer = 'answer' in rule ? ` Answered with ${rule.answer}.` : '';
    return `| \`${rule.id}\` | ${rule.severity} | ${rule.text}${answer} | ${rule.source} |`;
  });
  return ['', '| rule | severity | what it says | source |', '| --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function splitReadme(): [before: string, rules: string, after: string] {
  const [before = '', rest] = readFileSync(README, 'utf8').split(START);
  const [rules = '', after] = rest?.split(END) ?? [];
  if (after === undefined) throw new Error(`The README has no place for the rules: ${START} … ${END}.`);
  return [before, rules, after];
}

describe('README.md', () => {
  it('lists the rules as the table has them', () => {
    if (process.env.UPDATE_README === '1') {
      const [before, , after] = splitReadme();
      writeFileSync(README, `${before}${START}${formatRules()}${END}${after}`);
    }
    expect(splitReadme()[1]).toBe(formatRules());
  });

  it('has no cell that would break the table', () => {
    for (const { text, source } of RULES) expect(`${text}${source}`).not.toMatch(/[|\n]/);
  });
});
