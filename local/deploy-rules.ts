/**
 * What must be right before a deployment and what the schema of the component fc3 does not look at. Pure: a deployment as
 * the CLI has read it in, faults out.
 *
 * @see https://www.alibabacloud.com/help/en/functioncompute/fc/developer-reference/api-fc-2023-03-30-struct-function
 * @see https://github.com/devsapp/fc3 (`src/schema.json`)
 * @module
 */
import * as v from 'valibot';
import { type Environment, isPostgresUrl, loadCallbackConfig, loadStartConfig } from '../shared/config.ts';
import { RecorderError } from '../shared/errors.ts';
import { parseTimerSchedule } from './function-timer.ts';

/** One thing that is wrong. Never holds the value of a setting. */
export interface Fault {
  /** `start.props.cpu`, or the name of a setting. */
  readonly place: string;
  readonly problem: string;
  readonly remedy: string;
}

/** What a code folder holds, as far as a handler asks. */
export type CodeState = 'callable' | 'noFolder' | 'noFile' | 'unloadable' | 'noExport';

// What has another type is the schema's to report: here it counts as absent.
const Text = v.fallback(v.optional(v.string()), undefined);
const Quantity = v.fallback(v.optional(v.number()), undefined);

const Trigger = v.object({
  triggerName: v.fallback(v.string(), ''),
  triggerType: v.fallback(v.string(), ''),
  triggerConfig: v.fallback(v.record(v.string(), v.unknown()), {}),
});

const FunctionProps = v.looseObject({
  code: Text,
  handler: Text,
  role: Text,
  cpu: Quantity,
  memorySize: Quantity,
  diskSize: Quantity,
  timeout: Quantity,
  concurrencyConfig: v.fallback(v.optional(v.object({ reservedConcurrency: v.number() })), undefined),
  asyncInvokeConfig: v.fallback(v.optional(v.looseObject({ maxAsyncRetryAttempts: Quantity })), undefined),
  environmentVariables: v.fallback(v.record(v.string(), v.string()), {}),
  triggers: v.fallback(v.array(Trigger), []),
});

/** One function as `s preview` shows it: every expression evaluated, template and `extend` merged. */
export interface DeployedFunction {
  /** The resource's key: `start`. */
  readonly name: string;
  readonly props: v.InferOutput<typeof FunctionProps>;
}

const Preview = v.object({
  access: Text,
  resources: v.record(v.string(), v.object({ props: FunctionProps })),
});

/** Reads the JSON of `s preview`. */
export function readDeployment(preview: unknown): {
  readonly access: string | undefined;
  readonly functions: readonly DeployedFunction[];
} {
  const result = v.safeParse(Preview, preview);
  // The parser's own message would quote values.
  if (!result.success) throw new RecorderError('Misconfigured', { message: 'The file describes no functions.' });
  const { access, resources } = result.output;
  return { access, functions: Object.entries(resources).map(([name, { props }]) => ({ name, props })) };
}

/** An `${env('X')}` of the file. */
export interface Reference {
  readonly name: string;
  /** Whether it has no default, so that the CLI refuses an unset or empty variable. */
  readonly isNeeded: boolean;
}

