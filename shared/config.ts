/**
 * The functions' configuration, read from environment variables once and checked as a whole.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto';
import * as v from 'valibot';
import { RecorderError } from './errors.ts';
import { parseWebhookSecret } from './signing/standard-webhooks.ts';

/** Secrets shorter than this are refused at start-up. Ours. */
const MIN_SECRET_LENGTH = 32;

/** Where the app wants its webhooks, and the secrets (`whsec_…`) that sign them: all of them sign each attempt. */
export interface WebhookConfig {
  readonly url: string;
  readonly secrets: readonly string[];
}

/** A key pair of a caller: HTTP Basic for REST, an Alibaba AccessKey pair (`id`, `secret`) for the drop-in. */
export interface ApiKey {
  readonly id: string;
  readonly secret: string;
}

/** Configuration of the start function. */
export interface StartConfig {
  readonly databaseUrl: string;
  /** PEM of the authority that issued the database's certificate; undefined leaves TLS to {@link databaseUrl}. */
  readonly databaseCa: string | undefined;
  readonly apiKeys: readonly ApiKey[];
  /** Accepted AppIds; the first is the default. */
  readonly appIds: readonly [string, ...string[]];
  readonly templateId: string | undefined;
  /** Ends a recording that names no end of its own, seconds. */
  readonly maxDurationSeconds: number;
  readonly rtcEndpoint: string;
  readonly rtcProtocol: 'http' | 'https';
  readonly webhook: WebhookConfig | undefined;
  readonly retentionDays: number;
  /** The largest FileSplitInterval of the record templates in use, seconds: how long after its begin a file may appear. */
  readonly maxSplitIntervalSeconds: number;
  /** `allow` only on a local stack: API keys travel in clear text over http. */
  readonly plainHttp: 'allow' | 'refuse';
  /**
   * Hosts, besides the trigger's own domain name, that a V3 signature may be for and that a page may come from: as callers
   * send them, with the port.
   */
  readonly publicHosts: readonly string[];
  /** Hosts of files that links are made to; empty means any of OSS. */
  readonly ossHosts: readonly string[];
  /** Only on a local stack: host and port of an emulated OSS, over http, with the bucket in the path. */
  readonly ossEndpoint: string | undefined;
  /**
   * What time it is for schedules, ends and due work. `event`: what the platform wrote into the event; only for local
   * stacks that simulate time. `process`: the clock of the process.
   */
  readonly businessClock: 'process' | 'event';
}

/** Configuration of the callback function. */
export interface CallbackConfig {
  readonly databaseUrl: string;
  /** As in {@link StartConfig}. */
  readonly databaseCa: string | undefined;
  readonly callbackSecrets: readonly string[];
  /** Hosts a recorded file may lie on; empty means any. */
  readonly ossHosts: readonly string[];
  readonly webhook: WebhookConfig | undefined;
}

/** The environment as handed in: `process.env` in the functions. */
export type Environment = Readonly<Record<string, string | undefined>>;

// An empty variable counts as absent: s.yaml passes '' for what is not set.
const Absent = v.pipe(
  v.optional(v.string(), ''),
  v.transform((text) => (text === '' ? undefined : text)),
);
const List = v.pipe(
  v.string(),
  v.transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  ),
);

const Secrets = v.pipe(
  List,
  v.minLength(1),
  v.everyItem((secret) => secret.length >= MIN_SECRET_LENGTH),
);

const ApiKeys = v.pipe(
  List,
  v.minLength(1),
  v.mapItems((item) => {
    const colon = item.indexOf(':');
    return { id: item.slice(0, Math.max(colon, 0)), secret: item.slice(colon + 1) };
  }),
  v.everyItem((key) => key.id !== '' && key.secret.length >= MIN_SECRET_LENGTH),
  // A signature names its key by the id alone.
  v.check((keys) => new Set(keys.map(({ id }) => id)).size === keys.length),
);

const WholeNumber = (fallback: number, minimum: number, maximum: number) =>
  v.pipe(
    Absent,
    v.transform((text) => (text === undefined ? fallback : Number(text))),
    v.integer(),
    v.minValue(minimum),
    v.maxValue(maximum),
  );

const WebhookUrl = v.pipe(
  Absent,
  v.check((text) => text === undefined || isHttpUrl(text)),
);
const WebhookSecrets = v.pipe(v.optional(List, ''), v.everyItem(isWebhookSecret));

/** A host name with an optional port, as the RTC client takes it. */
const ENDPOINT = /^[A-Za-z0-9.-]{1,255}(:\d{1,5})?$/;

const OssHosts = v.pipe(
  v.optional(List, ''),
  v.mapItems((host) => host.toLowerCase()),
);

const LOOPBACK_ENDPOINT = /^(127\.0\.0\.1|localhost)(:\d{1,5})?$/;

// A line of .env holds no line break: `\n` stands for one.
const DatabaseCa = v.pipe(
  Absent,
  v.transform((text) => text?.replaceAll('\\n', '\n')),
  v.check((text) => text === undefined || isPemOfCertificates(text)),
);

