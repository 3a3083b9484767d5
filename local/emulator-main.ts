/**
 * `npm run emulator`: RTC's recording API alone, for a program of yours to talk to with an official SDK.
 *
 * @module
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { RecorderError } from '../shared/errors.ts';
import { type RtcEmulatorEvent, startRtcEmulator } from './emulator/start-rtc-emulator.ts';

const HELP = `npm run emulator -- [options]

  --port N           port to listen on (default 8081)
  --callback-url URL where FileCreated is posted (default: nowhere)
  --time-scale N     seconds of recording per second (default 60)
  --split N          seconds of recording in each file (default 1800)
  --help
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8081' },
      'callback-url': { type: 'string' },
      'time-scale': { type: 'string', default: '60' },
      split: { type: 'string', default: '1800' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const callbackUrl = values['callback-url'];
  if (callbackUrl !== undefined && !URL.canParse(callbackUrl))
    throw wrongOption('--callback-url', 'an http(s) address');
  const key = { accessKeyId: 'emulator', accessKeySecret: randomBytes(16).toString('hex') };
  const emulator = await startRtcEmulator({
    credentials: [key],
    port: readNumber('--port', values.port, 0, 65_535),
    timeScale: readNumber('--time-scale', values['time-scale'], 0.001, 1_000_000),
    template: {
      FileSplitInterval: readNumber('--split', values.split, 0.1, 86_400),
      ...(callbackUrl !== undefined && { HttpCallbackUrl: callbackUrl }),
    },
    onEvent: (event) => console.log(describeEvent(event)),
  });
  console.log(`RTC (rtc, 2018-01-11) at http://${emulator.endpoint}

  endpoint         ${emulator.endpoint}   (pop-core: http://${emulator.endpoint})
  protocol         http
  accessKeyId      ${key.accessKeyId}
  accessKeySecret  ${key.accessKeySecret}

Any AppId and TemplateId will do. Ctrl-C ends.
`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      emulator.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
  }
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
  }
}

function readNumber(option: string, text: string, minimum: number, maximum: number): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= minimum && number <= maximum) return number;
  throw wrongOption(option, `a number from ${minimum} to ${maximum}`);
}

function wrongOption(option: string, accepted: string): RecorderError {
  return new RecorderError('Misconfigured', { message: `${option} must be ${accepted}.` });
}

main().catch((error: unknown) => {
  console.error(error instanceof RecorderError ? error.message : error);
  process.exitCode = 1;
});
