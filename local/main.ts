/**
 * `npm start`: the local stack, with the vendor's sample request sent through it. It prints each step and stays up.
 *
 * @module
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RecorderError } from '../shared/errors.ts';
import { startSimulatedClock } from './clock.ts';
import type { RtcEmulatorEvent } from './emulator/start-rtc-emulator.ts';
import { recordSample } from './sample-recording.ts';
import { LOCAL_API_KEY, type LocalStack, startLocalStack } from './stack.ts';
import type { ReceivedEvent } from './webhook-receiver.ts';

const HELP = `npm start -- [options]

  --once             record the sample, verify its file's webhook and exit: 0 if it came back, 1 with the reason if not
  --fresh            forget what earlier runs left in .local/
  --port N           port of the start function (default 8080)
  --ports N          first of four consecutive ports for callback, RTC, app and database (default: free ones)
  --instances N      instances of each function at most (default 4)
  --time-scale N     seconds of recording per second (default 900: a file of half an hour every two seconds)
  --clock TIME       the service's clock starts at TIME (2027-03-27T00:00:00Z) and runs as fast as the recordings do:
                     schedules of weeks in minutes
  --queue            FileCreated comes through an MNS queue and EventBridge instead of by HTTP
  --logs             print what the functions log
  --help

DATABASE_URL in the environment points everything at a PostgreSQL of yours instead of the embedded one.
`;

const STATE_FOLDER = '.local';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      fresh: { type: 'boolean', default: false },
      port: { type: 'string' },
      ports: { type: 'string' },
      instances: { type: 'string', default: '4' },
      'time-scale': { type: 'string', default: '900' },
      clock: { type: 'string' },
      queue: { type: 'boolean', default: false },
      logs: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const projectFolder = process.cwd();
  const stateFolder = join(projectFolder, STATE_FOLDER);
  mkdirSync(stateFolder, { recursive: true });

  const startedAtMs = performance.now();
  const tell = (line: string) => {
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(2);
    console.log(`${seconds.padStart(7)} s  ${line}`);
  };
  tell('starting: database, RTC emulator, functions, app');

  const timeScale = readNumber('--time-scale', values['time-scale'], 0.001, 1_000_000);
  const clock =
    values.clock === undefined
      ? undefined
      : startSimulatedClock({ from: readTime('--clock', values.clock), speed: timeScale });
  const rtcState = join(stateFolder, 'rtc.json');
  const first = values.ports === undefined ? undefined : readInteger('--ports', values.ports, 1, 65_532);
  let stack: LocalStack | undefined;
  let keeping: NodeJS.Timeout | undefined;
  const keepRtcState = () => {
    clearTimeout(keeping);
    keeping = undefined;
    if (stack === undefined) return;
    writeFileSync(`${rtcState}.new`, JSON.stringify(stack.rtc.snapshot()));
    renameSync(`${rtcState}.new`, rtcState);
  };
  const keepRtcStateSoon = () => {
    keeping ??= setTimeout(keepRtcState, 500);
  };
  const databaseUrl = process.env.DATABASE_URL;
  stack = await startLocalStack({
    projectFolder,
    ports: {
      // One run after the other finds the port of the README; a check of the chain takes any.
      start: values.port === undefined ? (values.once ? 0 : 8_080) : readInteger('--port', values.port, 0, 65_535),
      callback: first ?? 0,
      rtc: first === undefined ? 0 : first + 1,
      webhook: first === undefined ? 0 : first + 2,
      database: first === undefined ? 0 : first + 3,
    },
    ...(databaseUrl !== undefined && databaseUrl !== '' && { databaseUrl }),
    databaseFolder: join(stateFolder, 'database'),
    databaseContents: values.fresh ? 'erase' : 'keep',
    maxInstances: readInteger('--instances', values.instances, 1, 200),
    timeScale,
    fileCreatedBy: values.queue ? 'queue' : 'http',
    ...(clock !== undefined && { clock }),
    restoreFrom: values.fresh ? undefined : readState(rtcState),
    onLog: (line) => {
      if (values.logs) tell(`log               ${line.functionName} ${line.text}`);
    },
    onRtcEvent: (event) => {
      const line = describeRtcEvent(event);
      if (line !== undefined) tell(line);
      keepRtcStateSoon();
    },
    onWebhook: (event) => tell(describeWebhook(event)),
  });
  const running = stack;
  tell(`start function    ${running.start.url}   (curl -u ${LOCAL_API_KEY})`);
  tell(`callback function ${running.callback.url}`);
  tell(`RTC emulator      http://${running.rtc.endpoint}`);
  tell(`app               ${running.app.url}`);
  tell(`database          ${databaseUrl ? 'yours, at DATABASE_URL' : `embedded, in ${STATE_FOLDER}/database`}`);

  let closing = false;
  const close = async () => {
    if (closing) return;
    closing = true;
    keepRtcState();
    await running.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // An interrupted check has checked nothing.
      const exitCode = values.once ? 1 : 0;
      close().then(
        () => process.exit(exitCode),
        () => process.exit(1),
      );
    });
  }
  try {
    await recordSample(running, tell);
    tell('the file came back: every step above is the real code');
  } catch (error) {
    await close();
    throw error;
  }
  if (values.once) {
    await close();
    return;
  }
  running.start.startTimers();
  tell(`staying up: the timer fires each minute${clock === undefined ? '' : ' of a simulated clock'}; Ctrl-C ends`);
}

function describeRtcEvent(event: RtcEmulatorEvent): string | undefined {
  switch (event.type) {
    case 'requestVerified':
      return `start -> RTC      ${event.Action}, ${event.scheme} signature verified (RequestId ${event.RequestId})`;
    case 'requestAnswered':
      return event.Code === undefined ? undefined : `RTC -> start      ${event.status} ${event.Code}`;
    case 'fileCreated':
      return `RTC               a file of ${Math.round(event.file.Duration)} s of recording is complete`;
    case 'callbackDelivered':
    case 'callbackFailed':
      return `RTC -> callback   FileCreated ${event.callback.status ?? 'no answer'} (${Math.round(event.callback.durationMs)} ms, MsgId ${event.callback.message.MsgId})`;
    case 'messageQueued':
      return `RTC -> queue      FileCreated (MsgId ${event.message.MessageBody.MsgId})`;
  }
}

function describeWebhook(event: ReceivedEvent): string {
  return `functions -> app  ${event.type}, signature verified (webhook-id ${event.id})`;
}

function readState(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new RecorderError('Misconfigured', { message: `${file} cannot be read: run with --fresh.`, cause: error });
  }
}

function readNumber(option: string, text: string, minimum: number, maximum: number): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= minimum && number <= maximum) return number;
  throw new RecorderError('Misconfigured', { message: `${option} must be a number from ${minimum} to ${maximum}.` });
}

function readInteger(option: string, text: string, minimum: number, maximum: number): number {
  const number = readNumber(option, text, minimum, maximum);
  if (Number.isInteger(number)) return number;
  throw new RecorderError('Misconfigured', { message: `${option} must be a whole number.` });
}

function readTime(option: string, text: string): Date {
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new RecorderError('Misconfigured', { message: `${option} must be a time such as 2027-03-27T00:00:00Z.` });
}

main().catch((error: unknown) => {
  const isExpected = error instanceof RecorderError || (error instanceof TypeError && 'code' in error);
  console.error(isExpected && error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
