import { describe, expect, test } from 'vitest';
import { callRtc, type RawAnswer, REST_BUDGET, type SendRpc } from '../../../functions/start/rtc-client.ts';

const ACCEPTED: RawAnswer = { status: 200, body: { RequestId: 'R1' }, retryAfterMs: undefined };

type Step = RawAnswer | Error;

/** A clock that moves only by waiting and by what each try takes. */
function createScene(steps: readonly Step[], tryTakesMs = 10) {
  let nowMs = 0;
  const waitsMs: number[] = [];
  const timeoutsMs: number[] = [];
  const send: SendRpc = async (_action, _pairs, timeoutMs) => {
    timeoutsMs.push(timeoutMs);
    const step = steps[Math.min(timeoutsMs.length, steps.length) - 1];
    nowMs += step instanceof Error && step.name === 'RequestTimeoutError' ? timeoutMs : tryTakesMs;
    if (step === undefined || step instanceof Error) throw step;
    return step;
  };
  const sleep = async (waitMs: number) => {
    waitsMs.push(waitMs);
    nowMs += waitMs;
  };
  return {
    waitsMs,
    timeoutsMs,
    nowMs: () => nowMs,
    call: (budget = REST_BUDGET) =>
      callRtc({ send, nowMs: () => nowMs, sleep, random: () => 1 }, 'StartRecordTask', [['AppId', 'a']], budget),
  };
}

function createFailure(name: string, fields: { code?: string; message?: string } = {}): Error {
  const error = new Error(fields.message ?? 'POST http://rtc.aliyuncs.com/?AccessKeyId=LTAI&Signature=s3cret failed.');
  return Object.assign(error, { name, ...(fields.code !== undefined && { code: fields.code }) });
}

const READ_TIMEOUT = createFailure('RequestTimeoutError', { message: 'ReadTimeout(3000). POST http://x/ failed.' });
const CONNECT_TIMEOUT = createFailure('RequestTimeoutError', { message: 'ConnectTimeout: Connect http://x/ failed.' });
const refusal = (status: number, Code: string, Message = 'no'): RawAnswer => ({
  status,
  body: { RequestId: 'R2', HostId: 'rtc.aliyuncs.com', Code, Message },
  retryAfterMs: undefined,
});

