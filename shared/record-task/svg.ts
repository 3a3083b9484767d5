/**
 * SVG as text, inert by construction: only shapes and text can be built, no attribute can refer to anything or run
 * anything, and every text is escaped.
 *
 * @module
 */

/** The elements a picture is made of: none that loads, links, embeds or runs. */
type SvgElement = 'svg' | 'g' | 'rect' | 'circle' | 'path' | 'text' | 'title' | 'desc';

/** The attributes they may have. */
type SvgAttribute =
  | 'aria-labelledby'
  | 'cx'
  | 'cy'
  | 'd'
  | 'fill'
  | 'fill-opacity'
  | 'font-family'
  | 'font-size'
  | 'font-weight'
  | 'height'
  | 'id'
  | 'opacity'
  | 'overflow'
  | 'r'
  | 'role'
  | 'rx'
  | 'stroke'
  | 'stroke-dasharray'
  | 'stroke-opacity'
  | 'stroke-width'
  | 'text-anchor'
  | 'viewBox'
  | 'width'
  | 'x'
  | 'xmlns'
  | 'y';

/** Attributes by name; numbers are rounded to hundredths, what is undefined is left out. */
export type SvgAttributes = { readonly [Name in SvgAttribute]?: string | number | undefined };

/** Text that is markup already. A string, on the other hand, is a text of somebody's and gets escaped. */
export interface SvgMarkup {
  readonly markup: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What no XML 1.0 document may contain: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const NOT_XML = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Returns an element. A child that is a string becomes text. */
export function createElement(
  name: SvgElement,
  attributes: SvgAttributes,
  children: readonly (SvgMarkup | string)[] = [],
): SvgMarkup {
  const pairs = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : ` ${key}="${escapeXml(formatValue(value))}"`,
  );
  const content = children.map((child) => (typeof child === 'string' ? escapeXml(child) : child.markup)).join('');
  const tag = `${name}${pairs.join('')}`;
  return { markup: content === '' ? `<${tag}/>` : `<${tag}>${content}</${name}>` };
}

/** Returns `text` as it can stand in content or in an attribute; U+FFFD stands for what XML cannot contain. */
export function escapeXml(text: string): string {
  return text.replace(NOT_XML, '\ufffd').replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

function formatValue(value: string | number): string {
  return typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
}
