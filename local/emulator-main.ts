/**
 * `npm run emulator`: RTC's recording API alone, for a program of yours to talk to with an official SDK.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { createOptionError, readNumberOption, runCommand } from './command-line.ts';
import { type RtcEmulatorEvent, startRtcEmulator } from './emulator/start-rtc-emulator.ts';

const HELP = `npm run emulator -- [options]

  --port N           port to listen on (default 8081)
  --callback-url URL where FileCreated is posted (default: nowhere, unless AddRecordTemplate says it)
  --time-scale N     seconds of recording per second (default 60)
  --split N          seconds of recording in each file (default 1800)
  --known-templates  refuse a TemplateId that AddRecordTemplate has not made
  --no-rate-limits   never answer Throttling.User
  --help

Admin routes, unsigned: GET /_emulator/state; GET, PUT and DELETE /_emulator/faults.
`;

/** Fixed, so that a program is set up once; the emulator listens on the loopback interface only. */
const KEY = { accessKeyId: 'emulator', accessKeySecret: 'only-for-the-emulator-on-this-machine' };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8081' },
      'callback-url': { type: 'string' },
      'time-scale': { type: 'string', default: '60' },
      split: { type: 'string', default: '1800' },
      'known-templates': { type: 'boolean', default: false },
      'no-rate-limits': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const callbackUrl = values['callback-url'];
  if (callbackUrl !== undefined && !/^https?:\/\//.test(callbackUrl)) {
    throw createOptionError('--callback-url', 'an http(s) address');
  }
  const emulator = await startRtcEmulator({
    credentials: [KEY],
    port: readNumberOption('--port', values.port, 0, 65_535),
    timeScale: readNumberOption('--time-scale', values['time-scale'], 0.001, 1_000_000),
    template: {
      FileSplitInterval: readNumberOption('--split', values.split, 0.1, 86_400),
      ...(callbackUrl !== undefined && { HttpCallbackUrl: callbackUrl }),
    },
    templateIds: values['known-templates'] ? 'known' : 'any',
    rateLimits: values['no-rate-limits'] ? 'none' : 'documented',
    onEvent: (event) => console.log(describeEvent(event)),
  });
  console.log(describeUse(emulator.endpoint));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      emulator.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
}

/** The snippet is a whole program. */
function describeUse(endpoint: string): string {
  return `RTC (rtc, 2018-01-11) at http://${endpoint}

  endpoint         ${endpoint}   (pop-core: http://${endpoint})
  protocol         http
  accessKeyId      ${KEY.accessKeyId}
  accessKeySecret  ${KEY.accessKeySecret}

node --input-type=module -e "
  import PopCore from '@alicloud/pop-core';
  const key = { accessKeyId: '${KEY.accessKeyId}', accessKeySecret: '${KEY.accessKeySecret}' };
  const rtc = new PopCore({ ...key, endpoint: 'http://${endpoint}', apiVersion: '2018-01-11' });
  const task = { AppId: 'yourAppId', ChannelId: 'yourChannelId', TaskId: 'yourTaskId', TemplateId: '76dasgb****' };
  console.log(await rtc.request('StartRecordTask', task, { method: 'POST' }));
"

What it knows: curl http://${endpoint}/_emulator/state. Ctrl-C ends.
`;
}

function describeEvent(event: RtcEmulatorEvent): string {
  switch (event.type) {
    case 'requestVerified':
      return `${event.Action} ${event.TaskId ?? ''} ${event.scheme} signature verified`;
    case 'requestAnswered':
      return `${event.Action} ${event.TaskId ?? ''} -> ${event.status} ${event.Code ?? ''}`;
    case 'fileCreated':
      return `file ${event.file.Url}`;
    case 'callbackDelivered':
    case 'callbackFailed':
      return `FileCreated ${event.callback.message.MsgId} -> ${event.callback.status ?? 'no answer'}`;
    case 'messageQueued':
      return `FileCreated ${event.message.MessageBody.MsgId} -> queue ${event.message.QueueName}`;
  }
}

runCommand(main);
