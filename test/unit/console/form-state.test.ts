import { describe, expect, it } from 'vitest';
import {
  createDraft,
  editJson,
  getValue,
  insertItem,
  moveItem,
  readDurationSeconds,
  removeItem,
  setValue,
} from '../../../functions/start/console/form-state.ts';

const TWO_PANES = { ChannelId: 'c', UserPanes: [{ PaneId: 0 }, { PaneId: 1, Texts: [{ Text: 'a' }] }] };

describe('setValue', () => {
  it('changes one place and leaves the rest as it is', () => {
    const changed = setValue(TWO_PANES, ['UserPanes', 1, 'Texts', 0, 'Text'], 'b');
    expect(changed).toEqual({ ChannelId: 'c', UserPanes: [{ PaneId: 0 }, { PaneId: 1, Texts: [{ Text: 'b' }] }] });
    expect(TWO_PANES.UserPanes[1]?.Texts?.[0]?.Text).toBe('a');
  });

  it('makes the objects around a place', () => {
    expect(setValue({}, ['UserPanes', 0, 'PaneId'], 3)).toEqual({ UserPanes: [{ PaneId: 3 }] });
  });

  it('leaves out what is undefined, and an empty list', () => {
    expect(setValue({ AppId: 'a', TaskId: 't' }, ['AppId'], undefined)).toEqual({ TaskId: 't' });
    expect(setValue({ SubSpecUsers: ['u'] }, ['SubSpecUsers'], [])).toEqual({});
  });

  it('keeps the order of the members', () => {
    expect(Object.keys(setValue({ AppId: 'a', TaskId: 't' }, ['AppId'], 'b'))).toEqual(['AppId', 'TaskId']);
  });

  it('puts an object in the place of what is none', () => {
    expect(setValue({ UserPanes: 'x' }, ['UserPanes', 0, 'PaneId'], 1)).toEqual({ UserPanes: [{ PaneId: 1 }] });
  });

  it('takes names of prototypes for names', () => {
    const changed = setValue({}, ['__proto__', 'x'], 1);
    expect(Object.getPrototypeOf(changed)).toBe(Object.prototype);
    expect(JSON.stringify(changed)).toBe('{"__proto__":{"x":1}}');
    expect(getValue({}, ['constructor', 'name'])).toBeUndefined();
  });
});

describe('insertItem, moveItem and removeItem', () => {
  it('change a list', () => {
    const list = { LayoutIds: [1, 2] };
    expect(insertItem(list, ['LayoutIds'], 1, 9)).toEqual({ LayoutIds: [1, 9, 2] });
    expect(moveItem(list, ['LayoutIds'], 1, 0)).toEqual({ LayoutIds: [2, 1] });
    expect(removeItem(list, ['LayoutIds'], 0)).toEqual({ LayoutIds: [2] });
  });

  it('begin and end with no list at all', () => {
    expect(insertItem({}, ['UserPanes', 0, 'Texts'], 0, { Text: 'a' })).toEqual({
      UserPanes: [{ Texts: [{ Text: 'a' }] }],
    });
    expect(removeItem({ LayoutIds: [1] }, ['LayoutIds'], 0)).toEqual({});
  });
});

describe('editJson', () => {
  it('takes the values from a JSON object', () => {
    const draft = editJson(createDraft({}), ' {"AppId":"a"}');
    expect(draft).toEqual({ values: { AppId: 'a' }, json: ' {"AppId":"a"}', isReadable: true });
  });

  it.each(['{"AppId":', '', '[]', 'null', '"x"', '1'])('keeps %j as it was typed, and the values of before', (json) => {
    expect(editJson(createDraft({ AppId: 'a' }), json)).toEqual({ values: { AppId: 'a' }, json, isReadable: false });
  });
});

describe('readDurationSeconds', () => {
  const now = Date.parse('2026-11-23T00:00:00Z');
  it.each([
    [{ MaxDurationSeconds: 90 }, 90],
    [{ StopAt: '2026-11-23T00:01:00Z' }, 60],
    [{}, undefined],
    [{ StopAt: '2026-11-22T23:59:00Z' }, undefined],
    [{ StopAt: 'soon' }, undefined],
    [{ MaxDurationSeconds: '90' }, undefined],
  ])('of %j is %s', (values, seconds) => {
    expect(readDurationSeconds(values, now)).toBe(seconds);
  });
});
