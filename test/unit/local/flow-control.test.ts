import { describe, expect, it } from 'vitest';
import { FlowControl } from '../../../local/emulator/flow-control.ts';

describe('FlowControl', () => {
  it.each([
    ['StartRecordTask', 500, 1000],
    ['StopRecordTask', 4000, 60_000],
    ['UpdateRecordTask', 100, 1000],
    ['AddRecordTemplate', 100, 1000],
    ['UpdateRecordTemplate', 100, 1000],
    ['DescribeRecordTemplates', 100, 1000],
    ['DeleteRecordTemplate', 10, 1000],
    ['DescribeRecordFiles', 10, 1000],
  ])('admits %s %i times in %i ms, and again afterwards', (Action, calls, periodMs) => {
    const control = new FlowControl();
    const admit = (nowMs: number) => Array.from({ length: calls }, () => control.admit(Action, nowMs));
    expect(new Set(admit(5000))).toEqual(new Set(['admitted']));
    expect(control.admit(Action, 5000 + periodMs - 1)).toBe('throttled');
    expect(new Set(admit(5000 + periodMs))).toEqual(new Set(['admitted']));
    expect(control.admit(Action, 5000 + periodMs)).toBe('throttled');
  });

  it('counts each operation by itself, and no refused call', () => {
    const control = new FlowControl();
    for (let call = 0; call < 20; call += 1) control.admit('DescribeRecordFiles', 0);
    expect(control.admit('DeleteRecordTemplate', 0)).toBe('admitted');
    for (let call = 0; call < 10; call += 1) expect(control.admit('DescribeRecordFiles', 1000)).toBe('admitted');
  });
});
