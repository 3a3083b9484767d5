/**
 * Where one is in the console: what stands after the `#` of its address, so that every place has a link, and the
 * browser's own back and forward work.
 *
 * @module
 */

/** What a list is narrowed to, and which page of it: parameters of the REST interface, by their names. */
export type ListFilter = Readonly<Record<string, string>>;

const LISTS = {
  tasks: ['AppId', 'ChannelId', 'State', 'After'],
  schedules: ['AppId', 'After'],
  events: ['AppId', 'TaskId', 'Type', 'Delivery', 'After'],
} as const satisfies Record<string, readonly string[]>;

/** A place with a list. */
export interface ListPlace {
  readonly page: keyof typeof LISTS;
  readonly filter?: ListFilter;
}

/** A place in the console. */
export type Place =
  | ListPlace
  | { readonly page: 'task'; readonly AppId: string; readonly TaskId: string }
  | { readonly page: 'start' | 'newSchedule' }
  | { readonly page: 'schedule'; readonly ScheduleId: string };

const NEW_SCHEDULE = 'new-schedule';

/**
 * The place a hash names: `#/tasks/yourAppId/yourTaskId`, `#/tasks?State=recording`; the list of tasks if it names none.
 * What no list is narrowed by is left out.
 */
export function parsePlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [page, first, second] = path.split('/').map(decodePart);
  if (page === 'tasks' && first !== undefined && second !== undefined) {
    return { page: 'task', AppId: first, TaskId: second };
  }
  if (page === 'schedules' && first !== undefined) return { page: 'schedule', ScheduleId: first };
  if (page === 'schedules' || page === 'events') return createListPlace(page, new URLSearchParams(query));
  if (page === 'start') return { page };
  if (page === NEW_SCHEDULE) return { page: 'newSchedule' };
  return createListPlace('tasks', new URLSearchParams(query));
}

/** The hash that names a place; the inverse of {@link parsePlace}. */
export function formatPlace(place: Place): string {
  switch (place.page) {
    case 'task':
      return `#/tasks/${encodeURIComponent(place.AppId)}/${encodeURIComponent(place.TaskId)}`;
    case 'schedule':
      return `#/schedules/${encodeURIComponent(place.ScheduleId)}`;
    case 'newSchedule':
      return `#/${NEW_SCHEDULE}`;
    case 'start':
      return '#/start';
    default:
      return `#/${place.page}${formatFilter(place.filter)}`;
  }
}

/** A filter as a query, with its `?`; nothing if there is none. */
export function formatFilter(filter: ListFilter = {}): string {
  const query = new URLSearchParams(filter).toString();
  return query === '' ? '' : `?${query}`;
}

/** The first page of a list that is narrowed otherwise by one parameter; an empty value widens it. */
export function narrowList({ page, filter }: ListPlace, name: string, value: string): ListPlace {
  const { After: _after, ...others } = filter ?? {};
  return createListPlace(page, new URLSearchParams({ ...others, [name]: value }));
}

function createListPlace(page: ListPlace['page'], query: URLSearchParams): ListPlace {
  const entries = LISTS[page].flatMap((name) => {
    const value = query.get(name);
    return value === null || value === '' ? [] : [[name, value] as const];
  });
  return entries.length === 0 ? { page } : { page, filter: Object.fromEntries(entries) };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
