/**
 * A strict reader of the XML that pictures are made of: elements, attributes in double quotes and text with the five
 * predefined entities. Whatever else XML knows (comments, CDATA, declarations, references to anything) is a fault here.
 *
 * @module
 */

/** An element. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (XmlElement | string)[];
}

interface GrowingElement extends XmlElement {
  readonly children: (XmlElement | string)[];
}

// XML 1.0, fifth edition, productions 2 (Char), 4 and 5 (Name, here in ASCII) and 66 (CharRef, decimal).
const NOT_CHARACTER = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const TOKEN =
  /<(?<close>\/)?(?<name>[A-Za-z_][\w.-]*)(?<attributes>(?:\s+[A-Za-z_][\w.:-]*="[^"<]*")*)\s*(?<empty>\/)?>|(?<text>[^<]+)/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/**
 * Returns the root element.
 *
 * @throws Error naming the place of the first fault.
 */
export function parseXml(source: string): XmlElement {
  const bad = NOT_CHARACTER.exec(source);
  if (bad !== null) throw new Error(`No character of XML at ${bad.index}.`);
  const root: GrowingElement = { name: '', attributes: new Map(), children: [] };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < source.length) {
    const at = TOKEN.lastIndex;
    const { close, name = '', attributes = '', empty, text } = TOKEN.exec(source)?.groups ?? {};
    const parent = open.at(-1);
    if (parent === undefined || (name === '' && text === undefined)) throw new Error(`Not well-formed at ${at}.`);
    if (text !== undefined) parent.children.push(decode(text, at));
    else if (close !== undefined) closeElement(open, name, at);
    else {
      const element: GrowingElement = { name, attributes: readAttributes(attributes, at), children: [] };
      parent.children.push(element);
      if (empty === undefined) open.push(element);
    }
  }
  const [element, ...others] = root.children.filter((child) => typeof child !== 'string' || child.trim() !== '');
  if (open.length !== 1 || typeof element !== 'object' || others.length > 0) throw new Error('There is not one root.');
  return element;
}

/** Returns the element and all below it. */
export function listElements(element: XmlElement): readonly XmlElement[] {
  return [element, ...element.children.flatMap((child) => (typeof child === 'string' ? [] : listElements(child)))];
}

/** Returns all text in an element. */
export function readText(element: XmlElement): string {
  return element.children.map((child) => (typeof child === 'string' ? child : readText(child))).join('');
}

function closeElement(open: { readonly name: string }[], name: string, at: number): void {
  if (open.length < 2 || open.at(-1)?.name !== name) throw new Error(`</${name}> closes nothing at ${at}.`);
  open.pop();
}

function readAttributes(source: string, at: number): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', value = ''] of source.matchAll(/([A-Za-z_][\w.:-]*)="([^"]*)"/g)) {
    if (attributes.has(name)) throw new Error(`${name} is given twice at ${at}.`);
    attributes.set(name, decode(value, at));
  }
  return attributes;
}

function decode(text: string, at: number): string {
  if (text.includes(']]>')) throw new Error(`]]> in text at ${at}.`);
  return text.replace(/&([^;]{0,5};)?/g, (_, entity = '') => {
    const character = ENTITIES[entity.slice(0, -1)];
    if (character === undefined) throw new Error(`A reference that is not predefined at ${at}.`);
    return character;
  });
}
