import { describe, expect, it } from 'vitest';
import { formatRpcAnswer, formatRpcError } from '../../shared/rpc-wire/format-rpc-answer.ts';

const REQUEST_ID = '760bad53276431c499e30dc36f6b****';

describe('formatRpcAnswer', () => {
  it('answers JSON as the sample of StartRecordTask does', () => {
    expect(formatRpcAnswer({ Format: 'JSON', Action: 'StartRecordTask', RequestId: REQUEST_ID })).toEqual({
      contentType: 'application/json;charset=utf-8',
      body: '{"RequestId":"760bad53276431c499e30dc36f6b****"}',
    });
  });

  it('answers XML under the name of the action', () => {
    expect(formatRpcAnswer({ Format: 'XML', Action: 'StartRecordTask', RequestId: REQUEST_ID })).toEqual({
      contentType: 'text/xml;charset=utf-8',
      body: '<?xml version="1.0" encoding="UTF-8"?><StartRecordTaskResponse><RequestId>760bad53276431c499e30dc36f6b****</RequestId></StartRecordTaskResponse>',
    });
  });

  // The names and values are those of the page's sample, its first two files shortened.
  it('repeats the name of a list for each item, as the sample of DescribeRecordFiles does', () => {
    const body = {
      TotalNum: 3,
      RecordFiles: [
        { TaskId: '11-17-online', Duration: 1482.29 },
        { TaskId: '11-17-online', Duration: 1800.01 },
      ],
    };
    expect(formatRpcAnswer({ Format: 'XML', Action: 'DescribeRecordFiles', RequestId: 'A', body }).body).toContain(
      '<TotalNum>3</TotalNum>' +
        '<RecordFiles><TaskId>11-17-online</TaskId><Duration>1482.29</Duration></RecordFiles>' +
        '<RecordFiles><TaskId>11-17-online</TaskId><Duration>1800.01</Duration></RecordFiles>' +
        '</DescribeRecordFilesResponse>',
    );
  });

  it('leaves out what is undefined and an empty list', () => {
    const body = { NextToken: undefined, RecordFiles: [] };
    expect(formatRpcAnswer({ Format: 'XML', Action: 'A', RequestId: '1', body }).body).toMatch(
      /<AResponse><RequestId>1<\/RequestId><\/AResponse>$/,
    );
    expect(formatRpcAnswer({ Format: 'JSON', Action: 'A', RequestId: '1', body }).body).toBe(
      '{"RequestId":"1","RecordFiles":[]}',
    );
  });

  it('escapes XML and replaces what XML cannot hold', () => {
    const body = {
      Text: `<a b="c" d='e'>&amp;</a>`,
      Control: 'a\u0000b\u001bc\uffff',
      Half: '\ud800x',
      Whole: '你好 😀\t\n',
    };
    expect(formatRpcAnswer({ Format: 'XML', Action: 'A', RequestId: '1', body }).body).toContain(
      '<Text>&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;&lt;/a&gt;</Text>' +
        '<Control>a\ufffdb\ufffdc\ufffd</Control><Half>\ufffdx</Half><Whole>你好 😀\t\n</Whole>',
    );
  });

  it.each(['A><B', '1A', 'A B'])('refuses to put the action %j into XML', (Action) => {
    expect(() => formatRpcAnswer({ Format: 'XML', Action, RequestId: '1' })).toThrow(TypeError);
  });
});

describe('formatRpcError', () => {
  const error = {
    RequestId: '8906582E-6722-409A-A6C4-0E7863B733A5',
    HostId: 'rtc.aliyuncs.com',
    Code: 'UnsupportedOperation',
    Message: 'The specified action is not supported.',
  };

  // Both bodies are those of https://help.aliyun.com/document_detail/48054.html, with RTC's host.
  it('answers the page’s JSON', () => {
    expect(formatRpcError({ Format: 'JSON', ...error })).toEqual({
      contentType: 'application/json;charset=utf-8',
      body: '{"RequestId":"8906582E-6722-409A-A6C4-0E7863B733A5","HostId":"rtc.aliyuncs.com","Code":"UnsupportedOperation","Message":"The specified action is not supported."}',
    });
  });

  it('answers the page’s XML', () => {
    expect(formatRpcError({ Format: 'XML', ...error })).toEqual({
      contentType: 'text/xml;charset=utf-8',
      body: '<?xml version="1.0" encoding="UTF-8"?><Error><RequestId>8906582E-6722-409A-A6C4-0E7863B733A5</RequestId><HostId>rtc.aliyuncs.com</HostId><Code>UnsupportedOperation</Code><Message>The specified action is not supported.</Message></Error>',
    });
  });
});
