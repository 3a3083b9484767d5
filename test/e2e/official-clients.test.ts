/**
 * Official clients against both faces of the RPC gateway: the emulator and, through the built bundle, the drop-in.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRtcEmulator } from '../../local/emulator/start-rtc-emulator.ts';
import { LOCAL_API_KEY } from '../../local/stack.ts';
import { type ClientCall, type ClientKey, OFFICIAL_CLIENTS, type OfficialClient } from '../support/official-clients.ts';
import { KEY, RICH_PARAMETERS, STS_KEY } from '../support/rtc-emulator.ts';
import { startTestStack } from '../support/stack.ts';

interface Face {
  readonly endpoint: string;
  readonly key: ClientKey;
  /** What reached RTC, nested. */
  readonly findReceived: (TaskId: string) => { readonly RequestId: string; readonly parameters: unknown } | undefined;
  readonly close: () => Promise<void>;
}

const FACES = {
  emulator: async (): Promise<Face> => {
    const emulator = await startRtcEmulator({ credentials: [KEY, STS_KEY] });
    return {
      endpoint: emulator.endpoint,
      key: KEY,
      findReceived: (wanted) => emulator.requests().find(({ TaskId }) => TaskId === wanted),
      close: emulator.close,
    };
  },
  'drop-in': async (): Promise<Face> => {
    const stack = await startTestStack();
    const [accessKeyId = '', accessKeySecret = ''] = LOCAL_API_KEY.split(':');
    return {
      endpoint: new URL(stack.start.url).host,
      key: { accessKeyId, accessKeySecret },
      findReceived: (wanted) => stack.rtc.requests().find(({ TaskId }) => TaskId === wanted),
      close: () => stack.close(),
    };
  },
} as const satisfies Record<string, () => Promise<Face>>;

const cases = OFFICIAL_CLIENTS.map((client) => ({ name: client.name, client }));

