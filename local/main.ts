/**
 * `npm start`: the local stack, with the vendor's sample request sent through it. It prints each step and stays up.
 *
 * @module
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Clock, startSimulatedClock } from './clock.ts';
import { readIntegerOption, readNumberOption, readTimeOption, runCommand } from './command-line.ts';
import type { RtcEmulatorEvent } from './emulator/start-rtc-emulator.ts';
import { openRtcStateFile, type RtcStateFile, readRtcState } from './rtc-state.ts';
import { recordSample } from './sample-recording.ts';
import { LOCAL_API_KEY, type LocalStack, type LocalStackOptions, startLocalStack } from './stack.ts';
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

/** The port of the README. */
const START_PORT = 8_080;

/** Prints a line with the time since the beginning. */
type Tell = (line: string) => void;

async function main(): Promise<void> {
  const values = readArguments();
  if (values.help) {
    console.log(HELP);
    return;
  }
  const tell = startTelling();
  tell('starting: database, RTC emulator, functions, app');
  const clock = readClock(values);
  const { stack, rtcState } = await startStack(values, clock, tell);
  describeStack(stack, tell);

  const close = closeOnce(stack, rtcState);
  // An interrupted check has checked nothing.
  closeOnSignal(close, values.once ? 1 : 0);
  try {
    await recordSample(stack, tell);
    tell('the file came back: every step above is the real code');
  } catch (error) {
    await close();
    throw error;
  }
  if (values.once) return await close();
  stack.start.startTimers();
  tell(`staying up: the timer fires each minute${clock === undefined ? '' : ' of a simulated clock'}; Ctrl-C ends`);
}

type Arguments = ReturnType<typeof readArguments>;

function readArguments() {
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
  return values;
}

function startTelling(): Tell {
  const startedAtMs = performance.now();
  return (line) => {
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(2);
    console.log(`${seconds.padStart(7)} s  ${line}`);
  };
}

function readTimeScale(values: Arguments): number {
  return readNumberOption('--time-scale', values['time-scale'], 0.001, 1_000_000);
}

function readClock(values: Arguments): Clock | undefined {
  if (values.clock === undefined) return undefined;
  return startSimulatedClock({ from: readTimeOption('--clock', values.clock), speed: readTimeScale(values) });
}

function readPorts({ port, ports, once }: Arguments): LocalStackOptions['ports'] {
  const first = ports === undefined ? undefined : readIntegerOption('--ports', ports, 1, 65_532);
  // One run after the other finds the port of the README; a check of the chain takes any.
  const byDefault = once ? 0 : START_PORT;
  return {
    start: port === undefined ? byDefault : readIntegerOption('--port', port, 0, 65_535),
    callback: first ?? 0,
    rtc: first === undefined ? 0 : first + 1,
    webhook: first === undefined ? 0 : first + 2,
    database: first === undefined ? 0 : first + 3,
  };
}

async function startStack(
  values: Arguments,
  clock: Clock | undefined,
  tell: Tell,
): Promise<{ readonly stack: LocalStack; readonly rtcState: RtcStateFile }> {
  const projectFolder = process.cwd();
  const stateFolder = join(projectFolder, STATE_FOLDER);
  mkdirSync(stateFolder, { recursive: true });
  const stateFile = join(stateFolder, 'rtc.json');
  let stack: LocalStack | undefined;
  const rtcState = openRtcStateFile(stateFile, () => stack?.rtc.snapshot());
  const databaseUrl = readDatabaseUrl();
  stack = await startLocalStack({
    projectFolder,
    ports: readPorts(values),
    ...(databaseUrl !== undefined && { databaseUrl }),
    databaseFolder: join(stateFolder, 'database'),
    databaseContents: values.fresh ? 'erase' : 'keep',
    maxInstances: readIntegerOption('--instances', values.instances, 1, 200),
    timeScale: readTimeScale(values),
    fileCreatedBy: values.queue ? 'queue' : 'http',
    ...(clock !== undefined && { clock }),
    restoreFrom: values.fresh ? undefined : readRtcState(stateFile),
    onLog: (line) => {
      if (values.logs) tell(`log               ${line.functionName} ${line.text}`);
    },
    onRtcEvent: (event) => {
      const line = describeRtcEvent(event);
      if (line !== undefined) tell(line);
      rtcState.keepSoon();
    },
    onWebhook: (event) => tell(describeWebhook(event)),
  });
  return { stack, rtcState };
}

function readDatabaseUrl(): string | undefined {
  const url = process.env.DATABASE_URL;
  return url === '' ? undefined : url;
}

function describeStack(stack: LocalStack, tell: Tell): void {
  const isOwn = readDatabaseUrl() !== undefined;
  tell(`start function    ${stack.start.url}   (curl -u ${LOCAL_API_KEY}; the console in a browser)`);
  tell(`callback function ${stack.callback.url}`);
  tell(`RTC emulator      http://${stack.rtc.endpoint}`);
  tell(`app               ${stack.app.url}`);
  tell(`database          ${isOwn ? 'yours, at DATABASE_URL' : `embedded, in ${STATE_FOLDER}/database`}`);
}

function closeOnce(stack: LocalStack, rtcState: RtcStateFile): () => Promise<void> {
  let closing: Promise<void> | undefined;
  const close = async () => {
    rtcState.keepNow();
    await stack.close();
  };
  return () => {
    closing ??= close();
    return closing;
  };
}

function closeOnSignal(close: () => Promise<void>, exitCode: number): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      close().then(
        () => process.exit(exitCode),
        () => process.exit(1),
      );
    });
  }
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

runCommand(main);
