/**
 * What callers send to do harm: more than there is room for, and texts that mean something to SQL, to headers, to logs,
 * to markup or to JavaScript's objects. Every string of every route is tried; a new route is in of its own accord.
 */
import { readFileSync } from 'node:fs';
import { request as sendRequest } from 'node:http';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listOperations, type Operation } from '../../functions/start/operations.ts';
import { RPC_ACTIONS } from '../../functions/start/rpc-actions.ts';
import { LOCAL_API_KEY, LOCAL_APP_ID } from '../../local/stack.ts';
import { MAX_BODY_BYTES } from '../../shared/fc.ts';
import { signPath } from '../support/rtc-emulator.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { parseXml, type XmlElement } from '../support/xml.ts';

const [AccessKeyId = '', accessKeySecret = ''] = LOCAL_API_KEY.split(':');

/** In every harmful text, to find out where it got. */
const MARK = 'pOiSoN';

const HARMFUL: Readonly<Record<string, string>> = {
  'a quote': `${MARK}'`,
  'a statement': `${MARK}'; drop table tasks; --`,
  'a condition': `${MARK}' or '1'='1`,
  'a delay': `${MARK}'||pg_sleep(10)||'`,
  'a dollar quote': `${MARK}$$; delete from jobs; $1 \\`,
  'a NUL': `${MARK}\0`,
  'a header': `${MARK}\r\nSet-Cookie: a=b\r\n\r\n<html>`,
  'a line of log': `${MARK}"}\n{"level":"info","event":"forged"}`,
  'an escape sequence': `${MARK}\u001b[2J\u009b31m\u0007`,
  'an element': `${MARK}<script>alert(1)</script>`,
  'an attribute': `${MARK}" onload="alert(1)`,
  'an entity': `${MARK}]]>&lt;!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;`,
  'a path': `${MARK}/../../etc/passwd`,
  'a template': `${MARK}\${process.env.API_KEYS}{{7*7}}%s%n`,
  'half a character': `${MARK}\ud800`,
  'the other direction': `${MARK}\u202e`,
};

/** Those that can be percent-encoded. */
const ENCODABLE = Object.entries(HARMFUL).filter(([name]) => name !== 'half a character');

const INHERITED = ['__proto__', 'constructor', 'prototype', 'toString'];

const EVERY_EXAMPLE: unknown = JSON.parse(
  readFileSync(new URL('../fixtures/record-task/every-example.json', import.meta.url), 'utf8'),
);

/** A good body of each route that takes one, by operationId. */
const BODIES: Readonly<Record<string, unknown>> = {
  startRecordTask: EVERY_EXAMPLE,
  updateRecordTask: {
    TemplateId: 't',
    SubSpecUsers: ['u'],
    UserPanes: [{ PaneId: 0, UserId: 'u', Texts: [{ Text: 't' }] }],
  },
  createSchedule: {
    ...{ ScheduleId: 's', Cron: '0 9 * * 1-5', TimeZone: 'Asia/Shanghai', Until: '2099-01-01T00:00:00Z' },
    ...{ DurationSeconds: 600, Parameters: { AppId: LOCAL_APP_ID, ChannelId: 'c', TemplateId: 't' } },
  },
  updateSchedule: { Cron: '0 9 * * 1-5', TimeZone: 'Asia/Shanghai', Parameters: { ChannelId: 'c', TemplateId: 't' } },
  redeliverEvent: {},
  previewLayout: {
    Parameters: EVERY_EXAMPLE,
    Participants: ['u'],
    LayoutId: 20_001,
    Layouts: [{ LayoutId: 20_001, Name: 'n', Panes: [{ PaneId: 0, X: 0, Y: 0, Width: 1, Height: 1 }] }],
  },
};

const OPERATIONS = listOperations();
const WITH_BODY = OPERATIONS.filter(({ body }) => body !== undefined);

const urlOf = ({ path }: Operation, id = 'some-id') =>
  path.replaceAll(/\{\w+\}/g, encodeURIComponent(id).replaceAll('.', '%2E'));

