/**
 * Requests as the official clients sent them, through the event of the platform: each is told to be RPC and accepted at
 * its own time, with its own key and for its own host.
 *
 * @module
 */
import { describe, expect, it } from 'vitest';
import { decodeRpcEvent, isRpcRequest, verifyRpcCaller } from '../../functions/start/rpc-request.ts';
import { toHttpEvent } from '../../local/function-event.ts';
import { RecorderError } from '../../shared/errors.ts';
import { type HttpEvent, parseFunctionEvent } from '../../shared/fc.ts';
import { readSigningTimeMs, v1Captures, v3Captures } from '../support/signing-vectors.ts';

const captures = [...v1Captures, ...v3Captures];

type Capture = (typeof captures)[number];

function createEvent({ request }: Capture): HttpEvent {
  const event = toHttpEvent({
    method: request.method,
    target: request.path,
    rawHeaders: request.headers.flat(),
    body: Buffer.from(request.body),
    sourceIp: '127.0.0.1',
    accountId: '123456789012',
    requestId: 'r',
    receivedAt: new Date(0),
  });
  const parsed = parseFunctionEvent(Buffer.from(JSON.stringify(event)));
  if (parsed.kind !== 'http') throw new Error('The event is not HTTP.');
  return parsed.event;
}

async function verify(capture: Capture, event: HttpEvent, publicHosts: readonly string[] = []): Promise<string> {
  const { query, body } = capture.decodedParameters;
  const pairs = { query, form: body, headers: capture.request.headers, body: Buffer.alloc(0), method: '', path: '' };
  try {
    const caller = await verifyRpcCaller(event, decodeRpcEvent(event), {
      config: {
        apiKeys: [{ id: capture.accessKeyId, secret: capture.accessKeySecret }],
        plainHttp: 'allow',
        publicHosts,
      },
      nowMs: readSigningTimeMs(pairs),
      rememberNonce: () => 'new',
    });
    return caller.accessKeyId;
  } catch (error) {
    return error instanceof RecorderError ? error.code : String(error);
  }
}

const withToken = captures.filter(({ id }) => id.includes('sts'));
const withoutToken = captures.filter(({ id }) => !id.includes('sts'));
const withDomainName = (event: HttpEvent, domainName: string): HttpEvent => ({
  ...event,
  requestContext: { ...event.requestContext, domainName },
});

describe('verifyRpcCaller', () => {
  it('is tested with captures of both schemes and one with a token', () => {
    expect([v1Captures.length > 5, v3Captures.length > 5, withToken.length]).toEqual([true, true, 1]);
  });

  it.each(withoutToken)('accepts $id', async (capture) => {
    const event = createEvent(capture);
    expect(isRpcRequest(event)).toBe(true);
    expect(await verify(capture, event)).toBe(capture.accessKeyId);
  });

  it.each(withToken)('refuses the token of $id', async (capture) => {
    expect(await verify(capture, createEvent(capture))).toBe('InvalidSecurityToken.MismatchWithAccessKey');
  });

  it.each(v3Captures)('refuses $id where it is for another host, unless that is a public one', async (capture) => {
    const event = createEvent(capture);
    const elsewhere = withDomainName(event, 'elsewhere.example.com');
    expect(await verify(capture, elsewhere)).toBe('SignatureDoesNotMatch');
    expect(await verify(capture, elsewhere, [event.requestContext.domainName])).toBe(await verify(capture, event));
  });
});
