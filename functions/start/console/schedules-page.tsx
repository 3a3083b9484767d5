/**
 * The list of schedules.
 *
 * @module
 */
import type { JSX } from 'preact';
import { ANSWERS } from './api.ts';
import { type Column, DataTable } from './data-table.tsx';
import { EmptyView } from './empty-view.tsx';
import { FilterBar, LiveView, Pager } from './list-parts.tsx';
import { type Action, OutcomeView, useAction } from './outcome.tsx';
import { formatFilter, formatPlace, type ListPlace } from './place.ts';
import { type Schedule, ScheduleActions } from './schedule-actions.tsx';
import { formatWallClock, readText, ScheduleBadge, WhenView } from './schedule-parts.tsx';
import { TEXTS } from './texts.ts';
import { RelativeTime } from './time-view.tsx';
import { formatDuration } from './times.ts';
import { useLive } from './use-live.ts';

const { columns, filters } = TEXTS.schedules;

const FIELDS = [{ name: 'AppId', label: filters.AppId }];

const COLUMNS: readonly Column<Schedule>[] = [
  {
    title: columns.schedule,
    render: ({ ScheduleId }) => <a href={formatPlace({ page: 'schedule', ScheduleId })}>{ScheduleId}</a>,
  },
  { title: columns.state, render: (schedule) => <ScheduleBadge schedule={schedule} /> },
  { title: columns.when, render: (schedule) => <WhenView schedule={schedule} /> },
  { title: columns.next, render: (schedule) => <NextSlot schedule={schedule} /> },
  { title: columns.length, render: ({ DurationSeconds }) => formatDuration(DurationSeconds) },
  { title: columns.channel, render: ({ Parameters }) => readText(Parameters.ChannelId) },
];

function NextSlot({ schedule: { NextSlots } }: { readonly schedule: Schedule }): JSX.Element {
  const [next] = NextSlots;
  if (next === undefined) return <span class="muted">{TEXTS.schedules.none}</span>;
  return (
    <>
      <RelativeTime at={next.SlotAt} /> <span class="muted">{formatWallClock(next.LocalTime)}</span>
    </>
  );
}

/** The list of schedules. */
export function SchedulesPage({ place }: { readonly place: ListPlace }): JSX.Element {
  const action = useAction();
  const path = `/schedules${formatFilter(place.filter)}`;
  return (
    <>
      <div class="heading">
        <h1>{TEXTS.schedules.title}</h1>
        <a class="button primary" href={formatPlace({ page: 'newSchedule' })}>
          {TEXTS.schedules.create}
        </a>
      </div>
      <OutcomeView outcome={action.outcome} />
      <FilterBar place={place} fields={FIELDS} />
      <ScheduleList key={path} path={path} place={place} action={action} />
    </>
  );
}

interface ScheduleListProps {
  readonly path: string;
  readonly place: ListPlace;
  readonly action: Action;
}

function ScheduleList({ path, place, action }: ScheduleListProps): JSX.Element {
  const live = useLive(path, ANSWERS.ScheduleList);
  const { refresh } = live;
  const { schedules } = TEXTS;
  const actions: Column<Schedule> = {
    title: columns.actions,
    render: (schedule) => (
      <ScheduleActions schedule={schedule} action={action} onChanged={refresh} onDeleted={refresh} />
    ),
  };
  return (
    <LiveView live={live}>
      {({ Schedules, Next }) =>
        Schedules.length === 0 ? (
          <EmptyView place={place} narrowed={schedules.emptyFiltered}>
            <p>{schedules.empty}</p>
            <p class="muted">{schedules.emptyHint}</p>
          </EmptyView>
        ) : (
          <>
            <DataTable
              caption={schedules.title}
              columns={[...COLUMNS, actions]}
              rows={Schedules}
              getKey={({ ScheduleId }) => ScheduleId}
            />
            <Pager place={place} next={Next} />
          </>
        )
      }
    </LiveView>
  );
}
