import { describe, expect, it } from 'vitest';
import { drawPreview } from '../../../functions/start/console/picture.ts';
import { START_TEMPLATES } from '../../../functions/start/console/start-templates.ts';

const draw = (values: object, participants?: number) => {
  const { picture, missing } = drawPreview({ ...values }, participants);
  return { ...picture, missing, svg: decodeURIComponent(picture.src.replace('data:image/svg+xml,', '')) };
};

describe('drawPreview', () => {
  it('draws the parameters for as many as there are panes, or as many as it is told', () => {
    expect(draw(START_TEMPLATES.class)).toMatchObject({ participants: 9, missing: [] });
    expect(draw(START_TEMPLATES.class, 2).svg).toContain('Layout 13, side-by-side 2');
    expect(draw(START_TEMPLATES.class).alt).toContain('Pane 0: teacher, 0 images and 1 text.');
  });

  it('needs no ids', () => {
    expect(draw({})).toMatchObject({ missing: [] });
    expect(draw({ ChannelId: 'a b', MaxDurationSeconds: 'x', Unknown: 1 })).toMatchObject({ missing: [] });
  });

  it('says what it had to leave out', () => {
    const { missing, svg } = draw({ LayoutIds: [6], UserPanes: [{ PaneId: 0, UserId: 'a b' }] });
    expect(missing.map(({ Path }) => Path)).toEqual(['UserPanes[0].UserId']);
    expect(svg).toContain('Layout 6, gallery 4');
  });

  it('marks what the rules find', () => {
    expect(draw({ TaskProfile: '1IN_720P', LayoutIds: [6] }).svg).toContain('more than the 1 inputs of TaskProfile');
  });

  it('draws hostile texts as texts, halves of characters too', () => {
    const Text = '</text><script>alert(1)</script>\ud800';
    expect(
      draw({ LayoutIds: [1], UserPanes: [{ PaneId: 0, Texts: [{ Text: Text.slice(0, -1) }] }] }).svg,
    ).not.toContain('<script');
    expect(draw({ UserPanes: [{ PaneId: 0, Texts: [{ Text }] }] }).missing).toHaveLength(1);
  });
});