const StartEnvironment = v.object({
  DATABASE_URL: v.pipe(v.string(), v.check(isPostgresUrl)),
  DATABASE_CA: DatabaseCa,
  API_KEYS: ApiKeys,
  APP_IDS: v.pipe(List, v.minLength(1)),
  TEMPLATE_ID: Absent,
  MAX_DURATION_SECONDS: WholeNumber(86_400, 60, 31_536_000),
  RTC_ENDPOINT: v.pipe(
    Absent,
    v.transform((text) => text ?? 'rtc.aliyuncs.com'),
    v.regex(ENDPOINT),
  ),
  RTC_PROTOCOL: v.pipe(
    Absent,
    v.transform((text) => text ?? 'https'),
    v.picklist(['http', 'https']),
  ),
  WEBHOOK_URL: WebhookUrl,
  WEBHOOK_SECRETS: WebhookSecrets,
  RETENTION_DAYS: WholeNumber(30, 1, 3_650),
  // AddRecordTemplate, FileSplitInterval: 1800 or more; the page names no upper bound, this one is ours.
  MAX_SPLIT_INTERVAL_SECONDS: WholeNumber(7_200, 1_800, 86_400),
  ALLOW_HTTP: v.pipe(
    Absent,
    v.transform((text) => text ?? 'false'),
    v.picklist(['true', 'false']),
  ),
  PUBLIC_HOSTS: v.optional(List, ''),
  OSS_HOSTS: OssHosts,
  // No deployment signs a link for a host that is not of OSS.
  OSS_ENDPOINT: v.pipe(Absent, v.optional(v.pipe(v.string(), v.regex(LOOPBACK_ENDPOINT)))),
  BUSINESS_CLOCK: v.pipe(
    Absent,
    v.transform((text) => text ?? 'process'),
    v.picklist(['process', 'event']),
  ),
});

const CallbackEnvironment = v.object({
  DATABASE_URL: v.pipe(v.string(), v.check(isPostgresUrl)),
  DATABASE_CA: DatabaseCa,
  CALLBACK_SECRETS: Secrets,
  OSS_HOSTS: OssHosts,
  WEBHOOK_URL: WebhookUrl,
  WEBHOOK_SECRETS: WebhookSecrets,
});

/**
 * Reads the start function's configuration.
 *
 * @throws RecorderError `Misconfigured`, naming every variable at fault and no value.
 */
export function loadStartConfig(environment: Environment): StartConfig {
  const found = parseEnvironment(StartEnvironment, environment);
  const [firstAppId, ...otherAppIds] = found.APP_IDS;
  if (firstAppId === undefined) throw createConfigError(['APP_IDS']);
  // The sweep looks back twice that far and an hour: what it finds there must not have been forgotten.
  if (2 * found.MAX_SPLIT_INTERVAL_SECONDS + 3_600 >= found.RETENTION_DAYS * 86_400) {
    throw createConfigError(['MAX_SPLIT_INTERVAL_SECONDS', 'RETENTION_DAYS']);
  }
  return {
    databaseUrl: found.DATABASE_URL,
    databaseCa: found.DATABASE_CA,
    apiKeys: found.API_KEYS,
    appIds: [firstAppId, ...otherAppIds],
    templateId: found.TEMPLATE_ID,
    maxDurationSeconds: found.MAX_DURATION_SECONDS,
    rtcEndpoint: found.RTC_ENDPOINT,
    rtcProtocol: found.RTC_PROTOCOL,
    webhook: toWebhook(found.WEBHOOK_URL, found.WEBHOOK_SECRETS),
    retentionDays: found.RETENTION_DAYS,
    maxSplitIntervalSeconds: found.MAX_SPLIT_INTERVAL_SECONDS,
    plainHttp: found.ALLOW_HTTP === 'true' ? 'allow' : 'refuse',
    publicHosts: found.PUBLIC_HOSTS,
    ossHosts: found.OSS_HOSTS,
    ossEndpoint: found.OSS_ENDPOINT,
    businessClock: found.BUSINESS_CLOCK,
  };
}

/**
 * Reads the callback function's configuration.
 *
 * @throws RecorderError `Misconfigured`, naming every variable at fault and no value.
 */
export function loadCallbackConfig(environment: Environment): CallbackConfig {
  const found = parseEnvironment(CallbackEnvironment, environment);
  return {
    databaseUrl: found.DATABASE_URL,
    databaseCa: found.DATABASE_CA,
    callbackSecrets: found.CALLBACK_SECRETS,
    ossHosts: found.OSS_HOSTS,
    webhook: toWebhook(found.WEBHOOK_URL, found.WEBHOOK_SECRETS),
  };
}

/** The environment of this process, for the functions' entries. */
export function readProcessEnvironment(): Environment {
  return process.env;
}

function parseEnvironment<Schema extends v.GenericSchema>(
  schema: Schema,
  environment: Environment,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, environment);
  if (result.success) return result.output;
  const names = result.issues.map((issue) => String(issue.path?.[0]?.key ?? 'environment'));
  throw createConfigError([...new Set(names)]);
}

function toWebhook(url: string | undefined, secrets: readonly string[]): WebhookConfig | undefined {
  if (url === undefined) return undefined;
  // A webhook nobody can verify is worse than none.
  if (secrets.length === 0) throw createConfigError(['WEBHOOK_SECRETS']);
  return { url, secrets };
}

function createConfigError(names: readonly string[]): RecorderError {
  return new RecorderError('Misconfigured', {
    message: `Missing or unusable environment variables: ${names.join(', ')}. See .env.example for what each accepts.`,
  });
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  // Credentials in the address are refused by fetch.
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}

/** Whether a text is the address of a PostgreSQL, `postgres://…` or `postgresql://…`. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text);
}

/** Node's TLS would pass over what it cannot read, and then trust nobody. */
function isPemOfCertificates(text: string): boolean {
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return certificates.length > 0 && certificates.every(isCertificate);
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

function isWebhookSecret(secret: string): boolean {
  try {
    parseWebhookSecret(secret);
    return true;
  } catch {
    return false;
  }
}
