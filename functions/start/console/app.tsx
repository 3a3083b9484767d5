/**
 * The frame of the console: the navigation and the page of the place one is at.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { EventsPage } from './events-page.tsx';
import { formatPlace, type Place, parsePlace } from './place.ts';
import { SchedulePage } from './schedule-page.tsx';
import { SchedulesPage } from './schedules-page.tsx';
import { StartPage } from './start-page.tsx';
import { TaskPage } from './task-page.tsx';
import { TasksPage } from './tasks-page.tsx';
import { TEXTS } from './texts.ts';

const SECTIONS = ['tasks', 'start', 'schedules', 'events'] as const;

/** The console. */
export function App(): JSX.Element {
  const place = usePlace();
  return (
    <>
      <header class="frame">
        <strong>rtc-recorder</strong>
        <nav aria-label={TEXTS.frame.navigation}>
          {SECTIONS.map((page) => (
            <a key={page} href={formatPlace({ page })} aria-current={isWithin(place, page) ? 'page' : undefined}>
              {TEXTS.frame[page]}
            </a>
          ))}
        </nav>
      </header>
      <main id="main">
        <Page place={place} />
      </main>
    </>
  );
}

function Page({ place }: { readonly place: Place }): JSX.Element {
  switch (place.page) {
    case 'tasks':
      return <TasksPage />;
    case 'task':
      return <TaskPage key={formatPlace(place)} AppId={place.AppId} TaskId={place.TaskId} />;
    case 'start':
      return <StartPage />;
    case 'schedules':
      return <SchedulesPage />;
    case 'schedule':
      return <SchedulePage key={place.ScheduleId} ScheduleId={place.ScheduleId} />;
    case 'events':
      return <EventsPage />;
  }
}

function isWithin(place: Place, section: (typeof SECTIONS)[number]): boolean {
  return place.page === section || `${place.page}s` === section;
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
