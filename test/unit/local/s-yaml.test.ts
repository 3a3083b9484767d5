import { describe, expect, it } from 'vitest';
import { readFunctions } from '../../../local/s-yaml.ts';

/** One function in an otherwise complete file. */
function yamlWith(props: string, more = ''): string {
  return `
vars:
  memory: 256
  stage: \${env('STAGE', 'dev')}
template:
  common:
    region: cn-shanghai
    runtime: nodejs20
    handler: index.handler
    memorySize: 512
    timeout: 30
    role: \${env('FC_ROLE_ARN')}
    code: ./dist/start
    triggers: []
    environmentVariables: { SHARED: template, KEPT: template }
resources:
  start:
    component: fc3
    extend: { name: common }
    props:
      functionName: rtc-start-\${vars.stage}
${props.replace(/^/gmu, '      ')}
${more}`;
}

function readStart(props: string, env: Readonly<Record<string, string>> = {}) {
  const [start] = readFunctions(yamlWith(props), env);
  if (start === undefined) throw new Error('no function');
  return start;
}

function faultOf(props: string, env: Readonly<Record<string, string>> = {}) {
  try {
    readFunctions(yamlWith(props), env);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('readFunctions', () => {
  it('merges the template below the properties, mapping by mapping', () => {
    const start = readStart('environmentVariables: { SHARED: own }\ntimeout: 10');
    expect(start).toMatchObject({ memoryMb: 512, timeoutSeconds: 10 });
    expect(start.environment).toEqual({ SHARED: 'own', KEPT: 'template' });
  });

  it('keeps the type of what an expression names, and makes it text inside text', () => {
    const start = readStart(`memorySize: \${vars.memory}\nenvironmentVariables: { M: 'm-\${vars.memory}' }`);
    expect(start.memoryMb).toBe(256);
    expect(start.environment.M).toBe('m-256');
  });

  it('follows references through other references', () => {
    const props = `environmentVariables: { OTHER: "\${resources.start.props.functionName}" }`;
    expect(readStart(props, { STAGE: 'prod' }).environment.OTHER).toBe('rtc-start-prod');
  });

  it.each([
    [`\${env('X')}`, { X: 'value' }, 'value'],
    [`\${env("X")}`, { X: 'value' }, 'value'],
    [`<\${env('X', 'd')}>`, {}, '<d>'],
    [`\${env('X', 'd')}`, { X: '' }, 'd'],
    [`\${env('X', '')}`, {}, ''],
    [`\${env('X')}`, { X: `\${env('Y')}` }, `\${env('Y')}`],
  ])('reads %s with %o as %s', (expression, env, expected) => {
    const props = `environmentVariables: { V: ${JSON.stringify(expression)} }`;
    expect(readStart(props, env).environment.V).toBe(expected);
  });

  it('needs no variable that only a deployment uses', () => {
    expect(readStart('').functionName).toBe('rtc-start-dev');
  });

  it.each([
    ['unset', {}],
    ['empty', { X: '' }],
  ])('names a required variable that is %s', (_, env) => {
    expect(faultOf(`environmentVariables: { V: "\${env('X')}" }`, env)).toMatchObject({
      code: 'Misconfigured',
      message: 'resources.start.props.environmentVariables.V needs the environment variable X.',
    });
  });

  it.each([
    [
      'an expression of the CLI it does not know',
      `code: "\${config('AccountID')}"`,
      /config\('AccountID'\).*not understood/u,
    ],
    ['a reference to nothing', `code: \${vars.nothing}`, /vars\.nothing.*names nothing/u],
    ['a reference to itself', `code: \${resources.start.props.code}`, /refers to itself/u],
    ['a property it cannot honour', 'instanceConcurrency: 20', /instanceConcurrency is not understood/u],
    ['a property of the wrong type', `timeout: '30'`, /props\.timeout must be number/u],
    [
      'a trigger it cannot fire',
      'triggers: [{ triggerName: q, triggerType: eventbridge, triggerConfig: {} }]',
      /triggers\.0\.triggerType/u,
    ],
    [
      'an HTTP trigger without methods',
      'triggers: [{ triggerName: h, triggerType: http, triggerConfig: { authType: anonymous, methods: [] } }]',
      /methods must be/u,
    ],
  ])('refuses %s', (_, props, message) => {
    expect(faultOf(props)).toMatchObject({ code: 'Misconfigured', message: expect.stringMatching(message) });
  });

  it('refuses a template that is not there', () => {
    const yaml = yamlWith('').replace('extend: { name: common }', 'extend: { name: other }');
    expect(() => readFunctions(yaml, {})).toThrow('resources.start.extend.name names no template.');
  });

  it('never quotes a value', () => {
    const fault = faultOf(`memorySize: "\${env('SECRET')}"`, { SECRET: 's3cret-token' });
    expect(fault).toMatchObject({ code: 'Misconfigured' });
    expect(String(fault)).not.toContain('s3cret-token');
  });
});
