import { describe, expect, it } from 'vitest';
import type { Issue } from '../../../shared/errors.ts';
import { type LayoutScene, placeLayout } from '../../../shared/record-task/layout-geometry.ts';
import { drawLayoutPicture } from '../../../shared/record-task/layout-picture.ts';
import type { TaskParameters } from '../../../shared/record-task/rule.ts';
import { listElements, parseXml, readText, type XmlElement } from '../../support/xml.ts';

const RED = 255;
const BOX = { X: 0.25, Y: 0.25, Width: 0.5, Height: 0.5 };

function draw(parameters: TaskParameters, findings: readonly Issue[] = [], changes: Partial<LayoutScene> = {}) {
  const scene = { parameters, participants: undefined, customLayouts: [], layoutId: undefined, ...changes };
  return parseXml(drawLayoutPicture(placeLayout(scene), findings));
}

function createFinding(Path: string): Issue {
  return { Path, Parameter: Path, Rule: 'AnyRule', Message: `${Path} is to be seen.`, Accepted: 'anything else' };
}

const readTexts = (picture: XmlElement) =>
  listElements(picture)
    .filter(({ name }) => name === 'text')
    .map(readText);

const find = (picture: XmlElement, name: string, matches: (element: XmlElement) => boolean) =>
  listElements(picture).filter((element) => element.name === name && matches(element));

/** Centres of the discs on the canvas, which ends where the list of findings begins. */
function listMarkers(picture: XmlElement) {
  const heading = find(picture, 'text', (text) => readText(text).startsWith('Findings'))[0];
  const end = Number(heading?.attributes.get('y'));
  return find(
    picture,
    'circle',
    ({ attributes }) => attributes.get('r') === '10' && Number(attributes.get('cy')) < end,
  ).map(({ attributes }) => [Number(attributes.get('cx')), Number(attributes.get('cy'))]);
}

