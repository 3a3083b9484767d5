import { describe, expect, it } from 'vitest';
import {
  checkAccess,
  checkCode,
  checkFunction,
  checkOwnerUrl,
  checkSettings,
  type DeployedFunction,
  describeFaults,
  findReferences,
  findUnset,
  readDeployment,
  readSchemaFaults,
} from '../../../local/deploy-rules.ts';

const START_ENVIRONMENT = {
  DATABASE_URL: 'postgres://recorder:dummy@db.internal/recorder',
  API_KEYS: 'app-one:dummy-secret-of-thirty-two-characters',
  APP_IDS: 'yourAppId',
};

const HTTP = { triggerName: 'http', triggerType: 'http', triggerConfig: { authType: 'anonymous', methods: ['POST'] } };
const TICK = {
  triggerName: 'tick',
  triggerType: 'timer',
  triggerConfig: { cronExpression: '0 * * * * *', enable: true, payload: '{"Action":"Tick"}' },
};
const MNS = {
  triggerName: 'mns',
  triggerType: 'eventbridge',
  triggerConfig: {
    eventSourceConfig: {
      eventSourceType: 'MNS',
      eventSourceParameters: { sourceMNSParameters: { QueueName: 'files' } },
    },
    runOptions: {
      errorsTolerance: 'ALL',
      deadLetterQueue: { Arn: 'acs:mns:cn-shanghai:123456789012:/queues/dead/messages' },
    },
  },
};

const PROPS = {
  code: './dist/start',
  handler: 'index.handler',
  role: 'acs:ram::123456789012:role/rtc-recorder',
  cpu: 0.5,
  memorySize: 512,
  diskSize: 512,
  timeout: 30,
  concurrencyConfig: { reservedConcurrency: 10 },
  asyncInvokeConfig: { maxAsyncRetryAttempts: 0 },
  environmentVariables: START_ENVIRONMENT,
  triggers: [HTTP, TICK],
};

function deploy(props: object, name = 'start'): DeployedFunction {
  const [deployed] = readDeployment({ resources: { [name]: { props: { ...PROPS, ...props } } } }).functions;
  if (deployed === undefined) throw new Error('One function went in.');
  return deployed;
}

const placesOf = (props: object, name?: string) => checkFunction(deploy(props, name)).map(({ place }) => place);

