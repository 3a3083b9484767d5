/**
 * The frame of the console: the navigation and the page of the place one is at.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { EventsPage } from './events-page.tsx';
import { NewSchedulePage } from './new-schedule-page.tsx';
import { formatPlace, type Place, parsePlace } from './place.ts';
import { SchedulePage } from './schedule-page.tsx';
import { SchedulesPage } from './schedules-page.tsx';
import { StartPage } from './start-page.tsx';
import { TaskPage } from './task-page.tsx';
import { TasksPage } from './tasks-page.tsx';
import { TEXTS } from './texts.ts';

const SECTIONS = ['tasks', 'start', 'schedules', 'events'] as const;

/** The section that each page belongs to. */
const SECTION_OF = {
  tasks: 'tasks',
  task: 'tasks',
  start: 'start',
  schedules: 'schedules',
  schedule: 'schedules',
  newSchedule: 'schedules',
  events: 'events',
} as const satisfies Record<Place['page'], (typeof SECTIONS)[number]>;

/** The console. */
export function App(): JSX.Element {
  const place = usePlace();
  const main = useRef<HTMLElement>(null);
  const name = namePage(place);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = TEXTS.frame.title(name);
    // As after the load of a page, the reader begins at the top of what is new.
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [name]);
  return (
    <>
      <header class="frame">
        <button type="button" class="skip" onClick={() => main.current?.focus()}>
          {TEXTS.frame.skip}
        </button>
        <strong>rtc-recorder</strong>
        <nav aria-label={TEXTS.frame.navigation}>
          {SECTIONS.map((page) => (
            <a
              key={page}
              href={formatPlace({ page })}
              aria-current={SECTION_OF[place.page] === page ? 'page' : undefined}
            >
              {TEXTS.frame[page]}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        <Page place={place} />
      </main>
    </>
  );
}

function Page({ place }: { readonly place: Place }): JSX.Element {
  switch (place.page) {
    case 'tasks':
      return <TasksPage place={place} />;
    case 'task':
      return <TaskPage key={formatPlace(place)} AppId={place.AppId} TaskId={place.TaskId} />;
    case 'start':
      return <StartPage />;
    case 'schedules':
      return <SchedulesPage place={place} />;
    case 'schedule':
      return <SchedulePage key={place.ScheduleId} ScheduleId={place.ScheduleId} />;
    case 'newSchedule':
      return <NewSchedulePage />;
    case 'events':
      return <EventsPage place={place} />;
  }
}

function namePage(place: Place): string {
  switch (place.page) {
    case 'task':
      return TEXTS.task.title(place.TaskId);
    case 'schedule':
      return TEXTS.schedule.title(place.ScheduleId);
    case 'newSchedule':
      return TEXTS.newSchedule.title;
    default:
      return TEXTS.frame[place.page];
  }
}

function usePlace(): Place {
  const [place, setPlace] = useState(() => parsePlace(location.hash));
  useEffect(() => {
    const follow = () => setPlace(parsePlace(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return place;
}
