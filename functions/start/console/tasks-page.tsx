/**
 * The list of tasks.
 *
 * @module
 */
import type { JSX } from 'preact';
import { ANSWERS, type Answer } from './api.ts';
import { StateBadge } from './badge.tsx';
import { type Column, DataTable } from './data-table.tsx';
import { EmptyView } from './empty-view.tsx';
import { FilterBar, LiveView, Pager } from './list-parts.tsx';
import { formatFilter, formatPlace, type ListPlace } from './place.ts';
import { TEXTS } from './texts.ts';
import { RelativeTime } from './time-view.tsx';
import { useLive } from './use-live.ts';

type Task = Answer<'TaskList'>['Tasks'][number];

const { columns, filters } = TEXTS.tasks;

const FIELDS = [
  { name: 'State', label: filters.State, options: TEXTS.states },
  { name: 'ChannelId', label: filters.ChannelId },
  { name: 'AppId', label: filters.AppId },
];

const COLUMNS: readonly Column<Task>[] = [
  {
    title: columns.task,
    render: ({ AppId, TaskId }) => <a href={formatPlace({ page: 'task', AppId, TaskId })}>{TaskId}</a>,
  },
  { title: columns.state, render: ({ State }) => <StateBadge state={State} /> },
  { title: columns.channel, render: ({ ChannelId }) => ChannelId },
  { title: columns.age, render: ({ RequestedAt }) => <RelativeTime at={RequestedAt} /> },
  { title: columns.files, render: ({ FileCount }) => FileCount },
  {
    title: columns.lastFile,
    render: ({ LastFileAt }) => (LastFileAt === undefined ? '–' : <RelativeTime at={LastFileAt} />),
  },
  {
    title: columns.warnings,
    render: ({ Warnings }) => (Warnings.length === 0 ? '–' : <span class="warn">{Warnings.length}</span>),
  },
];

/** The list of tasks. */
export function TasksPage({ place }: { readonly place: ListPlace }): JSX.Element {
  const path = `/record-tasks${formatFilter(place.filter)}`;
  return (
    <>
      <div class="heading">
        <h1>{TEXTS.tasks.title}</h1>
        <a class="button primary" href={formatPlace({ page: 'start' })}>
          {TEXTS.tasks.start}
        </a>
      </div>
      <FilterBar place={place} fields={FIELDS} />
      <TaskList key={path} path={path} place={place} />
    </>
  );
}

function TaskList({ path, place }: { readonly path: string; readonly place: ListPlace }): JSX.Element {
  const live = useLive(path, ANSWERS.TaskList);
  const { tasks } = TEXTS;
  return (
    <LiveView live={live}>
      {({ Tasks, Next }) =>
        Tasks.length === 0 ? (
          <EmptyView place={place} narrowed={tasks.emptyFiltered}>
            <p>{tasks.empty}</p>
            <p class="muted">{tasks.emptyHint}</p>
          </EmptyView>
        ) : (
          <>
            <DataTable
              caption={tasks.title}
              columns={COLUMNS}
              rows={Tasks}
              getKey={({ AppId, TaskId }) => formatPlace({ page: 'task', AppId, TaskId })}
            />
            <Pager place={place} next={Next} />
          </>
        )
      }
    </LiveView>
  );
}
