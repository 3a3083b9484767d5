/**
 * Reads `s.yaml` as the Serverless Devs CLI does, as far as this project's file goes: `${…}` expressions, one template
 * per resource, HTTP and timer triggers. Whatever the local stack could not honour is refused rather than ignored.
 *
 * @see https://github.com/Serverless-Devs/Serverless-Devs (the CLI) and https://github.com/devsapp/fc3 (the component)
 * @module
 */
import * as v from 'valibot';
import { parse } from 'yaml';
import { RecorderError } from '../shared/errors.ts';

/** The methods an HTTP trigger can list. Source: fc3 schema, `triggerConfig.methods`. */
const HTTP_METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'] as const;

interface HttpTrigger {
  readonly type: 'http';
  readonly name: string;
  readonly methods: readonly string[];
}

export interface TimerTrigger {
  readonly type: 'timer';
  readonly name: string;
  /** Six fields, seconds first, or `@every 4m`. */
  readonly cronExpression: string;
  /** Handed to the function as it stands here. */
  readonly payload: string;
  readonly enabled: boolean;
}

/** One function of `s.yaml`, fully resolved. */
export interface FunctionSpec {
  /** The resource's key: `start`. */
  readonly name: string;
  readonly functionName: string;
  readonly region: string;
  /** As written, relative to `s.yaml`: `./dist/start`. */
  readonly codeFolder: string;
  /** `<file without extension>.<export>`. */
  readonly handler: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Retries of a failed asynchronous invocation, 0 to 8; Function Compute's default is 3. */
  readonly maxAsyncRetryAttempts: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly triggers: readonly (HttpTrigger | TimerTrigger)[];
}

/** What a deployment needs and a local run does not: left unresolved, so that its variables may be unset. */
const DEPLOYMENT_ONLY = ['concurrencyConfig', 'cpu', 'description', 'diskSize', 'internetAccess', 'logConfig', 'role'];

const mapping = v.record(v.string(), v.unknown());

const fileSchema = v.object({
  vars: v.optional(mapping, {}),
  template: v.optional(v.record(v.string(), mapping), {}),
  resources: v.record(
    v.string(),
    v.object({
      component: v.literal('fc3'),
      extend: v.optional(v.strictObject({ name: v.string() })),
      props: mapping,
    }),
  ),
});

const httpTriggerSchema = v.strictObject({
  triggerName: v.string(),
  triggerType: v.literal('http'),
  triggerConfig: v.strictObject({
    authType: v.literal('anonymous'),
    methods: v.pipe(v.array(v.picklist(HTTP_METHODS)), v.minLength(1)),
    disableURLInternet: v.optional(v.boolean()),
  }),
});

const timerTriggerSchema = v.strictObject({
  triggerName: v.string(),
  triggerType: v.literal('timer'),
  triggerConfig: v.strictObject({
    cronExpression: v.string(),
    enable: v.boolean(),
    payload: v.optional(v.string(), ''),
  }),
});

/** Strict: a property the local host does not know would otherwise work in one place only. */
const propsSchema = v.strictObject({
  functionName: v.string(),
  region: v.string(),
  runtime: v.literal('nodejs20'),
  code: v.string(),
  handler: v.pipe(v.string(), v.regex(/^[^./\\]+\.[^./\\]+$/)),
  memorySize: v.pipe(v.number(), v.integer()),
  timeout: v.pipe(v.number(), v.integer(), v.minValue(1)),
  environmentVariables: v.optional(v.record(v.string(), v.string()), {}),
  asyncInvokeConfig: v.optional(
    v.strictObject({ maxAsyncRetryAttempts: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(8)) }),
  ),
  triggers: v.array(v.variant('triggerType', [httpTriggerSchema, timerTriggerSchema])),
});

/** Source: fc3 schema, `IAsyncInvokeConfig.maxAsyncRetryAttempts`. */
const DEFAULT_ASYNC_RETRY_ATTEMPTS = 3;

/**
 * Reads every function of an `s.yaml`.
 *
 * @param yamlText the file's text
 * @param env the variables `${env('X')}` sees; as in the CLI an empty one counts as unset
 * @returns the functions in the file's order
 * @throws RecorderError `Misconfigured`, naming the place and the variable or property; values are never quoted
 */
