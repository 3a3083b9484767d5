import { describe, expect, it } from 'vitest';
import { listElements, parseXml, readText } from '../support/xml.ts';

describe('parseXml', () => {
  it('reads elements, attributes, text and entities', () => {
    const root = parseXml('<a x="1&amp;2" y=""><b/>t&lt;&#39;<c-d>u</c-d></a>\n');
    expect(listElements(root).map(({ name }) => name)).toEqual(['a', 'b', 'c-d']);
    expect([...root.attributes]).toEqual([
      ['x', '1&2'],
      ['y', ''],
    ]);
    expect(readText(root)).toBe("t<'u");
  });

  it.each([
    ...[
      '',
      'text',
      '<a>',
      '</a>',
      '<a></b>',
      '<a/><b/>',
      '<a/>text',
      '<a',
      '<a b=c/>',
      "<a b='c'/>",
      '<a b="1" b="2"/>',
    ],
    ...['<a b="<"/>', '<a>&</a>', '<a>&nbsp;</a>', '<a>&#0;</a>', '<a b="&x;"/>', '<a>]]></a>', '<a><!-- c --></a>'],
    ...['<a><![CDATA[x]]></a>', '<?xml version="1.0"?><a/>', '<!DOCTYPE a><a/>', '<a>\0</a>', '<a>\ud800</a>', '< a/>'],
  ])('refuses %j', (source) => {
    expect(() => parseXml(source)).toThrow(Error);
  });
});
