import { describe, expect, it } from 'vitest';
import { checkLayoutPreview } from '../../../shared/record-task/layout-preview.ts';

const PANE = { PaneId: 0, X: 0, Y: 0, Width: 1, Height: 1 };
const LAYOUT = { LayoutId: 20_001, Panes: [PANE] };

function listPlaces(request: unknown) {
  const checked = checkLayoutPreview(request);
  return checked.ok ? [] : checked.issues.map(({ Path, Parameter, Rule }) => [Path, Parameter, Rule]);
}

describe('checkLayoutPreview', () => {
  it('returns the scene', () => {
    const Parameters = { MediaEncode: 20, LayoutIds: [1, 20_001] };
    const Layouts = [
      { ...LAYOUT, Name: 'mine' },
      { LayoutId: 20_002, Panes: [{ ...PANE, ZOrder: 3 }] },
    ];
    const request = { Parameters, Participants: ['a', 'b'], Layouts, LayoutId: 20_001 };
    expect(checkLayoutPreview(request)).toEqual({
      ok: true,
      value: {
        parameters: Parameters,
        participants: ['a', 'b'],
        customLayouts: [
          { id: 20_001, name: 'mine', panes: [{ ...PANE, ZOrder: 0 }] },
          { id: 20_002, name: 'custom', panes: [{ ...PANE, ZOrder: 3 }] },
        ],
        layoutId: 20_001,
      },
    });
  });

  it.each([{}, { Participants: 1 }, { Participants: 100 }, { LayoutId: 13 }, { Parameters: {} }])(
    'needs nothing: %j',
    (request) => {
      expect(checkLayoutPreview(request).ok).toBe(true);
    },
  );

  it('needs no ids and takes them', () => {
    const ids = { AppId: 'a', ChannelId: 'c', TaskId: 't', TemplateId: 'm' };
    expect(checkLayoutPreview({ Parameters: ids })).toMatchObject({ ok: true, value: { parameters: ids } });
  });

  it.each([
    [null, [['', '', 'type']]],
    [[], [['', '', 'type']]],
    [{ Parameters: [] }, [['Parameters', 'Parameters', 'type']]],
    [{ Parameters: { MediaEncode: 21 } }, [['Parameters.MediaEncode', 'MediaEncode', 'enum']]],
    [
      { Parameters: { UserPanes: [{ Images: [{ X: 2 }] }] } },
      [['Parameters.UserPanes[0].Images[0].X', 'UserPanes.1.Images.1.X', 'range']],
    ],
    [{ MediaEncode: 20 }, [['MediaEncode', 'MediaEncode', 'unknown']]],
    [{ Participants: 0 }, [['Participants', 'Participants', 'range']]],
    [{ Participants: 101 }, [['Participants', 'Participants', 'range']]],
    [{ Participants: 1.5 }, [['Participants', 'Participants', 'type']]],
    [{ Participants: '3' }, [['Participants', 'Participants', 'type']]],
    [{ Participants: [] }, [['Participants', 'Participants', 'length']]],
    [{ Participants: ['a', 'b c'] }, [['Participants[1]', 'Participants.2', 'pattern']]],
    [{ Participants: ['a', 'b', 'a'] }, [['Participants[2]', 'Participants.3', 'enum']]],
    [{ Layouts: [] }, [['Layouts', 'Layouts', 'length']]],
    [{ Layouts: [{ LayoutId: 20_001, Panes: [] }] }, [['Layouts[0].Panes', 'Layouts.1.Panes', 'length']]],
    [
      { Layouts: [{ LayoutId: 20_001, Panes: [{ ...PANE, Width: 0, X: 1.1 }] }] },
      [
        ['Layouts[0].Panes[0].X', 'Layouts.1.Panes.1.X', 'range'],
        ['Layouts[0].Panes[0].Width', 'Layouts.1.Panes.1.Width', 'range'],
      ],
    ],
    [{ Layouts: [{ Panes: [PANE] }] }, [['Layouts[0].LayoutId', 'Layouts.1.LayoutId', 'required']]],
    [{ Layouts: [{ ...LAYOUT, LayoutId: 3 }] }, [['Layouts[0].LayoutId', 'Layouts.1.LayoutId', 'enum']]],
    [{ Layouts: [LAYOUT, LAYOUT] }, [['Layouts[1].LayoutId', 'Layouts.2.LayoutId', 'enum']]],
    [
      { Layouts: [{ LayoutId: 20_001, Panes: [PANE, PANE] }] },
      [['Layouts[0].Panes[1].PaneId', 'Layouts.1.Panes.2.PaneId', 'enum']],
    ],
    [{ LayoutId: 12 }, [['LayoutId', 'LayoutId', 'enum']]],
    [{ LayoutId: 2, Parameters: { LayoutIds: [1] } }, [['LayoutId', 'LayoutId', 'enum']]],
  ])('refuses %j', (request, places) => {
    expect(listPlaces(request)).toEqual(places);
  });

  it('finds the faults of all parts at once', () => {
    const request = { Parameters: { CropMode: 3 }, Participants: 0, Layouts: [{ ...LAYOUT, Panes: [{}] }], X: 1 };
    const paths = listPlaces(request).map(([path]) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['Parameters.CropMode', 'Participants', 'Layouts[0].Panes[0].X', 'X']),
    );
  });

  it('reads the largest legal request', () => {
    const repeat = <T>(item: T) => Array.from({ length: 16 }, () => item);
    const box = { X: 0, Y: 0, Width: 1, Height: 1, ZOrder: 0 };
    const image = { Url: 'https://a.example/i.png', Display: 1, ...box };
    const text = { Text: 't', X: 0, Y: 0, FontType: 0, FontSize: 1, FontColor: 0, ZOrder: 0 };
    const UserPanes = Array.from({ length: 16 }, (_, PaneId) => ({
      ...{ PaneId, UserId: 'u', SourceType: 'camera', Images: repeat(image), Texts: repeat(text) },
    }));
    const Panes = UserPanes.map(({ PaneId }) => ({ ...PANE, PaneId, ZOrder: 0 }));
    const Layouts = Panes.map(({ PaneId }) => ({ LayoutId: 20_000 + PaneId, Name: 'n', Panes }));
    const Participants = Array.from({ length: 100 }, (_, index) => `u${index}`);
    const request = { Parameters: { UserPanes, Watermarks: repeat(image) }, Layouts, Participants };
    expect(checkLayoutPreview(request).ok).toBe(true);
  });
});