describe.each(['emulator', 'drop-in'] as const)('the %s', (name) => {
  let face: Face;
  let serial = 0;

  beforeAll(async () => {
    face = await FACES[name]();
  });

  afterAll(() => face.close());

  const createParameters = () => {
    serial += 1;
    return { ...RICH_PARAMETERS, TaskId: `task-${serial}` };
  };
  const start = (client: OfficialClient, changes: Partial<ClientCall> = {}) =>
    client.call({
      endpoint: face.endpoint,
      key: face.key,
      action: 'StartRecordTask',
      parameters: createParameters(),
      ...changes,
    });

  describe.each(cases)('called by $name', ({ client }) => {
    test('receives the parameters as they were given', async () => {
      const parameters = createParameters();
      const outcome = await start(client, { parameters });
      const received = face.findReceived(parameters.TaskId);
      expect(received?.parameters).toEqual(parameters);
      expect(outcome).toEqual({
        verdict: 'success',
        Code: undefined,
        Message: undefined,
        RequestId: received?.RequestId,
      });
    });

    test('answers TaskExisted with status 200', async () => {
      const parameters = createParameters();
      await start(client, { parameters });
      expect(await start(client, { parameters: { ...parameters, ChannelId: 'another' } })).toMatchObject({
        verdict: client.verdictOnTaskExisted,
        Code: 'TaskExisted',
        Message: expect.stringContaining('task is already existed'),
      });
    });

    test('names a parameter that is missing', async () => {
      const { TemplateId: _, ...parameters } = createParameters();
      expect(await start(client, { parameters })).toMatchObject({
        verdict: 'error',
        Code: 'MissingTemplateId',
        Message: expect.stringContaining('TemplateId is mandatory for this action.'),
      });
    });

    test('refuses a wrong secret, and only the emulator says what it would have signed', async () => {
      const { Code, Message } = await start(client, { key: { ...face.key, accessKeySecret: 'wrong' } });
      expect(Code).toBe('SignatureDoesNotMatch');
      expect(Message).toContain('Specified signature is not matched with our calculation.');
      expect(Message?.includes('string to sign')).toBe(name === 'emulator');
    });

    test('throws what the client makes of the vendor’s errors', async () => {
      const { TemplateId: _, ...incomplete } = createParameters();
      const nonce = { SignatureNonce: randomUUID() };
      await start(client, nonce);
      const errors: readonly (readonly [Partial<ClientCall>, number, string, string])[] = [
        [{ parameters: incomplete }, 400, 'MissingTemplateId', 'TemplateId is mandatory for this action.'],
        [nonce, 400, 'SignatureNonceUsed', 'Specified signature nonce was used already.'],
        [
          { Timestamp: '2020-11-17T03:40:28Z' },
          400,
          'InvalidTimeStamp.Expired',
          'Specified time stamp or date value is expired.',
        ],
        [
          { key: { ...face.key, accessKeyId: 'unknown' } },
          404,
          'InvalidAccessKeyId.NotFound',
          'Specified access key is not found.',
        ],
        [
          { action: 'GetTaskStatus' },
          404,
          'InvalidAction.NotFound',
          'Specified api is not found, please check your url and method.',
        ],
      ];
      for (const [changes, status, Code, Message] of errors) {
        const { thrown, RequestId } = await start(client, changes);
        const { message, ...expected } = client.describeThrown({ status, Code, Message, RequestId });
        expect(thrown).toMatchObject(expected);
        expect(thrown?.message.startsWith(message), `${thrown?.message} begins with ${message}`).toBe(true);
      }
    });

    test('refuses an unknown key', async () => {
      const key = { ...face.key, accessKeyId: 'unknown' };
      expect(await start(client, { key })).toMatchObject({ verdict: 'error', Code: 'InvalidAccessKeyId.NotFound' });
    });

    test('refuses a time more than 15 minutes ago', async () => {
      const Timestamp = new Date(Date.now() - 905_000).toISOString().replace(/\.\d+Z$/, 'Z');
      expect(await start(client, { Timestamp })).toMatchObject({ verdict: 'error', Code: 'InvalidTimeStamp.Expired' });
    });

    test('refuses a nonce used before', async () => {
      const SignatureNonce = randomUUID();
      expect(await start(client, { SignatureNonce })).toMatchObject({ verdict: 'success', Code: undefined });
      expect(await start(client, { SignatureNonce })).toMatchObject({ verdict: 'error', Code: 'SignatureNonceUsed' });
    });

    test('does not know an action that does not exist', async () => {
      expect(await start(client, { action: 'CreateRecordTemplate' })).toMatchObject({
        verdict: 'error',
        Code: 'InvalidAction.NotFound',
        Message: expect.stringContaining('Specified api is not found, please check your url and method.'),
      });
    });

    if (name === 'emulator') {
      test('takes a temporary key with its token, and no other', async () => {
        const wrong = { ...STS_KEY, securityToken: 'wrong' };
        const parameters = createParameters();
        const outcome = await start(client, { key: STS_KEY, parameters });
        expect(outcome).toMatchObject({ verdict: 'success', Code: undefined });
        expect(face.findReceived(parameters.TaskId)?.parameters).toEqual(parameters);
        expect(await start(client, { key: wrong })).toMatchObject({
          Code: 'InvalidSecurityToken.MismatchWithAccessKey',
        });
      });
    } else {
      test('refuses a token, because API keys have none', async () => {
        const key = { ...face.key, securityToken: 'token' };
        expect(await start(client, { key })).toMatchObject({ Code: 'InvalidSecurityToken.MismatchWithAccessKey' });
      });

      test('answers the same request again with the original RequestId', async () => {
        const parameters = createParameters();
        const first = await start(client, { parameters });
        expect(await start(client, { parameters })).toEqual(first);
        expect(first.RequestId).toBe(face.findReceived(parameters.TaskId)?.RequestId);
      });
    }
  });
});
