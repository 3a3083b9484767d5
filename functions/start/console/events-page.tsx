/**
 * The log of events: what did not reach the app first.
 *
 * @module
 */
import type { JSX } from 'preact';
import { ANSWERS, type Answer } from './api.ts';
import { type Column, DataTable } from './data-table.tsx';
import { DeliveryView } from './delivery-view.tsx';
import { EmptyView } from './empty-view.tsx';
import { FilterBar, LiveView, Pager } from './list-parts.tsx';
import { type Action, OutcomeView, useAction } from './outcome.tsx';
import { formatFilter, formatPlace, type ListPlace } from './place.ts';
import { TEXTS } from './texts.ts';
import { RelativeTime } from './time-view.tsx';
import { describeData, describeEventType } from './timeline.ts';
import { useLive } from './use-live.ts';

type LoggedEvent = Answer<'EventList'>['Events'][number];

const { columns, filters } = TEXTS.events;

const FIELDS = [
  { name: 'Delivery', label: filters.Delivery, options: TEXTS.deliveryFilter },
  { name: 'Type', label: filters.Type, options: TEXTS.eventTypes },
  { name: 'TaskId', label: filters.TaskId },
  { name: 'AppId', label: filters.AppId },
];

/** The log of events. */
export function EventsPage({ place }: { readonly place: ListPlace }): JSX.Element {
  const action = useAction();
  const query = formatFilter(place.filter);
  const { events } = TEXTS;
  return (
    <>
      <h1>{events.title}</h1>
      <OutcomeView outcome={action.outcome} />
      {place.filter === undefined && <FailureLists action={action} />}
      <h2>{place.filter === undefined ? events.all : events.found}</h2>
      <FilterBar place={place} fields={FIELDS} />
      <EventList key={query} query={query} place={place} action={action} />
    </>
  );
}

/** What was given up, and what is tried again. */
function FailureLists({ action }: { readonly action: Action }): JSX.Element {
  const dead = useLive('/events?Delivery=dead', ANSWERS.EventList);
  const pending = useLive('/events?Delivery=pending', ANSWERS.EventList);
  const rows = [...(dead.answer?.Events ?? []), ...(pending.answer?.Events ?? [])];
  const { events } = TEXTS;
  const refresh = () => {
    dead.refresh();
    pending.refresh();
  };
  return (
    <>
      <h2>{events.failures}</h2>
      {rows.length === 0 ? (
        <p class="muted">{dead.answer !== undefined && pending.answer !== undefined && events.noFailures}</p>
      ) : (
        <EventTable caption={events.failures} rows={rows} action={action} onDone={refresh} />
      )}
    </>
  );
}

interface EventListProps {
  readonly query: string;
  readonly place: ListPlace;
  readonly action: Action;
}

function EventList({ query, place, action }: EventListProps): JSX.Element {
  const live = useLive(`/events${query}`, ANSWERS.EventList);
  const { events } = TEXTS;
  return (
    <LiveView live={live}>
      {({ Events, Next }) =>
        Events.length === 0 ? (
          <EmptyView place={place} narrowed={events.emptyFiltered}>
            <p>{events.empty}</p>
            <p class="muted">{events.emptyHint}</p>
          </EmptyView>
        ) : (
          <>
            <EventTable caption={events.title} rows={Events} action={action} onDone={live.refresh} />
            <Pager place={place} next={Next} />
          </>
        )
      }
    </LiveView>
  );
}

interface EventTableProps {
  readonly caption: string;
  readonly rows: readonly LoggedEvent[];
  readonly action: Action;
  readonly onDone: () => void;
}

function EventTable({ caption, rows, action, onDone }: EventTableProps): JSX.Element {
  const delivery: Column<LoggedEvent> = {
    title: columns.delivery,
    render: (event) => <DeliveryView event={event} action={action} onDone={onDone} />,
  };
  return <DataTable caption={caption} columns={[...COLUMNS, delivery]} rows={rows} getKey={({ EventId }) => EventId} />;
}

const COLUMNS: readonly Column<LoggedEvent>[] = [
  { title: columns.type, render: ({ Type }) => describeEventType(Type) },
  { title: columns.at, render: ({ At }) => <RelativeTime at={At} /> },
  { title: columns.task, render: (event) => <TaskLink event={event} /> },
  { title: columns.detail, render: ({ Data }) => describeData(Data) },
];

function TaskLink({ event }: { readonly event: LoggedEvent }): JSX.Element {
  const { AppId, TaskId, Data } = event;
  // A slot that was missed has no task to look at.
  if (event.Type === 'schedule.missed' && typeof Data.ScheduleId === 'string') {
    return <a href={formatPlace({ page: 'schedule', ScheduleId: Data.ScheduleId })}>{Data.ScheduleId}</a>;
  }
  if (TaskId === undefined) return <span class="muted">{TEXTS.events.wholeApp}</span>;
  return <a href={formatPlace({ page: 'task', AppId, TaskId })}>{TaskId}</a>;
}