export function readFunctions(yamlText: string, env: Readonly<Record<string, string>>): readonly FunctionSpec[] {
  const file = check(fileSchema, parse(yamlText), 's.yaml');

  const propsOf = new Map<string, Readonly<Record<string, unknown>>>();
  for (const [name, { extend, props }] of Object.entries(file.resources)) {
    const template = extend === undefined ? {} : file.template[extend.name];
    if (template === undefined) throw misconfigured(`resources.${name}.extend.name`, 'names no template');
    propsOf.set(name, merge(template, props));
  }

  const scope: Scope = {
    env,
    vars: file.vars,
    resources: Object.fromEntries([...propsOf].map(([name, props]) => [name, { props }])),
  };

  return [...propsOf].map(([name, props]) => {
    const place = `resources.${name}.props`;
    const runnable = Object.fromEntries(Object.entries(props).filter(([key]) => !DEPLOYMENT_ONLY.includes(key)));
    const resolved = check(propsSchema, resolve(runnable, scope, place, 0), place);
    return {
      name,
      functionName: resolved.functionName,
      region: resolved.region,
      codeFolder: resolved.code,
      handler: resolved.handler,
      memoryMb: resolved.memorySize,
      timeoutSeconds: resolved.timeout,
      maxAsyncRetryAttempts: resolved.asyncInvokeConfig?.maxAsyncRetryAttempts ?? DEFAULT_ASYNC_RETRY_ATTEMPTS,
      environment: resolved.environmentVariables,
      triggers: resolved.triggers.map((trigger) =>
        trigger.triggerType === 'http'
          ? { type: 'http', name: trigger.triggerName, methods: trigger.triggerConfig.methods }
          : {
              type: 'timer',
              name: trigger.triggerName,
              cronExpression: trigger.triggerConfig.cronExpression,
              payload: trigger.triggerConfig.payload,
              enabled: trigger.triggerConfig.enable,
            },
      ),
    } satisfies FunctionSpec;
  });
}

/** Where the expressions look things up. */
interface Scope {
  readonly env: Readonly<Record<string, string>>;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, unknown>>;
}

/** References to references: more than this is a circle. */
const MAX_DEPTH = 8;

function resolve(value: unknown, scope: Scope, place: string, depth: number): unknown {
  if (typeof value === 'string') return resolveText(value, scope, place, depth);
  if (Array.isArray(value)) return value.map((item, index) => resolve(item, scope, `${place}[${index}]`, depth));
  if (isMapping(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, resolve(item, scope, `${place}.${key}`, depth)]),
    );
  }
  return value;
}

const EXPRESSION = /\$\{([^{}]*)\}/gu;

function resolveText(text: string, scope: Scope, place: string, depth: number): unknown {
  const whole = /^\$\{([^{}]*)\}$/u.exec(text);
  // An expression that is the whole value keeps the type of what it names; inside a longer text it becomes text.
  if (whole !== null) return evaluate(whole[1] ?? '', scope, place, depth);
  return text.replace(EXPRESSION, (_, expression: string) => {
    const found = evaluate(expression, scope, place, depth);
    if (typeof found === 'object') throw misconfigured(place, `\${${expression}} is not a single value`);
    return String(found);
  });
}

const ENV_CALL = /^env\(\s*(?:'([^']+)'|"([^"]+)")\s*(?:,\s*(?:'([^']*)'|"([^"]*)")\s*)?\)$/u;
const REFERENCE = /^(?:vars\.[\w-]+|resources\.[\w-]+\.props)(?:\.[\w-]+)*$/u;

function evaluate(expression: string, scope: Scope, place: string, depth: number): unknown {
  if (depth > MAX_DEPTH) throw misconfigured(place, 'refers to itself');

  const call = ENV_CALL.exec(expression.trim());
  if (call !== null) {
    const name = call[1] ?? call[2] ?? '';
    const value = Object.hasOwn(scope.env, name) ? scope.env[name] : undefined;
    if (value !== undefined && value !== '') return value;
    const fallback = call[3] ?? call[4];
    if (fallback === undefined) throw misconfigured(place, `needs the environment variable ${name}`);
    return fallback;
  }

  const path = expression.trim();
  if (!REFERENCE.test(path)) throw misconfigured(place, `\${${path}} is not understood by the local stack`);
  let found: unknown = scope;
  for (const key of path.split('.')) found = isMapping(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  if (found === undefined || found === null) throw misconfigured(place, `\${${path}} names nothing`);
  return resolve(found, scope, place, depth + 1);
}

/** Mappings merge key by key, everything else is replaced: what the CLI does with `extend`. */
function merge(
  base: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMapping(below) && isMapping(value) ? merge(below, value) : value;
  }
  return merged;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Valibot's own messages quote the input, which may be a secret: only the place and what is expected get out. */
function check<const TSchema extends v.GenericSchema>(
  schema: TSchema,
  value: unknown,
  place: string,
): v.InferOutput<TSchema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue);
  throw misconfigured(
    path === null ? place : `${place}.${path}`,
    issue.expected === 'never' ? 'is not understood by the local stack' : `must be ${issue.expected ?? 'valid'}`,
  );
}

function misconfigured(place: string, problem: string): RecorderError {
  return new RecorderError('Misconfigured', { message: `${place} ${problem}.` });
}
