import { describe, expect, it } from 'vitest';
import { reviewForm } from '../../../functions/start/console/findings.ts';
import { createNewItem, duplicateItem } from '../../../functions/start/console/new-items.ts';

describe('createNewItem', () => {
  it('gives a pane the first PaneId that is free', () => {
    expect(createNewItem('UserPanes', [])).toEqual({ PaneId: 0 });
    expect(createNewItem('UserPanes', [{ PaneId: 0 }, { PaneId: 2 }, 'x'])).toEqual({ PaneId: 1 });
  });

  it.each(['Backgrounds', 'Watermarks'])('gives %s an item without a fault', (name) => {
    const { findings } = reviewForm('start', { ChannelId: 'c', [name]: [createNewItem(name, [])] });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('leaves of an image and a text nothing to mend but what only the caller knows', () => {
    const pane = { PaneId: 0, UserId: 'u', Images: [createNewItem('Images', [])], Texts: [createNewItem('Texts', [])] };
    expect(
      reviewForm('start', { ChannelId: 'c', UserPanes: [pane] }).findings.map(({ Rule, Path }) => [Rule, Path]),
    ).toEqual([['TextWithoutContent', 'UserPanes[0].Texts[0].Text']]);
  });
});

describe('duplicateItem', () => {
  it('copies an item as it is, and a pane for the next PaneId', () => {
    expect(duplicateItem('Texts', { Text: 'a' }, [])).toEqual({ Text: 'a' });
    expect(duplicateItem('UserPanes', { PaneId: 0, UserId: 'u' }, [{ PaneId: 0 }])).toEqual({ PaneId: 1, UserId: 'u' });
    expect(duplicateItem('UserPanes', 'x', ['x'])).toBe('x');
  });
});
