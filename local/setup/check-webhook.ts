/**
 * Does the app answer where its webhooks go?
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import type { WebhookConfig } from '../../shared/config.ts';
import { signWebhook } from '../../shared/signing/standard-webhooks.ts';
import type { Finding } from './finding.ts';

const TIMEOUT_MS = 10_000;

/** `none`: the address is only asked for (HEAD), so that the app is told nothing. */
export type TestWebhook = 'send' | 'none';

/** Asks the app, or sends it an event of type `setup.test`. */
export async function checkWebhook(
  webhook: WebhookConfig | undefined,
  test: TestWebhook,
  ask: typeof fetch,
): Promise<Finding> {
  const subject = 'webhook';
  if (webhook === undefined) {
    return { outcome: 'ok', subject, text: 'WEBHOOK_URL is not set: events only make the timeline' };
  }
  const { host } = new URL(webhook.url);
  const status = await askForStatus(webhook, test, ask);
  if (status === undefined) {
    return {
      outcome: 'failed',
      subject,
      text: `${host} does not answer`,
      remedy: 'WEBHOOK_URL; an app inside a VPC is checked from a machine in it',
    };
  }
  if (test === 'none') {
    return {
      outcome: 'ok',
      subject,
      text: `${host} answers; --send-test-webhook says whether it takes a signed event`,
    };
  }
  if (status >= 200 && status < 300) return { outcome: 'ok', subject, text: `${host} has taken a signed test event` };
  return {
    outcome: 'failed',
    subject,
    text: `${host} answers a signed test event with ${status}`,
    remedy: 'any 2xx counts as delivered; 401 or 403 often mean that the app has none of WEBHOOK_SECRETS',
  };
}

async function askForStatus(webhook: WebhookConfig, test: TestWebhook, ask: typeof fetch): Promise<number | undefined> {
  const message = test === 'send' ? createTestMessage(webhook) : { method: 'HEAD' };
  try {
    const response = await ask(webhook.url, {
      ...message,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}

function createTestMessage({ secrets }: WebhookConfig): RequestInit {
  const now = new Date();
  const body = JSON.stringify({ type: 'setup.test', timestamp: now.toISOString(), data: {} });
  const headers = signWebhook({
    id: `evt_${randomUUID()}`,
    timestampSeconds: Math.floor(now.getTime() / 1_000),
    body,
    secrets,
  });
  return { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
}
