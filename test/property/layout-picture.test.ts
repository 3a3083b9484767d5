import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createParameterError } from '../../shared/record-task/check.ts';
import { type LayoutGeometry, type LayoutScene, placeLayout } from '../../shared/record-task/layout-geometry.ts';
import { drawLayoutPicture } from '../../shared/record-task/layout-picture.ts';
import { checkLayoutPreview } from '../../shared/record-task/layout-preview.ts';
import { checkRules } from '../../shared/record-task/rules.ts';
import { SYSTEM_LAYOUTS } from '../../shared/record-task/system-layouts.ts';
import { startRecordTasks } from '../support/record-task-arbitrary.ts';
import { listElements, parseXml } from '../support/xml.ts';

const CUSTOM_IDS = [20_001, 20_002];

const hostileTexts = fc.constantFrom(
  ...['<script>alert(1)</script>', '</text><image href="https://a.example/x"/>', '" onload="alert(1)', "' onclick='x"],
  ...[']]>', '<!--', '&lt;script&gt;', '&#x3c;script&gt;', '<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]>&y;'],
  ...['\u202eevil', '😀'.repeat(200), 'x'.repeat(1_024), ' ', '\t\r\n', 'javascript:alert(1)', 'url(#x)'],
);

const hostilePanes = fc.array(
  fc.record({
    PaneId: fc.integer({ min: 0, max: 15 }),
    UserId: fc.constantFrom('script', 'onload', 'href', '-', '0', 'a'.repeat(64)),
    Texts: fc.array(fc.record({ Text: hostileTexts }), { minLength: 1, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 4 },
);

const shares = fc.double({ min: 0, max: 1, noNaN: true });
const extents = fc.double({ min: 0, minExcluded: true, max: 1, noNaN: true });

const panes = fc.uniqueArray(
  fc.record(
    {
      PaneId: fc.integer({ min: 0, max: 15 }),
      ...{ X: shares, Y: shares, Width: extents, Height: extents },
      ZOrder: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    },
    { requiredKeys: ['PaneId', 'X', 'Y', 'Width', 'Height'] },
  ),
  { selector: ({ PaneId }) => PaneId, minLength: 1, maxLength: 16 },
);

const layouts = fc.tuple(panes, panes).map((both) => both.map((Panes, index) => ({ LayoutId: 20_001 + index, Panes })));

const userIds = fc.string({ unit: fc.constantFrom(...'aZ0_-'), minLength: 1, maxLength: 64 });

const scenes: fc.Arbitrary<LayoutScene> = fc
  .record(
    {
      Parameters: fc
        .tuple(
          startRecordTasks,
          fc.record(
            {
              UserPanes: hostilePanes,
              LayoutIds: fc.shuffledSubarray([...SYSTEM_LAYOUTS.map(({ id }) => id), ...CUSTOM_IDS, 30_000], {
                minLength: 1,
              }),
              MixMode: fc.constant(1 as const),
            },
            { requiredKeys: [] },
          ),
        )
        .map(([parameters, changes]) => ({ ...parameters, ...changes })),
      Layouts: layouts,
      Participants: fc.oneof(
        fc.integer({ min: 1, max: 100 }),
        fc.uniqueArray(userIds, { minLength: 1, maxLength: 100, size: 'small' }),
      ),
    },
    { requiredKeys: [] },
  )
  .map((request) => {
    const checked = checkLayoutPreview(request);
    if (!checked.ok) throw createParameterError(checked.issues);
    return checked.value;
  });

const ELEMENTS = ['svg', 'g', 'rect', 'circle', 'path', 'text', 'title', 'desc'];

function draw(scene: LayoutScene): string {
  const layoutsKnown = [...SYSTEM_LAYOUTS, ...scene.customLayouts];
  const { errors, warnings } = checkRules('StartRecordTask', scene.parameters, { layouts: layoutsKnown });
  return drawLayoutPicture(placeLayout(scene), [...errors, ...warnings]);
}

describe('drawLayoutPicture', () => {
  it('is well-formed, refers to nothing and runs nothing, whatever the request', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const picture = draw(scene);
        expect(picture).not.toMatch(/<script|<image|<foreignObject|<style|<a |<use|<!|<\?/i);
        const elements = listElements(parseXml(picture));
        const attributes = elements.flatMap((element) => [...element.attributes]);
        expect(elements.map(({ name }) => name).filter((name) => !ELEMENTS.includes(name))).toEqual([]);
        expect(attributes.filter(([name]) => /^on|href|src|style/i.test(name))).toEqual([]);
        expect(attributes.filter(([, value]) => /url\(|javascript:|NaN|Infinity|undefined/.test(value))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same text for the same scene', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        expect(draw(scene)).toBe(draw(scene));
      }),
      { numRuns: 30 },
    );
  });
});

const isMixed = (geometry: LayoutGeometry) => geometry.Kind === 'mixed';

describe('placeLayout', () => {
  it('shows everyone once or says who is not seen', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const geometry = placeLayout(scene);
        if (!isMixed(geometry)) return;
        const filled = geometry.Panes.filter(({ Occupancy }) => Occupancy === 'joined' || Occupancy === 'substituted');
        const seen = geometry.Panes.flatMap(({ ShownUserId }) => ShownUserId ?? []);
        expect(new Set(filled.map(({ ShownUserId }) => ShownUserId)).size).toBe(filled.length);
        expect(new Set([...seen, ...geometry.HiddenUserIds])).toEqual(new Set(geometry.Participants));
        expect(geometry.HiddenUserIds.filter((UserId) => seen.includes(UserId))).toEqual([]);
      }),
    );
  });

  it('has every pane of the layout, bottom first', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        const geometry = placeLayout(scene);
        if (!isMixed(geometry)) return;
        const layout = [...SYSTEM_LAYOUTS, ...scene.customLayouts].find(({ id }) => id === geometry.LayoutId);
        const orders = geometry.Panes.map(({ ZOrder }) => ZOrder);
        expect(geometry.Panes.map(({ PaneId }) => PaneId).toSorted()).toEqual(
          (layout?.panes ?? []).map(({ PaneId }) => PaneId).toSorted(),
        );
        expect(orders).toEqual(orders.toSorted((a, b) => a - b));
      }),
    );
  });
});