describe('drawLayoutPicture', () => {
  it('has a title and a description for those who do not see it', () => {
    const picture = draw({ LayoutIds: [2], UserPanes: [{ PaneId: 1, UserId: 'teacher' }] }, [
      createFinding('LayoutIds'),
    ]);
    const labels = picture.attributes.get('aria-labelledby')?.split(' ');
    expect(picture.attributes.get('role')).toBe('img');
    const [title, desc] = picture.children.filter((child) => typeof child === 'object');
    expect([title?.attributes.get('id'), desc?.attributes.get('id')]).toEqual(labels);
    expect(title && readText(title)).toBe('Layout 2, side-by-side 1');
    expect(desc && readText(desc)).toContain('Pane 1: teacher, 0 images and 0 texts.');
    expect(desc && readText(desc)).toContain('Finding 1: LayoutIds is to be seen.');
  });

  it('names the users, their panes and what they show', () => {
    const UserPanes = [{ PaneId: 0, UserId: 'teacher', SourceType: 'shareScreen' as const }];
    const texts = readTexts(draw({ LayoutIds: [2], UserPanes }));
    expect(texts).toEqual(expect.arrayContaining(['teacher', 'pane 0 · screen', 'participant 2', 'pane 1 · camera']));
  });

  it('says whose place another participant has taken', () => {
    const UserPanes = [{ PaneId: 0, UserId: 'teacher' }];
    const texts = readTexts(draw({ LayoutIds: [1], UserPanes }, [], { participants: ['pupil'] }));
    expect(texts).toEqual(expect.arrayContaining(['pupil', 'instead of teacher']));
  });

  it('draws a text at its place, in its size and colour', () => {
    const Texts = [{ Text: '王芳', X: 0.5, Y: 0.5, FontSize: 40, FontColor: RED }];
    const picture = draw({ MediaEncode: 30, LayoutIds: [1], UserPanes: [{ PaneId: 0, Texts }] });
    const [text] = find(picture, 'text', (element) => readText(element) === '王芳');
    // 1920×1080 is drawn half as large.
    expect(Object.fromEntries(text?.attributes ?? [])).toMatchObject({ x: '480', 'font-size': '20', fill: '#ff0000' });
    expect(Number(text?.attributes.get('y'))).toBeGreaterThan(270);
    expect(Number(text?.attributes.get('y'))).toBeLessThan(290);
  });

  it('names a text that is too small to be read', () => {
    const UserPanes = [{ PaneId: 0, Texts: [{ Text: 't', X: 0, Y: 0, FontSize: 1 }] }];
    expect(readTexts(draw({ UserPanes }))).toContain('Texts[0] size 1');
    const readable = [{ PaneId: 0, Texts: [{ Text: 't', X: 0, Y: 0, FontSize: 30 }] }];
    expect(readTexts(draw({ UserPanes: readable }))).not.toContain('Texts[0] size 30');
  });

  it('draws an image as a box with the name of its file, without the query', () => {
    const Images = [{ ...BOX, Url: 'https://a.example/path/logo.png?Signature=s3cret' }];
    const picture = draw({ MediaEncode: 20, LayoutIds: [1], UserPanes: [{ PaneId: 0, Images }] });
    expect(readTexts(picture)).toContain('Images[0] logo.png');
    expect(readText(picture)).not.toContain('s3cret');
    const [box] = find(picture, 'rect', ({ attributes }) => attributes.get('width') === '480');
    expect(Object.fromEntries(box?.attributes ?? [])).toMatchObject({ x: '240', y: '135', height: '270' });
  });

  it('tells an image apart that is shown without video only', () => {
    const Images = [{ ...BOX, Url: 'https://a.example/logo.png', Display: 2 as const }];
    expect(readTexts(draw({ UserPanes: [{ PaneId: 0, Images }] }))).toContain('Images[0] logo.png, without video only');
  });

  it('draws what has the higher ZOrder later: images, texts and panes', () => {
    const layout = {
      ...{ id: 20_001, name: 'mine' },
      panes: [5, 1].map((ZOrder, PaneId) => ({ PaneId, X: 0, Y: 0, Width: 1, Height: 1, ZOrder })),
    };
    const UserPanes = [
      {
        ...{ PaneId: 0, UserId: 'above' },
        Texts: [
          { Text: 'third', X: 0, Y: 0, FontSize: 40, ZOrder: 3 },
          { Text: 'first', X: 0, Y: 0, FontSize: 40, ZOrder: 1 },
        ],
        Images: [{ ...BOX, Url: 'https://a.example/second', ZOrder: 2 }],
      },
      { PaneId: 1, UserId: 'below' },
    ];
    const texts = readTexts(draw({ UserPanes, LayoutIds: [20_001] }, [], { customLayouts: [layout] }));
    const order = ['below', 'above', 'first', 'Images[0] second', 'third'];
    expect(texts.filter((text) => order.includes(text))).toEqual(order);
  });

  it('fills the pane when cropping and leaves bars otherwise', () => {
    const listWidths = (CropMode: 1 | 2) =>
      find(draw({ MediaEncode: 20, LayoutIds: [13], CropMode }), 'rect', ({ attributes }) => {
        return attributes.get('width') === '480' && attributes.get('x') === '0';
      }).map(({ attributes }) => attributes.get('height'));
    expect(listWidths(1)).toEqual(['540', '540']);
    expect(listWidths(2)).toEqual(['540', '270']);
  });

  it('uses BackgroundColor with red as the low byte', () => {
    const filled = find(
      draw({ BackgroundColor: RED }),
      'rect',
      ({ attributes }) => attributes.get('fill') === '#ff0000',
    );
    expect(filled).toHaveLength(1);
  });

  it('marks findings at their place and lists all', () => {
    const UserPanes = [{ PaneId: 0, Images: [BOX], Texts: [{ Text: 't' }] }];
    const paths = ['UserPanes[0].Images[0].X', 'UserPanes[0].PaneId', 'TaskProfile', 'UserPanes[7].UserId'];
    const picture = draw({ MediaEncode: 20, LayoutIds: [1], UserPanes }, paths.map(createFinding));
    expect(readTexts(picture)).toEqual(
      expect.arrayContaining(['Findings (4)', ...paths.map((p) => `${p} is to be seen.`)]),
    );
    // The corners of the image, a quarter from the right and the top, and of the pane; the canvas is at (24, 86).
    expect(listMarkers(picture)).toEqual([
      [24 + 720 - 13, 86 + 135 + 13],
      [24 + 960 - 13, 86 + 13],
    ]);
  });

  it('puts markers of one place side by side', () => {
    const findings = Array.from({ length: 50 }, () => createFinding('UserPanes[0].UserId'));
    const picture = draw({ LayoutIds: [11], UserPanes: [{ PaneId: 4 }] }, findings);
    const markers = listMarkers(picture);
    expect(markers).toHaveLength(40);
    expect(new Set(markers.map(String)).size).toBe(40);
    expect(readTexts(picture)).toContain('and 10 more');
  });

  it('has pictures of its own for sound and for single streams', () => {
    expect(readTexts(draw({ MediaEncode: 0, SubSpecUsers: ['a', 'b'] }))).toEqual(
      expect.arrayContaining(['Sound only', 'a, b']),
    );
    const streams = readTexts(draw({ MixMode: 0 }, [], { participants: 14 }));
    expect(streams).toEqual(expect.arrayContaining(['Single streams', 'participant 12', 'and 2 others']));
    expect(streams).not.toContain('participant 13');
  });

  it('says that there is no layout to draw', () => {
    expect(readTexts(draw({ LayoutIds: [20_001] }, [], { participants: 2 }))).toEqual(
      expect.arrayContaining(['No layout', 'No layout to draw']),
    );
  });

  it('stays small, however long the texts are', () => {
    const Texts = Array.from({ length: 16 }, () => ({ Text: 'x'.repeat(1_024), FontSize: 1 }));
    const UserPanes = Array.from({ length: 9 }, (_, PaneId) => ({ PaneId, Texts }));
    const geometry = placeLayout({
      ...{ parameters: { LayoutIds: [11], UserPanes, MediaEncode: 1 } },
      ...{ participants: undefined, customLayouts: [], layoutId: undefined },
    });
    expect(drawLayoutPicture(geometry, []).length).toBeLessThan(400_000);
  });

  it.each(['\0', '\u001b[31m', '\ud800', '\uffff'])('is well-formed even with %j in a text', (bad) => {
    const UserPanes = [{ PaneId: 0, UserId: `u${bad}`, Texts: [{ Text: `t${bad}`, FontSize: 40 }] }];
    expect(readTexts(draw({ UserPanes })).some((text) => text.includes('t\ufffd'))).toBe(true);
  });
});
