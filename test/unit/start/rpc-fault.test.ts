import { describe, expect, test } from 'vitest';
import { toRpcFault } from '../../../functions/start/rpc-fault.ts';
import { type ErrorCode, RecorderError } from '../../../shared/errors.ts';
import { createIssue, createParameterError } from '../../../shared/record-task/check.ts';

describe('toRpcFault', () => {
  test.each<[ErrorCode, number, string]>([
    ['TaskExisted', 200, 'TaskExisted'],
    ['StartUnanswered', 503, 'ServiceUnavailable'],
    ['ServiceUnavailable', 503, 'ServiceUnavailable'],
    ['NotMigrated', 503, 'ServiceUnavailable'],
    ['Misconfigured', 500, 'InternalError'],
    ['TaskNotRunning', 404, 'InvalidTask.NotFound'],
    ['TaskNotUpdatable', 400, 'UnsupportedOperation'],
    ['TaskExternal', 400, 'UnsupportedOperation'],
    ['SignatureDoesNotMatch', 400, 'SignatureDoesNotMatch'],
    ['InvalidAction.NotFound', 404, 'InvalidAction.NotFound'],
    ['UnsupportedHTTPMethod', 400, 'UnsupportedHTTPMethod'],
  ])('answers %s with %i %s', (code, status, Code) => {
    expect(toRpcFault(new RecorderError(code))).toMatchObject({ status, Code });
  });

  test('says nothing about the configuration or the database', () => {
    const misconfigured = new RecorderError('Misconfigured', { message: 'Missing variable: API_KEYS' });
    expect(toRpcFault(misconfigured).Message).not.toContain('API_KEYS');
    expect(toRpcFault(new RecorderError('NotMigrated')).Message).not.toContain('schema');
  });

  test('words a missing parameter as the gateway does', () => {
    const error = createParameterError([createIssue(['TemplateId'], 'required', 'a text')]);
    expect(toRpcFault(error)).toEqual({
      status: 400,
      Code: 'MissingTemplateId',
      Message: 'TemplateId is mandatory for this action.',
    });
  });

  test('names every fault by its RPC parameter, the first in the code', () => {
    const error = createParameterError([
      createIssue(['MediaEncode'], 'enum', 'one of 20, 30'),
      createIssue(['UserPanes', 0, 'PaneId'], 'range', 'an integer from 0 to 15'),
    ]);
    expect(toRpcFault(error)).toEqual({
      status: 400,
      Code: 'InvalidMediaEncode.Malformed',
      Message:
        'Specified parameter MediaEncode is not valid: MediaEncode must be one of 20, 30. ' +
        'Specified parameter UserPanes.1.PaneId is not valid: UserPanes[0].PaneId must be an integer from 0 to 15.',
    });
  });

  test('describes ten faults and counts the rest', () => {
    const issues = Array.from({ length: 12 }, (_, index) => createIssue(['UserPanes', index], 'type', 'an object'));
    const { Message } = toRpcFault(createParameterError(issues));
    expect(Message).toContain('UserPanes.10 ');
    expect(Message).not.toContain('UserPanes.11');
    expect(Message).toMatch(/ \(and 2 more\)$/);
  });
});
