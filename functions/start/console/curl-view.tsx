/**
 * A request as a command, to be copied.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type CurlRequest, formatCurl } from './curl.ts';
import { TEXTS } from './texts.ts';

/** The command, folded away, with a button that copies it where the browser lets pages do so. */
export function CurlView({ request }: { readonly request: CurlRequest }): JSX.Element {
  const [copied, setCopied] = useState('');
  const command = formatCurl(request);
  const { start } = TEXTS;
  const copy = async () => {
    await navigator.clipboard.writeText(command);
    setCopied(command);
  };
  return (
    <details class="curl">
      <summary>{start.curl}</summary>
      <p class="help">{start.curlHint}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <pre tabIndex={0}>{command}</pre>
      {isSecureContext && (
        <button type="button" onClick={copy}>
          {copied === command ? start.copied : start.copy}
        </button>
      )}
    </details>
  );
}
