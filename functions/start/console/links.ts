/**
 * Addresses of recorded files. They come from elsewhere: what is no plain web address is shown and never a link.
 *
 * @module
 */

/** Returns the address if it is one of the web, undefined for `javascript:` and everything else. */
export function toWebAddress(text: string): string | undefined {
  try {
    const { protocol, href } = new URL(text);
    return protocol === 'https:' || protocol === 'http:' ? href : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the name of a file: the end of its path. */
export function getFileName(text: string): string {
  const [path = ''] = text.split(/[?#]/, 1);
  return path.slice(path.lastIndexOf('/') + 1) || text;
}

/** Returns the route that leads to a file of a task, also in a private bucket. */
export function formatFileLink(task: { readonly AppId: string; readonly TaskId: string }, FileId: string): string {
  const { AppId, TaskId } = task;
  return `/record-tasks/${encodeURIComponent(TaskId)}/files/${encodeURIComponent(FileId)}?${new URLSearchParams({ AppId })}`;
}
