import { describe, expect, it } from 'vitest';
import {
  createOssCanonicalRequest,
  createOssSignature,
  createOssStringToSign,
  encodeOssKey,
} from '../../../shared/signing/oss-v4.ts';

const SCOPE = { date: '20231217T025437Z', region: 'cn-hangzhou' };

/**
 * Known answers of the vendor's own clients, the same in alibabacloud-oss-go-sdk-v2 (signer_v4_test.go, TestV4AuthQuery and
 * TestV4AuthQueryToken), -php-sdk-v2, -cpp and -csharp: a PUT with headers, so that the canonical request is written out.
 */
function createVendorRequest({ query, date }: { readonly query: string; readonly date: string }): string {
  return [
    'PUT',
    '/bucket/1234%2B-/123/1.txt',
    `%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2&x-oss-credential=ak%2F20231217%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=${date}&x-oss-expires=599&${query}x-oss-signature-version=OSS4-HMAC-SHA256`,
    'content-type:application/octet-stream\nx-oss-head1:value\n',
    '',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
}

describe('createOssSignature', () => {
  it.each([
    ['20231217T025437Z', '', 'a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe'],
    [
      '20231217T035628Z',
      'x-oss-security-token=token&',
      '3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5',
    ],
  ])('gives the known answer for %s with %j', (date, query, signature) => {
    const scope = { ...SCOPE, date };
    const stringToSign = createOssStringToSign(createVendorRequest({ query, date }), scope);
    expect(createOssSignature('sk', scope, stringToSign)).toBe(signature);
  });

  it('depends on the secret, the day and the region', () => {
    const signatures = [
      createOssSignature('sk', SCOPE, 'text'),
      createOssSignature('sl', SCOPE, 'text'),
      createOssSignature('sk', { ...SCOPE, date: '20231218T025437Z' }, 'text'),
      createOssSignature('sk', { ...SCOPE, region: 'cn-shanghai' }, 'text'),
    ];
    expect(new Set(signatures).size).toBe(4);
  });
});

describe('createOssStringToSign', () => {
  it('has algorithm, date, scope and hash, a line each', () => {
    expect(createOssStringToSign('', SCOPE)).toBe(
      'OSS4-HMAC-SHA256\n20231217T025437Z\n20231217/cn-hangzhou/oss/aliyun_v4_request\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });
});

describe('createOssCanonicalRequest', () => {
  it('encodes the name except for its slashes, and the parameters in their order', () => {
    const object = { bucket: 'bucket', region: 'cn-hangzhou', key: 'a b/你+.mp4' };
    expect(
      createOssCanonicalRequest(object, [
        ['x-oss-process', 'hls/sign'],
        ['versionId', '1 2'],
      ]),
    ).toBe('GET\n/bucket/a%20b/%E4%BD%A0%2B.mp4\nversionId=1%202&x-oss-process=hls%2Fsign\n\n\nUNSIGNED-PAYLOAD');
  });
});

describe('encodeOssKey', () => {
  it('leaves slashes and unreserved characters', () => {
    expect(encodeOssKey("record/A-z_0.9~/it's 100%")).toBe('record/A-z_0.9~/it%27s%20100%25');
  });
});
