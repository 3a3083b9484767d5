/**
 * A request of the console as the command that does the same in a shell.
 *
 * @module
 */

/** A request to be typed into a shell. */
export interface CurlRequest {
  readonly method: 'POST' | 'PATCH';
  readonly url: string;
  readonly body: unknown;
}

/** Returns the command. The API key is never in it: it comes from the variable `KEY`, as `id:secret`. */
export function formatCurl({ method, url, body }: CurlRequest): string {
  return [
    `curl -u "$KEY" -X ${method} ${quoteForShell(url)}`,
    `-H 'content-type: application/json'`,
    `--data-raw ${quoteForShell(JSON.stringify(body, undefined, 2))}`,
  ].join(' \\\n  ');
}

/** Returns `text` as one word of a POSIX shell, which reads nothing into it. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
