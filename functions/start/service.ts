/**
 * What the operations of the start function need from outside, built once per instance and bound to the invocation's
 * credentials.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadStartConfig, readProcessEnvironment, type StartConfig } from '../../shared/config.ts';
import type { Outbox } from '../../shared/deliver.ts';
import { RecorderError } from '../../shared/errors.ts';
import type { FunctionCredentials } from '../../shared/fc.ts';
import type { Log } from '../../shared/log.ts';
import { openDatabase } from '../../shared/store/database.ts';
import { verifySchemaVersion } from '../../shared/store/schema-version.ts';
import {
  type CallBudget,
  callRtc,
  createRtcSender,
  type RpcPairs,
  type RtcAction,
  type RtcAnswer,
  type SendRpc,
} from './rtc-client.ts';

/** Everything an operation of the start function uses besides its arguments. */
export interface StartService extends Outbox {
  readonly config: StartConfig;
  readonly callRtc: (action: RtcAction, pairs: RpcPairs, budget: CallBudget) => Promise<RtcAnswer>;
  readonly createId: () => string;
  /** Of the invocation. */
  readonly log: Log;
  /** Of the function's role. */
  readonly credentials: FunctionCredentials;
}

/** What an invocation brings with it. */
export interface Invocation extends Pick<StartService, 'log' | 'credentials'> {
  /** When it happened, as the platform says. */
  readonly eventTime: Date;
}

type InstanceService = Omit<StartService, 'callRtc' | 'now' | keyof Invocation>;

// Kept for the life of the instance, so that a warm request finds its connection and its client.
let instance: InstanceService | undefined;
let schemaChecked = false;
let sender: { readonly key: string; readonly send: SendRpc } | undefined;

/**
 * The service for one invocation.
 *
 * @throws RecorderError `Misconfigured`, `NotMigrated`, `ServiceUnavailable`.
 */
export async function openService({ log, credentials, eventTime }: Invocation): Promise<StartService> {
  const base = openInstance();
  if (!schemaChecked) {
    await verifySchemaVersion(base.database);
    schemaChecked = true;
  }
  const dependencies = { send: openSender(base.config, credentials), nowMs: Date.now, sleep, random: Math.random };
  const now = createBusinessClock(base.config, eventTime);
  return {
    ...base,
    log,
    credentials,
    now,
    callRtc: (action, pairs, budget) => callRtc(dependencies, action, pairs, budget),
  };
}

/**
 * The configuration alone, for what needs no database.
 *
 * @throws RecorderError `Misconfigured`.
 */
export function openConfig(): StartConfig {
  return openInstance().config;
}

function openInstance(): InstanceService {
  if (instance === undefined) {
    const config = loadStartConfig(readProcessEnvironment());
    instance = {
      config,
      database: openDatabase(config.databaseUrl, { ca: config.databaseCa }),
      webhook: config.webhook,
      fetch,
      wallNow: () => new Date(),
      random: Math.random,
      createId: randomUUID,
    };
  }
  return instance;
}

function createBusinessClock({ businessClock }: StartConfig, eventTime: Date): () => Date {
  if (businessClock === 'process') return () => new Date();
  if (Number.isNaN(eventTime.getTime()))
    throw new RecorderError('Misconfigured', { message: 'The event has no time.' });
  return () => eventTime;
}

/** STS credentials change while an instance lives: a client is kept only as long as they stay the same. */
function openSender(config: StartConfig, credentials: FunctionCredentials): SendRpc {
  const key = `${credentials.accessKeyId ?? ''}\n${credentials.securityToken ?? ''}`;
  if (sender?.key !== key) {
    sender = {
      key,
      send: createRtcSender({ endpoint: config.rtcEndpoint, protocol: config.rtcProtocol, credentials }),
    };
  }
  return sender.send;
}
