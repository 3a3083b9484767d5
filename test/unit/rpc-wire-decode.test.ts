import { describe, expect, it } from 'vitest';
import { RecorderError } from '../../shared/errors.ts';
import { decodeRpcRequest, type RpcHttpRequest } from '../../shared/rpc-wire/decode-rpc-request.ts';

const FORM = ['Content-Type', 'application/x-www-form-urlencoded'] as const;
const ACS3 = ['Authorization', 'ACS3-HMAC-SHA256 Credential=testid,SignedHeaders=host,Signature=00'] as const;

function decode({
  method = 'POST',
  path = '/',
  headers = [],
  body = '',
}: Partial<Omit<RpcHttpRequest, 'body'>> & { body?: string }) {
  return decodeRpcRequest({ method, path, headers, body: Buffer.from(body) });
}

function catchCode(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof RecorderError) return error.code;
  }
  return 'nothing';
}

describe('decodeRpcRequest', () => {
  it('reads V1 from the query', () => {
    const request = decode({
      method: 'GET',
      path: '/?Action=StartRecordTask&Version=2018-01-11&AppId=a&UserPanes.1.PaneId=0',
    });
    expect(request).toMatchObject({
      scheme: 'V1',
      path: '/',
      Action: 'StartRecordTask',
      Version: '2018-01-11',
      parameters: [
        ['AppId', 'a'],
        ['UserPanes.1.PaneId', '0'],
      ],
    });
  });

  it('reads V1 from a form body and V1 split between both', () => {
    expect(decode({ headers: [FORM], body: 'Action=StopRecordTask&AppId=a' })).toMatchObject({
      Action: 'StopRecordTask',
      query: [],
      form: [
        ['Action', 'StopRecordTask'],
        ['AppId', 'a'],
      ],
      parameters: [['AppId', 'a']],
    });
    expect(decode({ path: '/?Action=StopRecordTask&AppId=a', headers: [FORM], body: 'TaskId=t' })).toMatchObject({
      Action: 'StopRecordTask',
      parameters: [
        ['AppId', 'a'],
        ['TaskId', 't'],
      ],
    });
  });

  it('reads action and version of V3 from the headers alone', () => {
    const headers = [ACS3, ['X-Acs-Action', 'StopRecordTask'], ['x-acs-version', '2018-01-11']] as const;
    expect(decode({ path: '/?Action=Other&Version=1&AppId=a', headers })).toMatchObject({
      scheme: 'ACS3',
      Action: 'StopRecordTask',
      Version: '2018-01-11',
      parameters: [['AppId', 'a']],
    });
  });

  it('reads action and version of V1 from the parameters alone', () => {
    const headers = [['x-acs-action', 'startRecordTask']] as const;
    expect(decode({ path: '/?Action=StartRecordTask', headers })).toMatchObject({
      Action: 'StartRecordTask',
      Version: '',
    });
  });

  it('reads a plus sign as a space, in query and form', () => {
    const request = decode({ path: '/?Text=a+b%2Bc%20d', headers: [FORM], body: 'Name=e+f' });
    expect(request.parameters).toEqual([
      ['Text', 'a b+c d'],
      ['Name', 'e f'],
    ]);
  });

  it('keeps order, repeated names and empty values', () => {
    expect(decode({ path: '/?B=2&A=&B=1&C' }).parameters).toEqual([
      ['B', '2'],
      ['A', ''],
      ['B', '1'],
      ['C', ''],
    ]);
  });

  it('reads names and values that are no valid percent-encoding, without throwing', () => {
    expect(decode({ path: '/??A=100%&B=%E4%BD&%zz=1' }).parameters).toEqual([
      ['?A', '100%'],
      ['B', '\ufffd'],
      ['%zz', '1'],
    ]);
  });

  it('leaves the parameters of the gateway out of the operation’s', () => {
    const names = [
      'AccessKeyId',
      'Action',
      'Format',
      'OwnerId',
      'RegionId',
      'SecurityToken',
      'Signature',
      'SignatureMethod',
      'SignatureNonce',
      'SignatureType',
      'SignatureVersion',
      'Timestamp',
      'Version',
    ];
    const request = decode({ path: `/?${names.map((name) => `${name}=x`).join('&')}&AppId=a` });
    expect(request.parameters).toEqual([['AppId', 'a']]);
    expect(request.query).toHaveLength(14);
  });

  it('reads no parameters from a body that is not a form', () => {
    const request = decode({ headers: [['content-type', 'application/json']], body: 'AppId=a' });
    expect(request.parameters).toEqual([]);
    expect(Buffer.from(request.body).toString()).toBe('AppId=a');
  });

  it.each([
    ['application/x-www-form-urlencoded; charset=utf-8', 1],
    ['Application/X-WWW-Form-Urlencoded', 1],
    ['application/x-www-form-urlencodedness', 0],
  ])('finds in a body of type %s %i parameter(s)', (type, count) => {
    expect(decode({ headers: [['content-type', type]], body: 'AppId=a' }).parameters).toHaveLength(count);
  });

  it.each([
    ['', 'XML'],
    ['?Format=JSON', 'JSON'],
    ['?Format=json', 'JSON'],
    ['?Format=XML', 'XML'],
    ['?Format=', 'XML'],
  ])('answers V1 with the query %j in %s', (query, Format) => {
    expect(decode({ path: `/${query}`, headers: [['accept', 'application/json']] }).Format).toBe(Format);
  });

  it.each([
    ['application/json', 'JSON'],
    ['application/xml', 'XML'],
    ['text/xml, application/json', 'JSON'],
    ['*/*', 'JSON'],
    ['', 'JSON'],
  ])('answers V3 that accepts %j in %s', (accept, Format) => {
    expect(decode({ path: '/?Format=XML', headers: [ACS3, ['accept', accept]] }).Format).toBe(Format);
  });

  it('reads 10,000 parameters and refuses one more, wherever they are', () => {
    const list = (count: number) => Array.from({ length: count }, (_, index) => `P.${index}=`).join('&');
    expect(decode({ path: `/?${list(10_000)}` }).parameters).toHaveLength(10_000);
    expect(catchCode(() => decode({ path: `/?${list(10_001)}` }))).toBe('MalformedRequest');
    expect(catchCode(() => decode({ path: `/?${list(5001)}`, headers: [FORM], body: list(5000) }))).toBe(
      'MalformedRequest',
    );
  });

  it('refuses an action or version of more than 128 characters', () => {
    expect(decode({ path: `/?Action=${'A'.repeat(128)}` }).Action).toHaveLength(128);
    expect(catchCode(() => decode({ path: `/?Action=${'A'.repeat(129)}` }))).toBe('MalformedRequest');
    const headers = [ACS3, ['x-acs-version', 'v'.repeat(129)]] as const;
    expect(catchCode(() => decode({ headers }))).toBe('MalformedRequest');
  });
});
