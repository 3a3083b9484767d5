/**
 * Where one is in the console: what stands after the `#` of its address, so that every place has a link, and the
 * browser's own back and forward work.
 *
 * @module
 */

/** A place in the console. */
export type Place =
  | { readonly page: 'tasks' }
  | { readonly page: 'task'; readonly AppId: string; readonly TaskId: string }
  | { readonly page: 'start' }
  | { readonly page: 'schedules' }
  | { readonly page: 'schedule'; readonly ScheduleId: string }
  | { readonly page: 'events' };

/** The place a hash names: `#/tasks/yourAppId/yourTaskId`; the list of tasks if it names none. */
export function parsePlace(hash: string): Place {
  const [page, ...ids] = hash.replace(/^#\/?/, '').split('/').map(decodePart);
  const [first, second] = ids;
  if (page === 'tasks' && first !== undefined && second !== undefined) {
    return { page: 'task', AppId: first, TaskId: second };
  }
  if (page === 'schedules' && first !== undefined) return { page: 'schedule', ScheduleId: first };
  if (page === 'start' || page === 'schedules' || page === 'events') return { page };
  return { page: 'tasks' };
}

/** The hash that names a place; the inverse of {@link parsePlace}. */
export function formatPlace(place: Place): string {
  switch (place.page) {
    case 'task':
      return `#/tasks/${encodeURIComponent(place.AppId)}/${encodeURIComponent(place.TaskId)}`;
    case 'schedule':
      return `#/schedules/${encodeURIComponent(place.ScheduleId)}`;
    default:
      return `#/${place.page}`;
  }
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
