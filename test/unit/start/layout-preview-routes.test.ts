import { describe, expect, test } from 'vitest';
import { RecorderError } from '../../../shared/errors.ts';
import { callRest } from '../../support/rest.ts';
import { parseXml, readText } from '../../support/xml.ts';

const call = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  callRest({ method: 'POST', path: '/layout-previews', body, headers });

async function readFault(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<RecorderError> {
  try {
    await call(body, headers);
  } catch (error) {
    if (error instanceof RecorderError) return error;
    throw error;
  }
  throw new Error('The request was accepted.');
}

const REQUEST = {
  Parameters: {
    ...{ MediaEncode: 20, LayoutIds: [2], SubSpecUsers: ['pupil'] },
    UserPanes: [{ PaneId: 1, UserId: 'teacher' }],
  },
  Participants: ['pupil', 'teacher'],
};

describe('POST /layout-previews', () => {
  test('answers an SVG document that may load and run nothing', async () => {
    const { statusCode, headers, body } = await call(REQUEST);
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      vary: 'accept',
    });
    const picture = parseXml(body);
    expect([picture.name, picture.attributes.get('xmlns')]).toEqual(['svg', 'http://www.w3.org/2000/svg']);
    expect(readText(picture)).toContain('UserPanes[0].UserId is not in SubSpecUsers');
  });

  test('answers geometry and findings as JSON', async () => {
    const { headers, body } = await call(REQUEST, { Accept: 'application/json' });
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', vary: 'accept' });
    expect(JSON.parse(body)).toMatchObject({
      RequestId: 'R1',
      Geometry: {
        ...{ Kind: 'mixed', Canvas: { WidthPx: 1280, HeightPx: 720, MediaEncode: 20 }, LayoutId: 2 },
        Panes: [
          { PaneId: 0, LeftPx: 2.69, TopPx: 181.15, WidthPx: 635.9, HeightPx: 357.7, ShownUserId: 'pupil' },
          { PaneId: 1, UserId: 'teacher', Occupancy: 'empty' },
        ],
        HiddenUserIds: ['teacher'],
      },
      Issues: [],
      Warnings: [
        {
          Path: 'Parameters.UserPanes[0].UserId',
          Parameter: 'UserPanes.1.UserId',
          Rule: 'PaneUserNotSubscribed',
        },
      ],
      Unchecked: expect.arrayContaining([expect.objectContaining({ Rule: 'PanesBeyondInputs' })]),
    });
  });

  test('draws what would be refused, and says why', async () => {
    const request = { Parameters: { LayoutIds: [2, 3] } };
    const { statusCode, body } = await call(request, { Accept: 'application/json' });
    expect(statusCode).toBe(200);
    expect(JSON.parse(body).Issues).toMatchObject([{ Path: 'Parameters.LayoutIds[1]', Rule: 'SamePaneCount' }]);
    expect((await call(request)).body).toContain('LayoutIds[1] has as many panes as LayoutIds[0].');
  });

  test('lets the rules know the layouts that are passed', async () => {
    const Panes = [0, 1, 2].map((PaneId) => ({ PaneId, X: 0, Y: 0, Width: 1, Height: 1 }));
    const request = {
      Parameters: { TaskProfile: '2IN_720P', LayoutIds: [20_001] },
      Layouts: [{ LayoutId: 20_001, Panes }],
    };
    const { body } = await call(request, { Accept: 'application/json' });
    expect(JSON.parse(body).Issues).toMatchObject([{ Rule: 'PanesBeyondInputs' }]);
  });

  test.each([
    [{}, 'svg'],
    [{ Accept: '*/*' }, 'svg'],
    [{ Accept: 'text/html,image/svg+xml,application/json' }, 'svg'],
    [{ Accept: 'application/json' }, 'json'],
    [{ accept: 'Application/JSON;q=0.9, */*' }, 'json'],
    [{ Accept: 'application/json, image/svg+xml' }, 'json'],
  ])('answers %j with %s', async (accept, kind) => {
    const { headers } = await call({}, accept);
    expect(headers['content-type']).toContain(kind);
  });

  test('names every fault, values and structure', async () => {
    const fault = await readFault({
      Parameters: { MediaEncode: 21, UserPanes: [{ Texts: [{ FontSize: 73 }] }] },
      Participants: 0,
      LayoutId: 12,
    });
    expect([fault.status, fault.code]).toEqual([400, 'InvalidMediaEncode.Malformed']);
    expect(fault.issues.map(({ Path }) => Path)).toEqual([
      ...['Parameters.MediaEncode', 'Parameters.UserPanes[0].Texts[0].FontSize', 'Participants'],
    ]);
  });

  test('is behind the same door as every other route', async () => {
    expect((await readFault({}, { Authorization: 'Basic eDp5' })).code).toBe('Unauthorized');
    expect((await readFault({}, { 'Content-Type': 'text/plain' })).code).toBe('UnsupportedMediaType');
    expect((await readFault({}, { 'Sec-Fetch-Site': 'cross-site' })).code).toBe('CrossSiteRequest');
  });
});