describe('checkFunction', () => {
  it('finds nothing wrong with what is right', () => {
    expect(checkFunction(deploy({}))).toEqual([]);
    const callback = {
      ...PROPS,
      role: undefined,
      asyncInvokeConfig: undefined,
      triggers: [HTTP, MNS],
      environmentVariables: {
        DATABASE_URL: START_ENVIRONMENT.DATABASE_URL,
        CALLBACK_SECRETS: 'dummy-callback-secret-of-forty-characters',
      },
    };
    expect(checkFunction(deploy(callback, 'callback'))).toEqual([]);
  });

  it.each([
    ['cpu in no step of 0.05', { cpu: 0.33, memorySize: 1024 }, 'start.props.cpu'],
    ['cpu without diskSize', { diskSize: undefined }, 'start.props.cpu'],
    ['less than 1 GB for each vCPU', { cpu: 1, memorySize: 960 }, 'start.props.memorySize'],
    ['more than 4 GB for each vCPU', { cpu: 0.05, memorySize: 256 }, 'start.props.memorySize'],
    ['no timeout, which would be 3 s', { timeout: undefined }, 'start.props.timeout'],
    ['a timeout that RTC may outlast', { timeout: 14 }, 'start.props.timeout'],
    ['a timeout as long as a lease', { timeout: 45 }, 'start.props.timeout'],
    ['no role', { role: undefined }, 'start.props.role'],
    ['a role that is no ARN', { role: 'rtc-recorder' }, 'start.props.role'],
    ['a role in upper case', { role: 'acs:ram::123456789012:role/Recorder' }, 'start.props.role'],
    ['a role without an account', { role: 'acs:ram:::role/recorder' }, 'start.props.role'],
    ['no limit of instances', { concurrencyConfig: undefined }, 'start.props.concurrencyConfig.reservedConcurrency'],
    [
      'no instance at all',
      { concurrencyConfig: { reservedConcurrency: 0 } },
      'start.props.concurrencyConfig.reservedConcurrency',
    ],
    ['concurrency that is ignored', { instanceConcurrency: 10 }, 'start.props.instanceConcurrency'],
    [
      'ticks that are repeated',
      { asyncInvokeConfig: { maxAsyncRetryAttempts: 3 } },
      'start.props.asyncInvokeConfig.maxAsyncRetryAttempts',
    ],
    ['a retry by default', { asyncInvokeConfig: undefined }, 'start.props.asyncInvokeConfig.maxAsyncRetryAttempts'],
    [
      'a reserved name',
      { environmentVariables: { ...START_ENVIRONMENT, FC_THING: 'x' } },
      'start.props.environmentVariables.FC_THING',
    ],
    [
      'what is no name',
      { environmentVariables: { ...START_ENVIRONMENT, 'A-B': 'x' } },
      'start.props.environmentVariables.A-B',
    ],
    [
      'the owner of the tables',
      { environmentVariables: { ...START_ENVIRONMENT, MIGRATION_DATABASE_URL: 'postgres://owner@db/x' } },
      'start.props.environmentVariables.MIGRATION_DATABASE_URL',
    ],
    [
      'a secret that is too short',
      { environmentVariables: { ...START_ENVIRONMENT, API_KEYS: 'app-one:short' } },
      'start.props.environmentVariables',
    ],
    ['two HTTP triggers', { triggers: [HTTP, { ...HTTP, triggerName: 'other' }] }, 'start.props.triggers'],
    ['two triggers of one name', { triggers: [HTTP, { ...TICK, triggerName: 'http' }] }, 'start.props.triggers'],
    [
      'an HTTP trigger that RTC cannot pass',
      { triggers: [{ ...HTTP, triggerConfig: { authType: 'function', methods: ['POST'] } }] },
      'start.props.triggers.http.authType',
    ],
    [
      'an HTTP trigger without methods',
      { triggers: [{ ...HTTP, triggerConfig: { authType: 'anonymous', methods: [] } }] },
      'start.props.triggers.http.methods',
    ],
    [
      'a payload nobody knows',
      { triggers: [{ ...TICK, triggerConfig: { ...TICK.triggerConfig, payload: '{"Action":"Tock"}' } }] },
      'start.props.triggers.tick.payload',
    ],
    [
      'a payload that is no text',
      { triggers: [{ ...TICK, triggerConfig: { ...TICK.triggerConfig, payload: { Action: 'Tick' } } }] },
      'start.props.triggers.tick.payload',
    ],
  ])('refuses %s', (_, props, place) => {
    expect(placesOf(props)).toEqual([place]);
  });

  it.each(['0 * * * * *', '@every 4m', 'CRON_TZ=Asia/Shanghai 0 0 10 * * 1-5', '0 */5 8-18 * * MON-FRI'])(
    'accepts a timer at %s',
    (cronExpression) => {
      expect(placesOf({ triggers: [{ ...TICK, triggerConfig: { ...TICK.triggerConfig, cronExpression } }] })).toEqual(
        [],
      );
    },
  );

  it.each([
    '* * * * *',
    '61 * * * * *',
    '0 0 0 30 2 *',
    '@every 4s',
    '@hourly',
    'CRON_TZ=Mars/Olympus 0 0 10 * * *',
    '0 0 10 * * * TZ=Asia/Shanghai',
    60,
    undefined,
  ])('refuses a timer at %s', (cronExpression) => {
    expect(placesOf({ triggers: [{ ...TICK, triggerConfig: { ...TICK.triggerConfig, cronExpression } }] })).toEqual([
      'start.props.triggers.tick.cronExpression',
    ]);
  });

  it.each([
    ['errorsTolerance', { errorsTolerance: 'NONE' }],
    ['deadLetterQueue.Arn', { deadLetterQueue: { Arn: 'dead' } }],
  ])('refuses a queue of which %s loses messages or blocks them', (member, changed) => {
    const runOptions = { ...MNS.triggerConfig.runOptions, ...changed };
    const triggers = [{ ...MNS, triggerConfig: { ...MNS.triggerConfig, runOptions } }];
    expect(placesOf({ triggers })).toEqual([`start.props.triggers.mns.runOptions.${member}`]);
  });

  it('counts names and values of variables in bytes, up to 4 KB', () => {
    const used = Buffer.byteLength(Object.entries(START_ENVIRONMENT).flat().join(''));
    const fill = (bytes: number) => ({ environmentVariables: { ...START_ENVIRONMENT, PAD: 'é'.repeat(bytes / 2) } });
    const rest = 4_096 - used - 'PAD'.length;
    expect(placesOf(fill(rest - (rest % 2)))).toEqual([]);
    expect(placesOf(fill(rest - (rest % 2) + 2))).toEqual(['start.props.environmentVariables']);
  });

  it('names each unusable variable and no value', () => {
    const faults = checkFunction(deploy({ environmentVariables: { API_KEYS: 'app-one:short', APP_IDS: 'x' } }));
    expect(faults.map(({ problem }) => problem)).toEqual([
      'Missing or unusable environment variables: DATABASE_URL, API_KEYS',
    ]);
    expect(JSON.stringify(faults)).not.toContain('short');
  });
});

describe('checkCode', () => {
  it('accepts a handler that is there', () => {
    expect(checkCode(deploy({}), 'callable')).toEqual([]);
  });

  it.each(['noFolder', 'noFile', 'unloadable', 'noExport'] as const)('refuses %s', (state) => {
    expect(checkCode(deploy({}), state)).toMatchObject([{ place: 'start.props.code' }]);
  });
});

