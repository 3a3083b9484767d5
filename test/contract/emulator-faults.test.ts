/**
 * The emulator failing on demand.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestHook } from '../../local/emulator/fault.ts';
import { type RtcEmulator, startRtcEmulator } from '../../local/emulator/start-rtc-emulator.ts';
import { call, KEY, REQUIRED, send, signPath } from '../support/rtc-emulator.ts';

let emulator: RtcEmulator;

beforeEach(async () => {
  emulator = await startRtcEmulator({ credentials: [KEY] });
});

afterEach(() => emulator.close());

const FILTER = { Action: 'StartRecordTask', TaskId: 'task-005' };

describe('startRtcEmulator, faults', () => {
  it('asks the hook about each request, with what was received', async () => {
    const hook = vi.fn<RequestHook>(() => undefined);
    emulator.onRequest(hook);
    await call(emulator.endpoint, 'StartRecordTask', { ...REQUIRED, SubSpecUsers: ['userA'] });
    expect(hook.mock.calls).toMatchObject([
      [
        {
          Action: 'StartRecordTask',
          TaskId: 'task-005',
          scheme: 'V1',
          parameters: { ...REQUIRED, SubSpecUsers: ['userA'] },
          outcome: 'pending',
        },
      ],
    ]);
    expect(emulator.countRequests(FILTER)).toEqual({ received: 1, accepted: 1 });
  });

  it('does not ask about a request whose signature is wrong', async () => {
    const hook = vi.fn<RequestHook>(() => ({ kind: 'reset' }));
    emulator.onRequest(hook);
    const answer = await call(emulator.endpoint, 'StartRecordTask', REQUIRED, { accessKeySecret: 'wrong' });
    expect(answer).toMatchObject({ status: 400, body: { Code: 'SignatureDoesNotMatch' } });
    expect(hook).not.toHaveBeenCalled();
  });

  it('status: answers instead of the service', async () => {
    const error = '{"Code":"Throttling.User","Message":"Request was denied due to user flow control."}';
    emulator.onRequest(() => ({ kind: 'status', status: 400, body: error }));
    expect(await send(emulator.endpoint, signPath('StartRecordTask', REQUIRED))).toEqual({
      status: 400,
      contentType: 'application/json;charset=utf-8',
      text: error,
    });
    emulator.onRequest(() => ({ kind: 'status', status: 502, body: '<html></html>', contentType: 'text/html' }));
    expect(await send(emulator.endpoint, signPath('StartRecordTask', REQUIRED))).toEqual({
      status: 502,
      contentType: 'text/html',
      text: '<html></html>',
    });
    expect(emulator.tasks()).toEqual([]);
    expect(emulator.requests().map(({ outcome, status }) => [outcome, status])).toEqual([
      ['faulted', 400],
      ['faulted', 502],
    ]);
  });

  it('reset: closes the connection, nothing done', async () => {
    emulator.onRequest(() => ({ kind: 'reset' }));
    await expect(call(emulator.endpoint, 'StartRecordTask', REQUIRED)).rejects.toMatchObject({
      cause: { code: 'ECONNRESET' },
    });
    expect(emulator.tasks()).toEqual([]);
    expect(emulator.countRequests(FILTER)).toEqual({ received: 1, accepted: 0 });
  });

  it('acceptThenReset: closes the connection, task started', async () => {
    emulator.onRequest(() => ({ kind: 'acceptThenReset' }));
    await expect(call(emulator.endpoint, 'StartRecordTask', REQUIRED)).rejects.toMatchObject({
      cause: { code: 'ECONNRESET' },
    });
    expect(emulator.tasks()).toHaveLength(1);
    expect(emulator.countRequests(FILTER)).toEqual({ received: 1, accepted: 1 });
    emulator.onRequest(undefined);
    expect(await call(emulator.endpoint, 'StartRecordTask', REQUIRED)).toMatchObject({ body: { Code: 'TaskExisted' } });
  });

  it.each([
    ['hang', 0],
    ['acceptThenHang', 1],
  ] as const)('%s: never answers; %i task(s) started', async (kind, count) => {
    emulator.onRequest(() => ({ kind }));
    let isSettled = false;
    const outcome = call(emulator.endpoint, 'StartRecordTask', REQUIRED)
      .then(
        () => 'answered',
        () => 'cut off',
      )
      .finally(() => {
        isSettled = true;
      });
    await vi.waitFor(() => expect(emulator.countRequests(FILTER)).toEqual({ received: 1, accepted: count }));
    emulator.onRequest(undefined);
    // Another request makes its whole way meanwhile.
    await call(emulator.endpoint, 'StartRecordTask', { ...REQUIRED, TaskId: 'other' });
    expect(isSettled).toBe(false);
    expect(emulator.tasks().filter(({ TaskId }) => TaskId === 'task-005')).toHaveLength(count);
    await emulator.close();
    expect(await outcome).toBe('cut off');
    emulator = await startRtcEmulator({ credentials: [KEY] });
  });

  it('delay: acts later', async () => {
    const sentAtMs = performance.now();
    emulator.onRequest(() => ({ kind: 'delay', delayMs: 60 }));
    const answer = call(emulator.endpoint, 'StartRecordTask', REQUIRED);
    await vi.waitFor(() => expect(emulator.requests()).toHaveLength(1), { interval: 1 });
    expect(emulator.tasks()).toEqual([]);
    expect(await answer).toMatchObject({ status: 200 });
    expect(performance.now() - sentAtMs).toBeGreaterThan(55);
    expect(emulator.tasks()).toHaveLength(1);
  });

  it('waits for a hook that takes its time', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    emulator.onRequest(async () => {
      await released;
      return undefined;
    });
    const answer = call(emulator.endpoint, 'StartRecordTask', REQUIRED);
    await vi.waitFor(() => expect(emulator.requests()).toHaveLength(1), { interval: 1 });
    expect(emulator.tasks()).toEqual([]);
    release();
    expect(await answer).toMatchObject({ status: 200 });
  });
});