const ENV_CALL = /\$\{\s*env\(\s*(['"])(\w+)\1\s*(,[^)]*)?\)\s*\}/gu;

/** Every `${env('X')}` in the strings of a parsed file, once for each name. */
export function findReferences(value: unknown): readonly Reference[] {
  const needed = new Map<string, boolean>();
  for (const text of findTexts(value)) {
    for (const [, , name = '', fallback] of text.matchAll(ENV_CALL)) {
      needed.set(name, needed.get(name) === true || fallback === undefined);
    }
  }
  return [...needed].map(([name, isNeeded]) => ({ name, isNeeded }));
}

function findTexts(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(findTexts);
}

/** Settings as they are and as `.env.example` has them. */
interface Settings {
  readonly settings: Environment;
  readonly examples: Environment;
}

/** Names of needed variables that are not set; the CLI counts an empty one as unset. */
export function findUnset(references: readonly Reference[], settings: Environment): readonly string[] {
  return references.filter(({ name, isNeeded }) => isNeeded && !settings[name]).map(({ name }) => name);
}

/** Faults of the settings that the file refers to. */
export function checkSettings(references: readonly Reference[], { settings, examples }: Settings): readonly Fault[] {
  const unset = findUnset(references, settings);
  return references.flatMap(({ name, isNeeded }) => {
    const value = settings[name];
    if (unset.includes(name)) return [fault(name, 'is not set', 'set it in .env; .env.example says what it is')];
    if (!value) return [];
    // The example of an option may well be what somebody wants.
    if (isNeeded && value === examples[name]) {
      return [fault(name, 'is still the example', 'replace it in .env by a value of your own')];
    }
    // The CLI expands $NAME in every value, also in those of the process's environment.
    if (value.includes('$')) {
      return [fault(name, 'holds a $, which the CLI would replace', 'write %24 in a URL, choose a secret without $')];
    }
    return [];
  });
}

/** `MIGRATION_DATABASE_URL`, which no function gets and `npm run deploy` sends once. */
export function checkOwnerUrl({ MIGRATION_DATABASE_URL: url }: Environment): readonly Fault[] {
  if (!url || isPostgresUrl(url)) return [];
  return [fault('MIGRATION_DATABASE_URL', 'is no postgres:// URL', 'the database as the owner of its tables')];
}

/** The alias of the account is the one place that the CLI does not evaluate. */
export function checkAccess(access: string | undefined): readonly Fault[] {
  if (access === undefined || !access.includes('${')) return [];
  return [fault('access', 'is an expression, which the CLI does not evaluate here', 'write the alias itself: default')];
}

/** Faults of one function, its code apart. */
export function checkFunction({ name, props }: DeployedFunction): readonly Fault[] {
  return FUNCTION_RULES.flatMap((rule) => rule(props, name)).map((found) => ({
    ...found,
    place: `${name}.props.${found.place}`,
  }));
}

/** What the handler of a function must find in its code folder. */
export function checkCode({ name, props }: DeployedFunction, state: CodeState): readonly Fault[] {
  if (state === 'callable') return [];
  const problem = {
    noFolder: 'names no folder',
    noFile: `holds no file for the handler ${props.handler}`,
    unloadable: 'cannot be loaded',
    noExport: `does not export the handler ${props.handler}`,
  }[state];
  return [fault(`${name}.props.code`, problem, 'run npm run build; the handler is <file without extension>.<export>')];
}

type Props = DeployedFunction['props'];
type FunctionRule = (props: Props, name: string) => readonly Fault[];

const FUNCTION_RULES: readonly FunctionRule[] = [
  checkSize,
  checkTimeout,
  checkRole,
  checkConcurrency,
  checkRetries,
  checkEnvironment,
  checkLocalOnly,
  checkConfiguration,
  checkTriggerNames,
  checkHttpTriggers,
  checkTimers,
  checkStreams,
];

/** Source: Function, `cpu`: steps of 0.05 vCPU, and 1 to 4 GB of memory for each. */
function checkSize({ cpu, memorySize, diskSize }: Props): readonly Fault[] {
  if (cpu === undefined || memorySize === undefined || diskSize === undefined) {
    return [
      fault('cpu', 'is not set together with memorySize and diskSize', 'set all three or the deployment is refused'),
    ];
  }
  const steps = cpu / 0.05;
  const gbPerCpu = memorySize / 1_024 / cpu;
  return [
    ...(Math.abs(steps - Math.round(steps)) < 1e-9 ? [] : [fault('cpu', 'is no multiple of 0.05', 'round it, as 0.5')]),
    ...(gbPerCpu >= 1 && gbPerCpu <= 4
      ? []
      : [fault('memorySize', 'is not 1 to 4 GB for each vCPU', 'with cpu 0.5 between 512 and 2048')]),
  ];
}

/** RTC gets 12 s, and a lease in the database lasts 45 s. Ours. */
const MIN_TIMEOUT_SECONDS = 15;
const MAX_TIMEOUT_SECONDS = 44;

function checkTimeout({ timeout }: Props): readonly Fault[] {
  if (timeout !== undefined && timeout >= MIN_TIMEOUT_SECONDS && timeout <= MAX_TIMEOUT_SECONDS) return [];
  return [
    fault(
      'timeout',
      `is not ${MIN_TIMEOUT_SECONDS} to ${MAX_TIMEOUT_SECONDS} seconds`,
      'keep 30: unset it is 3, and leases of 45 s must outlast it',
    ),
  ];
}

/** The component lower-cases the role, so that another spelling would name another role. */
const ROLE_ARN = /^acs:ram::\d{1,20}:role\/[a-z0-9.-]{1,64}$/u;

function checkRole({ role }: Props, name: string): readonly Fault[] {
  if (role === undefined) {
    return name === 'start' ? [fault('role', 'is not set', 'the start function calls RTC as this RAM role')] : [];
  }
  if (ROLE_ARN.test(role)) return [];
  return [fault('role', 'is no ARN in lower case', 'acs:ram::<account id>:role/<name in lower case>')];
}

function checkConcurrency({ concurrencyConfig, instanceConcurrency }: Props): readonly Fault[] {
  const limit = concurrencyConfig?.reservedConcurrency ?? 0;
  return [
    ...(Number.isInteger(limit) && limit >= 1
      ? []
      : [
          fault(
            'concurrencyConfig.reservedConcurrency',
            'is no whole number from 1',
            'instances at most; each opens up to two connections to the database',
          ),
        ]),
    ...(instanceConcurrency === undefined
      ? []
      : [fault('instanceConcurrency', 'has no effect on a built-in runtime', 'remove it')]),
  ];
}

function checkRetries({ asyncInvokeConfig }: Props, name: string): readonly Fault[] {
  if (name !== 'start' || asyncInvokeConfig?.maxAsyncRetryAttempts === 0) return [];
  return [
    fault('asyncInvokeConfig.maxAsyncRetryAttempts', 'is not 0', 'the next tick makes up for one that failed: write 0'),
  ];
}

/** Source: https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/environment-variables; that names count is ours. */
const MAX_ENVIRONMENT_BYTES = 4_096;

function checkEnvironment({ environmentVariables }: Props): readonly Fault[] {
  const names = Object.keys(environmentVariables);
  const bytes = Object.entries(environmentVariables).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0);
  const place = (name: string) => `environmentVariables.${name}`;
  return [
    ...(bytes <= MAX_ENVIRONMENT_BYTES
      ? []
      : [fault('environmentVariables', `has ${bytes} bytes, more than 4096`, 'shorten lists, such as OSS_HOSTS')]),
    ...names.flatMap((name) => {
      if (name.startsWith('FC_')) return [fault(place(name), 'begins with FC_, which is reserved', 'rename it')];
      if (!/^[A-Za-z]\w*$/u.test(name)) return [fault(place(name), 'is no name', 'a letter, then letters, digits, _')];
      // The functions' role in the database has no right to change tables: their owner's URL must not lie beside it.
      if (name === 'MIGRATION_DATABASE_URL') {
        return [fault(place(name), 'would give the function the owner of the tables', 'remove it here')];
      }
      return [];
    }),
  ];
}

/** What opens a local stack must not open a deployment. */
const LOCAL_ONLY: readonly (readonly [name: string, isLocal: (value: string) => boolean])[] = [
  ['ALLOW_HTTP', (value) => value === 'true'],
  ['BUSINESS_CLOCK', (value) => value === 'event'],
  ['RTC_PROTOCOL', (value) => value === 'http'],
  ['OSS_ENDPOINT', (value) => value !== ''],
];

function checkLocalOnly({ environmentVariables }: Props): readonly Fault[] {
  return LOCAL_ONLY.filter(([name, isLocal]) => isLocal(environmentVariables[name] ?? '')).map(([name]) =>
    fault(`environmentVariables.${name}`, 'is set as in a local stack', 'leave it empty in .env'),
  );
}

const CONFIG_LOADERS: Readonly<Record<string, (environment: Environment) => unknown>> = {
  start: loadStartConfig,
  callback: loadCallbackConfig,
};

/** The function itself would refuse to start: it reads its variables with the same code. */
function checkConfiguration({ environmentVariables }: Props, name: string): readonly Fault[] {
  try {
    CONFIG_LOADERS[name]?.(environmentVariables);
    return [];
  } catch (error) {
    if (!(error instanceof RecorderError)) throw error;
    const [problem = ''] = error.message.split('. ');
    return [
      fault(
        'environmentVariables',
        problem,
        'see .env.example; openssl rand -base64 32 makes a secret that is long enough',
      ),
    ];
  }
}

function checkTriggerNames({ triggers }: Props): readonly Fault[] {
  const names = triggers.map(({ triggerName }) => triggerName);
  if (new Set(names).size === names.length) return [];
  return [fault('triggers', 'has two triggers of one name', 'rename one')];
}

function checkHttpTriggers({ triggers }: Props): readonly Fault[] {
  const found = triggers.filter(({ triggerType }) => triggerType === 'http');
  return [
    ...(found.length <= 1 ? [] : [fault('triggers', 'has more than one HTTP trigger', 'Function Compute allows one')]),
    ...found.flatMap(({ triggerName, triggerConfig: { authType, methods } }) => [
      ...(authType === 'anonymous'
        ? []
        : [
            fault(
              `triggers.${triggerName}.authType`,
              'is not anonymous',
              'the functions check their callers themselves; RTC and Basic know no other way in',
            ),
          ]),
      ...(Array.isArray(methods) && methods.length > 0
        ? []
        : [fault(`triggers.${triggerName}.methods`, 'is empty', 'list the methods, such as [POST]')]),
    ]),
  ];
}

/** What the start function does when its timer fires. */
const Payload = v.object({ Action: v.picklist(['Tick', 'StartRecordTask']) });

function checkTimers({ triggers }: Props): readonly Fault[] {
  return triggers
    .filter(({ triggerType }) => triggerType === 'timer')
    .flatMap(({ triggerName, triggerConfig: { cronExpression, payload } }) => [
      ...(isTimerSchedule(triggerName, cronExpression)
        ? []
        : [
            fault(
              `triggers.${triggerName}.cronExpression`,
              'never fires',
              'six fields, seconds first: "0 * * * * *", "CRON_TZ=Asia/Shanghai 0 0 10 * * 1-5", or "@every 4m"',
            ),
          ]),
      ...(typeof payload === 'string' && isTimerPayload(payload)
        ? []
        : [
            fault(
              `triggers.${triggerName}.payload`,
              'is nothing the start function does',
              `a string: '{"Action":"Tick"}', or a whole recording as in the comment of s.yaml`,
            ),
          ]),
    ]);
}

function isTimerSchedule(name: string, cronExpression: unknown): boolean {
  if (typeof cronExpression !== 'string') return false;
  try {
    parseTimerSchedule({ type: 'timer', name, cronExpression, payload: '', enabled: true });
    return true;
  } catch {
    return false;
  }
}

function isTimerPayload(payload: string): boolean {
  try {
    return v.is(Payload, JSON.parse(payload));
  } catch {
    return false;
  }
}

/** A stream from an MNS queue that loses no message and is blocked by none. */
const Stream = v.object({
  eventSourceConfig: v.object({
    eventSourceType: v.literal('MNS'),
    eventSourceParameters: v.object({
      sourceMNSParameters: v.object({ QueueName: v.pipe(v.string(), v.nonEmpty()) }),
    }),
  }),
  runOptions: v.object({
    errorsTolerance: v.literal('ALL'),
    deadLetterQueue: v.object({
      Arn: v.pipe(v.string(), v.regex(/^acs:mns:[^:]+:[^:]*:\/queues\/[^/]+\/messages$/u)),
    }),
  }),
});

function checkStreams({ triggers }: Props): readonly Fault[] {
  return triggers
    .filter(({ triggerType }) => triggerType === 'eventbridge')
    .flatMap(({ triggerName, triggerConfig }) => {
      const result = v.safeParse(Stream, triggerConfig);
      return (result.issues ?? []).map((issue) =>
        fault(
          `triggers.${triggerName}.${v.getDotPath(issue)}`,
          'lets messages be lost or block each other',
          'as in s.options.yaml: an MNS queue, errorsTolerance ALL and a dead-letter queue',
        ),
      );
    });
}

/** A line of `s verify` such as `start/props/memorySize must be multiple of 64`. */
const SCHEMA_FAULT = /^(\w+\/props\S*) (must .+)$/u;

/** That a branch of the schema was taken says nothing; the fault itself has a line of its own. */
const BRANCH = /^must match ("(if|then|else)" schema|a schema in anyOf|exactly one schema in oneOf)$/u;

/** The faults in the output of `s verify`. */
export function readSchemaFaults(output: string): readonly Fault[] {
  return output.split('\n').flatMap((line) => {
    const [, place = '', problem = 'must match'] = SCHEMA_FAULT.exec(line.trim()) ?? [];
    // A timer's expression is judged by {@link checkTimers}, in words.
    if (place === '' || BRANCH.test(problem) || place.endsWith('/cronExpression')) return [];
    return [fault(place.replaceAll('/', '.'), problem, 'see local/fc3-schema-strict.json')];
  });
}

/** Faults as the terminal shows them: one a line, its remedy below. */
export function describeFaults(file: string, faults: readonly Fault[]): string {
  const lines = faults.map(({ place, problem, remedy }) => `  ${place} ${problem}\n    -> ${remedy}`);
  return [`${file} cannot be deployed: ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}`, ...lines].join(
    '\n',
  );
}

function fault(place: string, problem: string, remedy: string): Fault {
  return { place, problem, remedy };
}