describe('checkAccess', () => {
  it.each([undefined, 'default', 'my-account'])('accepts %s', (access) => {
    expect(checkAccess(access)).toEqual([]);
  });

  it('refuses an expression', () => {
    expect(checkAccess(`\${env('ACCESS')}`)).toMatchObject([{ place: 'access' }]);
  });
});

describe('findReferences', () => {
  it('finds every env() once, and whether any of its uses needs it', () => {
    const file = {
      a: `x \${env('ONE')} \${ env("TWO", 'two') }`,
      b: [{ c: `\${env('TWO')}`, d: 4, e: null }, `\${vars.region} \${env('THREE', '')}`],
    };
    expect(findReferences(file)).toEqual([
      { name: 'ONE', isNeeded: true },
      { name: 'TWO', isNeeded: true },
      { name: 'THREE', isNeeded: false },
    ]);
  });
});

describe('findUnset', () => {
  it('counts an empty variable as unset, and none with a default', () => {
    const references = ['A', 'B', 'C'].map((name) => ({ name, isNeeded: name !== 'C' }));
    expect(findUnset(references, { A: 'a', B: '' })).toEqual(['B']);
  });
});

describe('checkSettings', () => {
  const references = [
    { name: 'KEY', isNeeded: true },
    { name: 'OPTION', isNeeded: false },
  ];
  const check = (settings: Readonly<Record<string, string>>) =>
    checkSettings(references, { settings, examples: { KEY: 'replace-me', OPTION: 'dev' } });

  it('accepts settings of the user’s own, and options that are not set', () => {
    expect(check({ KEY: 'mine', OPTION: '' })).toEqual([]);
    expect(check({ KEY: 'mine', OPTION: 'dev' })).toEqual([]);
  });

  it.each([
    ['one that is missing', {}, 'is not set'],
    ['one that is empty', { KEY: '' }, 'is not set'],
    ['the example', { KEY: 'replace-me' }, 'is still the example'],
    ['a value that the CLI would change', { KEY: 'pa$$word' }, 'holds a $, which the CLI would replace'],
  ])('refuses %s', (_, settings, problem) => {
    expect(check(settings)).toMatchObject([{ place: 'KEY', problem }]);
  });

  it('looks at options that are set', () => {
    expect(check({ KEY: 'mine', OPTION: 'a$b' })).toMatchObject([{ place: 'OPTION' }]);
  });
});

describe('checkOwnerUrl', () => {
  it.each([undefined, '', 'postgres://owner:dummy@db/recorder', 'postgresql://owner@db/recorder'])(
    'accepts %s',
    (url) => {
      expect(checkOwnerUrl({ MIGRATION_DATABASE_URL: url })).toEqual([]);
    },
  );

  it('refuses another kind of URL and does not quote it', () => {
    const faults = checkOwnerUrl({ MIGRATION_DATABASE_URL: 'mysql://owner:dummy@db/recorder' });
    expect(faults).toMatchObject([{ place: 'MIGRATION_DATABASE_URL' }]);
    expect(JSON.stringify(faults)).not.toContain('dummy');
  });
});

describe('readDeployment', () => {
  it.each([undefined, {}, { resources: { start: {} } }])('refuses %j', (preview) => {
    expect(() => readDeployment(preview)).toThrow('The file describes no functions.');
  });
});

describe('readSchemaFaults', () => {
  it('takes the faults out of the CLI’s lines, and leaves timers to our own rule', () => {
    const output = `[2026-11-23 01:48:03][WARN][s_cli] It is not recommended to run the command as root user.

Error Message:
start/props/memorySize must be multiple of 64

start/props/triggers/1/triggerConfig/cronExpression must match pattern "x"

start/props/triggers/1 must match "then" schema

callback/props must NOT have additional properties

A complete log of this run can be found in: /home/.s/logs/1123014803
`;
    expect(readSchemaFaults(output).map(({ place, problem }) => `${place} ${problem}`)).toEqual([
      'start.props.memorySize must be multiple of 64',
      'callback.props must NOT have additional properties',
    ]);
  });

  it('finds nothing in what passed', () => {
    expect(readSchemaFaults('Format verification for [s.yaml] passed.\n')).toEqual([]);
  });
});

describe('describeFaults', () => {
  it('counts them, and puts each remedy below its fault', () => {
    const fault = { place: 'start.props.cpu', problem: 'is no multiple of 0.05', remedy: 'round it' };
    expect(describeFaults('s.yaml', [fault])).toBe(
      's.yaml cannot be deployed: 1 fault\n  start.props.cpu is no multiple of 0.05\n    -> round it',
    );
    expect(describeFaults('s.yaml', [fault, fault])).toContain('2 faults');
  });
});