/** The value with each of its strings in turn replaced by `text`. */
function* replaceStrings(value: unknown, text: string): Generator<unknown> {
  if (typeof value === 'string') yield text;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    for (const replaced of replaceStrings(member, text)) {
      yield Array.isArray(value) ? value.with(Number(key), replaced) : { ...value, [key]: replaced };
    }
  }
}

const Stored = v.looseObject({ Parameters: v.looseObject({ UserPanes: v.unknown() }) });

describe('harmful requests', () => {
  let stack: TestStack;

  beforeAll(async () => {
    stack = await startTestStack();
  });

  afterAll(() => stack.close());

  const send = async (method: string, path: string, body?: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${stack.start.url}${path}`, {
      ...{ method, headers: { authorization: stack.authorization, 'content-type': 'application/json', ...headers } },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    return { status: response.status, text, Code: /(?:"Code":"|<Code>)([\w.]+)/.exec(text)?.[1] };
  };

  /** An RPC call, signed with the API key, in a form body. */
  const callRpc = async (Action: string, parameters: Readonly<Record<string, string>>, common = {}) => {
    const signed = { method: 'POST', accessKeySecret, common: { AccessKeyId, ...common } };
    const body = signPath(Action, parameters, signed).slice('/?'.length);
    return await send('POST', '/', body, { 'content-type': 'application/x-www-form-urlencoded' });
  };

  describe('with a text that is more than a text', () => {
    test.each(ENCODABLE)('%s is no id of a path', async (_name, text) => {
      for (const operation of OPERATIONS.filter(({ path }) => path.includes('{'))) {
        const body = operation.body === undefined ? undefined : JSON.stringify(BODIES[operation.operationId]);
        const { status } = await send(operation.method.toUpperCase(), urlOf(operation, text), body);
        expect([operation.operationId, status]).toEqual([operation.operationId, expect.toBeOneOf([400, 404])]);
      }
    });

    test.each(Object.entries(HARMFUL))('%s finds nothing in a query', async (_name, text) => {
      for (const operation of OPERATIONS.filter(({ method }) => method === 'get')) {
        const names = (operation.parameters ?? [])
          .filter((parameter) => parameter.in === 'query')
          .map(({ name }) => name);
        for (const name of [...names, text]) {
          const { status, text: answer } = await send(
            'GET',
            `${urlOf(operation)}?${new URLSearchParams({ [name]: text })}`,
          );
          const place = `${operation.operationId} ${name}`;
          expect([place, status]).toEqual([place, expect.toBeOneOf([200, 400, 404])]);
          if (status === 200 && names.includes(name)) expect(answer).toMatch(/:\[\]/);
        }
      }
    });

    test.each(Object.entries(HARMFUL))(
      '%s in any place of any body is refused or taken for a text',
      async (_name, text) => {
        for (const operation of WITH_BODY) {
          for (const body of replaceStrings(BODIES[operation.operationId], text)) {
            const answer = await send(operation.method.toUpperCase(), urlOf(operation), JSON.stringify(body));
            const place = `${operation.operationId} ${JSON.stringify(body)}`;
            expect([place, answer.status]).toEqual([place, expect.toBeOneOf([200, 201, 400, 404, 409])]);
          }
        }
      },
    );

    test.each(ENCODABLE)('%s is no parameter of the drop-in', async (_name, text) => {
      const names = ['AppId', 'ChannelId', 'TaskId', 'TemplateId', 'SubSpecUsers.1', text, `UserPanes.1.${text}`];
      for (const Action of RPC_ACTIONS.keys()) {
        for (const name of names) {
          const parameters = { AppId: LOCAL_APP_ID, TaskId: 'nobody', [name]: text };
          const answer = await callRpc(Action, parameters, { Format: 'XML' });
          // DescribeRecordFiles leaves all but the AppId to RTC, which refuses it or, being asked too often, puts off.
          const refused = Action === 'DescribeRecordFiles' ? [400, 404, 502, 503] : [400, 404];
          expect([Action, name, answer.status]).toEqual([Action, name, expect.toBeOneOf(refused)]);
          expect(parseXml(answer.text.replace(/^<\?xml.*?\?>/, '')).name).toBe('Error');
        }
      }
    });

    test.each(Object.entries(HARMFUL))('%s in a callback is refused or taken for a text', async (_name, text) => {
      const file = {
        ...{ AppId: LOCAL_APP_ID, ChannelId: 'c', TaskId: 't', Event: 'FileCreated', MsgId: 'm' },
        ...{ StartTime: '2026-11-22T10:00:00Z', StopTime: '2026-11-22T10:30:00Z', Url: 'http://oss.example/1.m3u8' },
      };
      for (const body of replaceStrings(file, text)) {
        const response = await fetch(stack.callbackUrl, { method: 'POST', body: JSON.stringify(body) });
        expect([body, response.status]).toEqual([body, 200]);
        await response.arrayBuffer();
      }
    });

    test('a text comes back as it was sent', async () => {
      const texts = ['a statement', 'an element', 'an attribute', 'a template'].map((name) => HARMFUL[name]);
      const UserPanes = texts.map((Text, PaneId) => ({ PaneId, Texts: [{ Text }] }));
      const start = { ChannelId: 'c', TaskId: 'texts', TemplateId: 't', UserPanes };
      expect((await stack.call('POST', '/record-tasks', start)).status).toBe(201);
      const { body } = await stack.call('GET', '/record-tasks/texts');
      expect(v.parse(Stored, body).Parameters.UserPanes).toEqual(UserPanes);
      expect(stack.rtc.requests().at(-1)?.parameters).toMatchObject({ UserPanes });
    });

    test('a text in a picture is a text', async () => {
      const Text = Object.values(HARMFUL)
        .join('')
        .replaceAll(/[\p{Cc}\p{Cs}]/gu, '');
      const UserPanes = [
        { PaneId: 0, UserId: 'u', Texts: [{ Text }], Images: [{ Url: 'https://a.example/?<script>"' }] },
      ];
      const { status, text } = await send(
        ...(['POST', '/layout-previews', JSON.stringify({ Parameters: { LayoutIds: [1], UserPanes } })] as const),
      );
      expect(status).toBe(200);
      const names = (element: XmlElement): string[] => [
        element.name,
        ...element.attributes.keys(),
        ...element.children.flatMap((child) => (typeof child === 'string' ? [] : names(child))),
      ];
      expect(
        names(parseXml(text)).filter((name) => /^(on|href|script|image|foreignObject|style|a$)/i.test(name)),
      ).toEqual([]);
    });

    test('a host that is markup stays a text in the drop-in’s answer', async () => {
      const host = `${MARK}<b>"&`;
      const answer = await new Promise<string>((resolve, reject) => {
        const request = sendRequest(
          { host: '127.0.0.1', port: stack.start.port, path: '/?Action=StartRecordTask', headers: { host } },
          async (response) => resolve(Buffer.concat(await response.toArray()).toString()),
        );
        request.on('error', reject).end();
      });
      const error = parseXml(answer.replace(/^<\?xml.*?\?>/, ''));
      expect(error.children).toContainEqual({ name: 'HostId', attributes: new Map(), children: [host] });
    });
  });

  describe('with names of JavaScript’s own', () => {
    test.each(INHERITED)('%s is an unknown key in every body', async (name) => {
      const inherited = `${JSON.stringify(name)}:{"ChannelId":"c","TemplateId":"t","Enabled":false,"LayoutId":1,"dryRun":"true"}`;
      for (const operation of WITH_BODY.filter(({ operationId }) => operationId !== 'redeliverEvent')) {
        const answer = await send(operation.method.toUpperCase(), urlOf(operation), `{${inherited}}`);
        expect([operation.operationId, answer.status]).toEqual([operation.operationId, expect.toBeOneOf([400, 404])]);
      }
      const { body } = await stack.call('POST', '/record-tasks?dryRun=true', `{${inherited},"TaskId":"x"}`);
      expect(body.Issues?.map(({ Path, Rule }) => `${Path} ${Rule}`)).toEqual(
        expect.arrayContaining(['ChannelId required', 'TemplateId required', `${name} unknown`]),
      );
    });

    test.each(INHERITED)('%s is no parameter of the drop-in, at no depth', async (name) => {
      const good = { AppId: LOCAL_APP_ID, ChannelId: 'c', TaskId: 'inherited', TemplateId: 't' };
      for (const path of [`${name}.AppId`, `UserPanes.${name}.X`, `UserPanes.1.${name}.PaneId`, `LayoutIds.${name}`]) {
        const answer = await callRpc('StartRecordTask', { ...good, [path]: '1' });
        expect([path, answer.status]).toEqual([path, 400]);
      }
    });

    test.each(INHERITED)('%s names no Action, no route and no filter', async (name) => {
      expect(await callRpc(name, {})).toMatchObject({ status: 404, Code: 'InvalidAction.NotFound' });
      expect(await send('GET', `/${name}`)).toMatchObject({ status: 404 });
      expect(await send('GET', `/console/${name}`)).toMatchObject({ status: 404 });
      expect(await send('GET', `/record-tasks?State=${name}`)).toMatchObject({ status: 400 });
    });
  });

  describe('too large', () => {
    const HEAVY = {
      'lists, 500,000 deep': `${'['.repeat(500_000)}${']'.repeat(500_000)}`,
      'objects, 70,000 deep': `${'{"UserPanes":'.repeat(70_000)}1${'}'.repeat(70_000)}`,
      'a list of 500,000': `{"LayoutIds":[${'1,'.repeat(499_999)}1]}`,
      '90,000 unknown names': `{${Array.from({ length: 90_000 }, (_, index) => `"k${index}":0`).join()}}`,
      'a name of a million characters': `{"${'k'.repeat(1_000_000)}":0}`,
      'a text of a million characters': `{"ChannelId":"${'c'.repeat(1_000_000)}"}`,
      'a number of a million digits': `{"MediaEncode":${'9'.repeat(1_000_000)}}`,
    } as const;

    test.each(Object.entries(HEAVY))('%s: refused soon and briefly by every route', async (_name, body) => {
      for (const operation of WITH_BODY.filter(({ operationId }) => operationId !== 'redeliverEvent')) {
        const startedAtMs = performance.now();
        const { status, text } = await send(operation.method.toUpperCase(), urlOf(operation), body);
        expect([operation.operationId, status]).toEqual([operation.operationId, expect.toBeOneOf([400, 404])]);
        expect(performance.now() - startedAtMs).toBeLessThan(2_000);
        expect(text.length).toBeLessThan(100_000);
      }
    });

    test.each(Object.entries(HEAVY))('%s: a dead letter of the callback function', async (_name, body) => {
      expect((await fetch(stack.callbackUrl, { method: 'POST', body })).status).toBe(200);
    });

    test('a message of a queue nested too deeply does not keep its neighbours', async () => {
      const nested: unknown = JSON.parse(HEAVY['lists, 500,000 deep']);
      // What can be written as JSON reaches the function as bytes.
      const good = {
        ...{ AppId: LOCAL_APP_ID, ChannelId: 'c', TaskId: 'neighbour', Event: 'FileCreated' },
        ...{ StartTime: '2026-11-22T10:00:00Z', StopTime: '2026-11-22T10:30:00Z', Url: 'http://oss.example/2.m3u8' },
      };
      expect(() => JSON.stringify(nested)).toThrow(RangeError);
      const batch = `[{"data":{"messageBody":${HEAVY['lists, 500,000 deep']}}},${JSON.stringify(good)}]`;
      expect(await stack.callback.invoke(Buffer.from(batch))).toMatchObject({ outcome: 'returned' });
      const stored = await stack.database.query(`select url from files where task_id = 'neighbour'`, []);
      expect(stored).toHaveLength(1);
    });

    test('a body of 1 MiB is read, one byte more is not', async () => {
      for (const operation of WITH_BODY.filter(({ operationId }) => operationId !== 'redeliverEvent')) {
        const body = (bytes: number) => `{"nothing":0}${' '.repeat(bytes - '{"nothing":0}'.length)}`;
        const method = operation.method.toUpperCase();
        expect((await send(method, urlOf(operation), body(MAX_BODY_BYTES))).Code).not.toBe('BodyTooLarge');
        expect(await send(method, urlOf(operation), body(MAX_BODY_BYTES + 1))).toMatchObject({
          ...{ status: 413, Code: 'BodyTooLarge' },
        });
      }
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const rpc = await send('POST', '/', `Action=StartRecordTask&Format=JSON&x=${'x'.repeat(MAX_BODY_BYTES)}`, form);
      expect(rpc).toMatchObject({ status: 413, Code: 'BodyTooLarge' });
    });

    test('headers of 8 KB and a path of 4 KB reach neither function', async () => {
      const urls = [`${stack.start.url}/healthz`, stack.callbackUrl];
      for (const url of urls) {
        const headers = { 'x-long': 'x'.repeat(8_192) };
        const method = url === stack.callbackUrl ? 'POST' : 'GET';
        for (const [target, init] of [
          [url, { headers }],
          [`${url}?${'x'.repeat(4_096)}`, {}],
        ] as const) {
          const response = await fetch(target, { method, ...init });
          expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('InvalidArgument')]);
        }
      }
    });

    test('more parameters than any request has are not counted to their end', async () => {
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const many = 'a&'.repeat(500_000);
      const startedAtMs = performance.now();
      expect(await send('POST', '/', many, form)).toMatchObject({ status: 400, Code: 'MalformedRequest' });
      expect(performance.now() - startedAtMs).toBeLessThan(1_000);
      const query = Array.from({ length: 1_000 }, (_, index) => `${index.toString(36)}=`).join('&');
      expect((await send('GET', `/record-tasks?${query}`)).status).toBe(400);
    });

    test.each([
      ...['LayoutIds.999999999', 'LayoutIds.99999999999999999999', 'LayoutIds.1e9', 'LayoutIds.-1', 'LayoutIds.0'],
      ...['UserPanes.2147483648.PaneId', 'UserPanes.1.Texts.4294967295.Text', 'SubSpecUsers.010', 'LayoutIds.1.1.1'],
      ...[`UserPanes${'.1'.repeat(1_500)}`, `UserPanes.1${'.Texts.1'.repeat(400)}.Text`, '.'.repeat(1_000)],
    ])('the name %s is refused soon', async (name) => {
      const startedAtMs = performance.now();
      const good = { AppId: LOCAL_APP_ID, ChannelId: 'c', TaskId: 'names', TemplateId: 't' };
      expect(await callRpc('StartRecordTask', { ...good, [name]: '1' })).toMatchObject({ status: 400 });
      expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    });
  });

  describe('leave', () => {
    test('every table, and every statement as it was', async () => {
      const tables = await stack.database.query(
        `select table_name from information_schema.tables where table_schema = current_schema()`,
        [],
      );
      expect(tables.length).toBeGreaterThan(7);
      expect((await stack.call('GET', '/record-tasks/texts')).status).toBe(200);
      const failed = stack.log.filter((line) => line.includes('InternalError'));
      expect(failed).toEqual([]);
    });

    test('no value in a header of an answer', () => {
      const values = stack.answers.flatMap(({ headers }) => Object.entries(headers).flat());
      expect(values.length).toBeGreaterThan(1_000);
      expect(values.filter((value) => value.includes(MARK) || !/^[ -~]*$/.test(value))).toEqual([]);
      expect(stack.answers.filter(({ headers }) => 'Set-Cookie' in headers)).toEqual([]);
    });

    test('one JSON object a line in the log, without control characters and without a value but of ids', () => {
      const lines = stack.log.map((line) => v.parse(v.record(v.string(), v.unknown()), JSON.parse(line)));
      expect(lines.length).toBeGreaterThan(1_000);
      expect(stack.log.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
      expect(lines.filter(({ event }) => event === 'forged')).toEqual([]);
      const marked = lines.flatMap((line) => Object.entries(line).filter(([, value]) => String(value).includes(MARK)));
      expect([...new Set(marked.map(([name]) => name))].toSorted()).toEqual(['TaskId']);
    });
  });
});
