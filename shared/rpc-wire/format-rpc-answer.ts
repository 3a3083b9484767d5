/**
 * Answers in the two forms of the RPC gateway, JSON and XML.
 *
 * @module
 */

/** The form of an answer: the `Format` parameter of signature V1, the `accept` header of V3. */
export type RpcFormat = 'JSON' | 'XML';

/** What an answer can hold; a property that is `undefined` is left out. */
export type RpcValue =
  | string
  | number
  | boolean
  | readonly RpcValue[]
  | { readonly [name: string]: RpcValue | undefined };

/** A formatted answer; the HTTP status is the caller's to set. */
export interface FormattedRpcAnswer {
  readonly contentType: string;
  readonly body: string;
}

/** A success as {@link formatRpcAnswer} takes it. */
export interface RpcAnswer {
  readonly Format: RpcFormat;
  /** Names the XML root, `<StartRecordTaskResponse>`. */
  readonly Action: string;
  readonly RequestId: string;
  /** What the operation answers beside RequestId. */
  readonly body?: { readonly [name: string]: RpcValue | undefined };
}

/** An error as {@link formatRpcError} takes it. */
export interface RpcError {
  readonly Format: RpcFormat;
  readonly RequestId: string;
  /** Host name of the service that answers: `rtc.aliyuncs.com`. */
  readonly HostId: string;
  readonly Code: string;
  readonly Message: string;
}

// Exactly this spelling: the official clients compare an XML error's content type letter for letter.
const CONTENT_TYPES = {
  JSON: 'application/json;charset=utf-8',
  XML: 'text/xml;charset=utf-8',
} as const satisfies Record<RpcFormat, string>;

const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const XML_NAME = /^[A-Za-z_][\w.-]*$/;
// XML 1.0, section 2.2: characters a document cannot hold, not even as a reference.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const XML_REFERENCES = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
]);

/**
 * Formats the success of an operation: `{"RequestId":…}` or `<{Action}Response><RequestId>…</RequestId></{Action}Response>`.
 * A list becomes one XML element per item, each with the list's own name.
 *
 * @throws TypeError when Action or a name of the body cannot be an XML name: answer unknown actions with an error.
 * @see DescribeRecordFiles, both samples (`<RecordFiles>` is repeated, without an element around it)
 */
export function formatRpcAnswer({ Format, Action, RequestId, body }: RpcAnswer): FormattedRpcAnswer {
  return formatDocument(Format, `${Action}Response`, { RequestId, ...body });
}

/**
 * Formats an error: `{"RequestId":…,"HostId":…,"Code":…,"Message":…}` or the same under `<Error>`.
 *
 * @see https://help.aliyun.com/document_detail/48054.html
 */
export function formatRpcError({ Format, RequestId, HostId, Code, Message }: RpcError): FormattedRpcAnswer {
  return formatDocument(Format, 'Error', { RequestId, HostId, Code, Message });
}

function formatDocument(
  format: RpcFormat,
  root: string,
  content: { readonly [name: string]: RpcValue | undefined },
): FormattedRpcAnswer {
  return {
    contentType: CONTENT_TYPES[format],
    body: format === 'JSON' ? JSON.stringify(content) : `${XML_DECLARATION}${formatElements(root, content)}`,
  };
}

function formatElements(name: string, value: RpcValue | undefined): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map((item) => formatElements(name, item)).join('');
  if (!XML_NAME.test(name)) throw new TypeError('A name of an RPC answer must be an XML name.');
  const content =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([childName, child]) => formatElements(childName, child))
          .join('')
      : escapeXml(String(value));
  return `<${name}>${content}</${name}>`;
}

function isList(value: RpcValue): value is readonly RpcValue[] {
  return Array.isArray(value);
}

function escapeXml(text: string): string {
  return text.replace(NOT_XML, '\ufffd').replace(/[&<>"']/g, (character) => XML_REFERENCES.get(character) ?? character);
}
