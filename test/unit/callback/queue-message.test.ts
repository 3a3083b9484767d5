import { describe, expect, test } from 'vitest';
import { readQueueMessage } from '../../../functions/callback/queue-message.ts';

const FILE = { AppId: 'a', Event: 'FileCreated' };
const TEXT = JSON.stringify(FILE);
const BASE64 = Buffer.from(TEXT).toString('base64');

const read = (message: unknown) => Buffer.from(readQueueMessage(message)).toString();

describe('readQueueMessage', () => {
  test.each([
    ['a CloudEvent with the text', { specversion: '1.0', data: { messageBody: TEXT } }],
    ['a CloudEvent with base64', { specversion: '1.0', data: { messageBody: BASE64 } }],
    ['a CloudEvent with the object', { specversion: '1.0', data: { messageBody: FILE } }],
    ['raw data with the text', { messageId: 'm', messageBody: TEXT }],
    ['raw data with base64', { messageId: 'm', messageBody: BASE64 }],
    ['the text alone', TEXT],
    ['base64 alone', BASE64],
    ['the object alone', FILE],
  ])('finds the message in %s', (_name, message) => {
    expect(read(message)).toBe(TEXT);
  });

  test('keeps what is no JSON as it came', () => {
    expect(read({ data: { messageBody: 'TEST' } })).toBe('TEST');
  });

  test('takes a message nested deeper than the stack for none', () => {
    const messageBody: unknown = JSON.parse(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(read({ data: { messageBody } })).toBe('nested too deeply to be kept');
  });

  test.each([null, 1, [], {}])('turns %j into bytes', (message) => {
    expect(read(message)).toBe(JSON.stringify(message));
  });
});
