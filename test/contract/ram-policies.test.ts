import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { RtcAction } from '../../functions/start/rtc-client.ts';

const FOLDER = join(import.meta.dirname, '../../docs/ram');
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.json'));

const texts = v.pipe(v.array(v.string()), v.minLength(1));

/** Policy elements of RAM. Source: https://www.alibabacloud.com/help/en/ram/user-guide/policy-structure-and-syntax */
const Policy = v.strictObject({
  Version: v.literal('1'),
  Statement: v.pipe(
    v.array(
      v.strictObject({
        Effect: v.literal('Allow'),
        Action: texts,
        Resource: v.optional(texts),
        Principal: v.optional(v.strictObject({ Service: texts })),
        Condition: v.optional(v.strictObject({ StringEquals: v.strictObject({ 'acs:Service': v.string() }) })),
      }),
    ),
    v.minLength(1),
  ),
});

const read = (file: string) => v.parse(Policy, JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))).Statement;
const actionsOf = (file: string) => read(file).flatMap(({ Action }) => Action);

/** The compiler keeps this to the actions that the start function can call. */
const CALLED = {
  StartRecordTask: true,
  UpdateRecordTask: true,
  StopRecordTask: true,
  DescribeRecordFiles: true,
} satisfies Record<RtcAction, true>;

describe('docs/ram', () => {
  it.each(FILES)('%s allows no wildcard of actions, and no action twice', (file) => {
    const actions = actionsOf(file);
    expect(actions.filter((action) => !/^[a-z]+:[A-Za-z]+$/.test(action))).toEqual([]);
    expect(new Set(actions).size).toBe(actions.length);
  });

  it.each(FILES)('%s is explained', (file) => {
    expect(readFileSync(join(FOLDER, 'README.md'), 'utf8')).toContain(`| \`${file}\` |`);
  });

  it('allows the start function exactly what it calls, on its applications', () => {
    expect(actionsOf('start-policy.json').sort()).toEqual(
      Object.keys(CALLED)
        .map((action) => `rtc:${action}`)
        .sort(),
    );
    expect(read('start-policy.json').map(({ Resource }) => Resource)).toEqual([['acs:rtc:*:ACCOUNT_ID:app/APP_ID']]);
  });

  it('lets Function Compute, and nobody else, take the role', () => {
    expect(read('trust-policy.json')).toEqual([
      { Effect: 'Allow', Action: ['sts:AssumeRole'], Principal: { Service: ['fc.aliyuncs.com'] } },
    ]);
  });

  it('lets signed links read files only', () => {
    expect(actionsOf('file-links-policy.json')).toEqual(['oss:GetObject']);
  });

  it('lets whoever deploys hand the one role to Function Compute only', () => {
    expect(read('deploy-policy.json').filter(({ Action }) => Action.includes('ram:PassRole'))).toEqual([
      {
        Effect: 'Allow',
        Action: ['ram:PassRole'],
        Resource: ['acs:ram::ACCOUNT_ID:role/rtc-recorder'],
        Condition: { StringEquals: { 'acs:Service': 'fc.aliyuncs.com' } },
      },
    ]);
  });

  it.each(FILES.filter((file) => file !== 'trust-policy.json'))('%s names what it is for', (file) => {
    const open = read(file).filter(({ Resource }) => Resource?.includes('*') !== false);
    // These take no other resource.
    const excused = ['fc:GetTempBucketToken', 'vpc:DescribeVpcAttribute', 'vpc:DescribeVSwitchAttributes'];
    expect(open.flatMap(({ Action }) => Action).filter((action) => !excused.includes(action))).toEqual([]);
  });
});