describe('callRtc', () => {
  test('returns the RequestId and the body of an accepted call', async () => {
    const scene = createScene([ACCEPTED]);
    expect(await scene.call()).toEqual({ kind: 'accepted', RequestId: 'R1', body: { RequestId: 'R1' } });
    expect(scene.timeoutsMs).toEqual([3_000]);
  });

  test('reads TaskExisted from the body of an HTTP 200', async () => {
    const scene = createScene([refusal(200, 'TaskExisted', 'task is already existed')]);
    expect(await scene.call()).toMatchObject({
      kind: 'refused',
      Code: 'TaskExisted',
      status: 200,
      mayHaveReached: false,
    });
    expect(scene.timeoutsMs).toHaveLength(1);
  });

  test('does not repeat a call that was refused', async () => {
    const scene = createScene([refusal(400, 'MissingTemplateId', 'TemplateId is mandatory for this action.')]);
    expect(await scene.call()).toEqual({
      kind: 'refused',
      Code: 'MissingTemplateId',
      Message: 'TemplateId is mandatory for this action.',
      status: 400,
      RequestId: 'R2',
      mayHaveReached: false,
    });
    expect(scene.timeoutsMs).toHaveLength(1);
  });

  test.each([
    [
      'SignatureDoesNotMatch',
      'to sign is:GET&SecurityToken%3Dx',
      'Specified signature is not matched with our calculation.',
    ],
    ['Forbidden', 'See https://rtc.aliyuncs.com/?Signature=x now', 'See [address] now'],
    ['Forbidden', 'AccessKeyId=STS.x SecurityToken=x', 'AccessKeyId=[removed] SecurityToken=[removed]'],
    ['Forbidden', `The token ${'Ab1+/'.repeat(8)}== ended.`, 'The token [removed] ended.'],
    ['Forbidden', `"SecurityToken":"${'Ab1'.repeat(8)}"`, '"SecurityToken":"[removed]"'],
    ['Forbidden', 'User not authorized to operate on the specified resource.', undefined],
  ])('shows of the reason for %s, %s, what may leave', async (Code, said, shown = said) => {
    expect(await createScene([refusal(403, Code, said)]).call()).toMatchObject({ kind: 'refused', Message: shown });
  });

  test.each([
    ['a refused connection', createFailure('Error', { code: 'ECONNREFUSED' }), false],
    ['an unknown host', createFailure('Error', { code: 'ENOTFOUND' }), false],
    ['a connect time-out', CONNECT_TIMEOUT, false],
    ['throttling', refusal(400, 'Throttling.User'), false],
    ['a reset connection', createFailure('Error', { code: 'ECONNRESET' }), true],
    ['a read time-out', READ_TIMEOUT, true],
    ['a 500', refusal(500, 'InternalError'), true],
    ['a 503 without a body to read', { status: 503, body: null, retryAfterMs: undefined }, true],
    ['an HTML page', createFailure('SyntaxError'), true],
    ['a 200 that is no RPC answer', { status: 200, body: {}, retryAfterMs: undefined }, true],
    ['a redirect', { status: 302, body: {}, retryAfterMs: undefined }, true],
  ])('tries again after %s and remembers whether it may have reached RTC', async (_name, failure, mayHaveReached) => {
    const scene = createScene([failure, refusal(200, 'TaskExisted')]);
    expect(await scene.call()).toMatchObject({ kind: 'refused', Code: 'TaskExisted', mayHaveReached });
    expect(scene.timeoutsMs).toHaveLength(2);
  });

  test('ends unanswered within its budget when nothing ever answers', async () => {
    const scene = createScene([READ_TIMEOUT]);
    expect(await scene.call()).toEqual({ kind: 'unanswered', Code: 'ReadTimeout', mayHaveReached: true });
    expect(scene.nowMs()).toBeLessThanOrEqual(REST_BUDGET.totalMs);
    expect(scene.timeoutsMs.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...scene.timeoutsMs)).toBe(REST_BUDGET.tryMs);
  });

  test('makes one try where the budget has room for one', async () => {
    const scene = createScene([READ_TIMEOUT]);
    await scene.call({ totalMs: 2_500, tryMs: 2_000 });
    expect(scene.timeoutsMs).toEqual([2_000]);
  });

  test('waits longer with each failure', async () => {
    const scene = createScene([
      refusal(500, 'InternalError'),
      refusal(500, 'InternalError'),
      refusal(500, 'X'),
      ACCEPTED,
    ]);
    await scene.call();
    expect(scene.waitsMs).toEqual([200, 400, 800]);
  });

  test('waits as long as x-acs-retry-after asks', async () => {
    const scene = createScene([{ ...refusal(400, 'Throttling.User'), retryAfterMs: 1_500 }, ACCEPTED]);
    await scene.call();
    expect(scene.waitsMs).toEqual([1_500]);
  });

  test('gives up at once when x-acs-retry-after is beyond the budget', async () => {
    const scene = createScene([{ ...refusal(400, 'Throttling.User'), retryAfterMs: 60_000 }, ACCEPTED]);
    expect(await scene.call()).toEqual({ kind: 'unanswered', Code: 'Throttling.User', mayHaveReached: false });
    expect(scene.waitsMs).toEqual([]);
  });

  test('keeps the string to sign, addresses and signatures out of messages', async () => {
    const signature = createScene([
      refusal(
        400,
        'SignatureDoesNotMatch',
        'Specified signature is not matched. server string to sign is:POST&%2F&AccessKeyId%3DLTAI',
      ),
    ]);
    const answer = await signature.call();
    expect(JSON.stringify(answer)).not.toMatch(/string to sign|LTAI/);
    const address = createScene([
      refusal(400, 'X.Y', 'see https://rtc.aliyuncs.com/?AccessKeyId=LTAI&Signature=s3cret AccessKeyId=LTAI2'),
    ]);
    expect(JSON.stringify(await address.call())).not.toMatch(/LTAI|s3cret/);
  });

  test('keeps the address of a failed request out of the answer', async () => {
    const scene = createScene([createFailure('Error', { code: 'ECONNRESET' })]);
    expect(JSON.stringify(await scene.call())).not.toMatch(/LTAI|s3cret|http:/);
  });

  test('replaces a Code that is no code', async () => {
    const scene = createScene([refusal(400, '<script>alert(1)</script>')]);
    expect(await scene.call()).toMatchObject({ kind: 'refused', Code: 'UnreadableCode' });
  });
});
