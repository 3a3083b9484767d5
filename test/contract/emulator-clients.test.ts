/**
 * The emulator as the official client meets it.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RtcEmulator, startRtcEmulator } from '../../local/emulator/start-rtc-emulator.ts';
import {
  CLIENT_LAYOUTS,
  callOfficialClient,
  KEY,
  REQUIRED,
  RICH_PARAMETERS,
  STS_KEY,
} from '../support/rtc-emulator.ts';

let emulator: RtcEmulator;

beforeEach(async () => {
  emulator = await startRtcEmulator({ credentials: [KEY, STS_KEY] });
});

afterEach(() => emulator.close());

describe.each(Object.entries(CLIENT_LAYOUTS))('startRtcEmulator called by the official client, %s', (_, layout) => {
  it('receives the parameters as they were given', async () => {
    const answer = await callOfficialClient(emulator.endpoint, 'StartRecordTask', RICH_PARAMETERS, layout);

    const [request] = emulator.requests();
    expect(request?.parameters).toEqual(RICH_PARAMETERS);
    expect(answer).toMatchObject({ statusCode: 200, body: { RequestId: request?.RequestId } });
    expect(emulator.tasks()).toMatchObject([{ TaskId: 'task-005', state: 'recording', parameters: RICH_PARAMETERS }]);
  });

  it('answers TaskExisted with status 200, which the client takes for a success', async () => {
    await callOfficialClient(emulator.endpoint, 'StartRecordTask', REQUIRED, layout);
    const answer = await callOfficialClient(emulator.endpoint, 'StartRecordTask', REQUIRED, layout);

    expect(answer).toMatchObject({
      statusCode: 200,
      body: { Code: 'TaskExisted', Message: 'task is already existed', HostId: 'rtc.aliyuncs.com' },
    });
    expect(emulator.countRequests({ Action: 'StartRecordTask', TaskId: 'task-005' })).toEqual({
      received: 2,
      accepted: 1,
    });
  });

  it('refuses a wrong secret and says what it would have signed', async () => {
    const key = { ...layout.key, accessKeySecret: 'wrong' };
    const refused = callOfficialClient(emulator.endpoint, 'StartRecordTask', REQUIRED, { ...layout, key });

    await expect(refused).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
      data: {
        statusCode: 400,
        Message: expect.stringMatching(
          /^Specified signature is not matched with our calculation\. server string to sign is:(POST&%2F&AccessKeyId%3D|ACS3-HMAC-SHA256\n[0-9a-f]{64} )/,
        ),
      },
    });
    expect(emulator.tasks()).toEqual([]);
  });

  it('refuses an unknown key', async () => {
    const key = { ...layout.key, accessKeyId: 'unknown' };
    await expect(
      callOfficialClient(emulator.endpoint, 'StartRecordTask', REQUIRED, { ...layout, key }),
    ).rejects.toMatchObject({ code: 'InvalidAccessKeyId.NotFound', data: { statusCode: 404 } });
  });

  it('refuses a token that is not the key’s', async () => {
    const key = { ...layout.key, securityToken: 'another' };
    await expect(
      callOfficialClient(emulator.endpoint, 'StartRecordTask', REQUIRED, { ...layout, key }),
    ).rejects.toMatchObject({ code: 'InvalidSecurityToken.MismatchWithAccessKey', data: { statusCode: 400 } });
  });

  it('names a parameter that is missing', async () => {
    const { TemplateId: _, ...parameters } = REQUIRED;
    await expect(callOfficialClient(emulator.endpoint, 'StartRecordTask', parameters, layout)).rejects.toMatchObject({
      code: 'MissingTemplateId',
      data: { statusCode: 400, Message: 'TemplateId is mandatory for this action.' },
    });
  });

  it('does not know an action that does not exist', async () => {
    await expect(callOfficialClient(emulator.endpoint, 'CreateRecordTemplate', REQUIRED, layout)).rejects.toMatchObject(
      { code: 'InvalidAction.NotFound', data: { statusCode: 404 } },
    );
  });
});
