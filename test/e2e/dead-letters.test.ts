import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAnswerSchemas } from '../../functions/start/answer-schemas.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

const { DeadLetterList, DeadLetterDetail } = createAnswerSchemas();

const LETTERS = ['not JSON', '{"Event":"TaskStopped"}', '{"Event":"FileCreated","AppId":"yourAppId"}'];

describe('dead letters', () => {
  let stack: TestStack;

  const post = async (body: string) => {
    const response = await fetch(stack.callbackUrl, { method: 'POST', body });
    expect(response.status).toBe(200);
  };
  const list = async (query = '') => {
    const { status, body } = await stack.call('GET', `/dead-letters${query}`);
    expect(status).toBe(200);
    return v.parse(DeadLetterList, body);
  };

  beforeAll(async () => {
    stack = await startTestStack();
    for (const body of LETTERS) await post(body);
    await post(LETTERS[0] ?? '');
  });

  afterAll(() => stack.close());

  test('are listed newest first, page by page, without their bytes', async () => {
    const page1 = await list('?Limit=2');
    const page2 = await list(`?Limit=2&After=${page1.Next}`);
    expect([...page1.DeadLetters, ...page2.DeadLetters]).toMatchObject(
      LETTERS.toReversed().map((body) => ({
        DeadLetterId: createHash('sha256').update(body).digest('hex'),
        AppId: 'yourAppId',
        Source: 'http',
        Count: body === LETTERS[0] ? 2 : 1,
        Bytes: body.length,
      })),
    );
    expect(page2.Next).toBeUndefined();
    expect(JSON.stringify(page1)).not.toContain('TaskStopped');
  });

  test('are filtered by AppId', async () => {
    expect((await list('?AppId=nobody')).DeadLetters).toEqual([]);
    expect((await list('?AppId=yourAppId')).DeadLetters).toHaveLength(LETTERS.length);
  });

  test('are shown one by one with their bytes', async () => {
    const [newest] = (await list('?Limit=1')).DeadLetters;
    const { status, body } = await stack.call('GET', `/dead-letters/${newest?.DeadLetterId}`);
    const { BodyBase64, ...letter } = v.parse(DeadLetterDetail, body);
    expect([status, Buffer.from(BodyBase64, 'base64').toString()]).toEqual([200, LETTERS.at(-1)]);
    expect(letter).toMatchObject(newest ?? {});
  });

  test.each(['0'.repeat(64), 'x', '%00', "'; drop table dead_letters; --"])('%j is none', async (id) => {
    expect(await stack.call('GET', `/dead-letters/${encodeURIComponent(id)}`)).toMatchObject({
      status: 404,
      body: { Code: 'NotFound' },
    });
  });

  test('refuse a query they do not know', async () => {
    expect(await stack.call('GET', '/dead-letters?Reason=x&Limit=0')).toMatchObject({
      status: 400,
      body: { Issues: [{ Path: 'Limit' }, { Path: 'Reason' }] },
    });
  });
});
