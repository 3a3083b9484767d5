import { describe, expect, it } from 'vitest';
import { createElement, escapeXml } from '../../../shared/record-task/svg.ts';

describe('escapeXml', () => {
  it.each([
    ['a < b & c > d', 'a &lt; b &amp; c &gt; d'],
    ['"\'', '&quot;&#39;'],
    [']]>', ']]&gt;'],
    ['&lt;', '&amp;lt;'],
    ['\ttab\nline', '\ttab\nline'],
    ['\0\u0008\u001f', '\ufffd\ufffd\ufffd'],
    ['\ud800x\udfff', '\ufffdx\ufffd'],
    ['\ufffe\uffff', '\ufffd\ufffd'],
    ['王😀', '王😀'],
  ])('writes %j as %j', (text, escaped) => {
    expect(escapeXml(text)).toBe(escaped);
  });
});

describe('createElement', () => {
  it('makes text of strings and keeps markup', () => {
    const inner = createElement('title', {}, ['a<b']);
    expect(createElement('g', { id: 'x' }, [inner, '</g><script>']).markup).toBe(
      '<g id="x"><title>a&lt;b</title>&lt;/g&gt;&lt;script&gt;</g>',
    );
  });

  it('rounds numbers to hundredths and leaves out what is undefined', () => {
    expect(createElement('rect', { x: 1 / 3, y: 2, width: -0.004, rx: undefined }).markup).toBe(
      '<rect x="0.33" y="2" width="0"/>',
    );
  });

  it('lets no text end an attribute', () => {
    expect(createElement('text', { fill: '"/><script>' }).markup).toBe('<text fill="&quot;/&gt;&lt;script&gt;"/>');
  });
});
