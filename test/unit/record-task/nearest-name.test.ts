import { describe, expect, it } from 'vitest';
import { findNearestName } from '../../../shared/record-task/nearest-name.ts';

const KNOWN = ['AppId', 'TaskProfile', 'SubSpecUsers', 'UserPanes', 'LayoutIds', 'X', 'Url', 'Width', 'Height', 'Text'];

describe('findNearestName', () => {
  it.each([
    ['UserPane', 'UserPanes'],
    ['UserPanels', 'UserPanes'],
    ['userpanes', 'UserPanes'],
    ['APPID', 'AppId'],
    ['LayoutId', 'LayoutIds'],
    ['Layouts', 'LayoutIds'],
    ['Hieght', 'Height'],
    ['Widht', 'Width'],
    ['Uri', 'Url'],
    ['x', 'X'],
    ['Texts', 'Text'],
    ['TaskProfil', 'TaskProfile'],
  ])('takes %s for %s', (name, nearest) => {
    expect(findNearestName(name, KNOWN)).toBe(nearest);
  });

  it.each(['', 'Y', 'Z', 'Foo', 'UserPanelists', 'UnsubSpecUsers', 'serPanes', '__proto__', '\ud800'])(
    'takes %j for nothing',
    (name) => {
      expect(findNearestName(name, KNOWN)).toBeUndefined();
    },
  );

  it('prefers the fewest slips, and the first of equals', () => {
    expect(findNearestName('Taxks', ['Texts', 'Task', 'Tasks'])).toBe('Tasks');
    expect(findNearestName('Width1', ['Width2', 'Width3'])).toBe('Width2');
  });

  it('looks at names of up to 64 characters', () => {
    const longest = 'a'.repeat(64);
    expect(findNearestName(longest, [longest])).toBe(longest);
    expect(findNearestName(`${longest}a`, [`${longest}a`])).toBeUndefined();
  });
});
