/**
 * The files of a task, and what no file covers.
 *
 * @module
 */
import type { JSX } from 'preact';
import type { Answer } from './api.ts';
import { type Column, DataTable } from './data-table.tsx';
import { formatFileLink, getFileName, toWebAddress } from './links.ts';
import { TEXTS } from './texts.ts';
import { FullTime, Hours } from './time-view.tsx';
import { listSpans, type Span } from './timeline.ts';
import { formatDuration } from './times.ts';

type Task = Answer<'TaskDetail'>;

const { fileColumns, sources } = TEXTS.task;

/** The files in the order they were recorded, with the gaps between. */
export function TaskFiles({ task }: { readonly task: Task }): JSX.Element {
  const spans = listSpans(task);
  return (
    <section>
      <h2>{TEXTS.task.files}</h2>
      {spans.length === 0 ? (
        <p class="muted">{task.EndedAt === undefined ? TEXTS.task.noFiles : TEXTS.task.noFilesEver}</p>
      ) : (
        <DataTable
          caption={TEXTS.task.files}
          columns={createColumns(task)}
          rows={spans}
          getKey={({ key }) => key}
          getLook={({ kind }) => (kind === 'gap' ? 'gap' : undefined)}
        />
      )}
    </section>
  );
}

function createColumns(task: Task): readonly Column<Span>[] {
  return [
    {
      title: fileColumns.name,
      render: (span) =>
        span.kind === 'gap' ? (
          TEXTS.task.gap
        ) : (
          <a href={formatFileLink(task, span.file.FileId)} rel="noreferrer">
            {getFileName(span.file.Url)}
          </a>
        ),
    },
    { title: fileColumns.from, render: (span) => <FullTime at={span.from} /> },
    { title: fileColumns.to, render: (span) => <Hours at={span.to} /> },
    { title: fileColumns.length, render: (span) => formatDuration(span.seconds) },
    { title: fileColumns.source, render: (span) => (span.kind === 'gap' ? span.text : sources[span.file.Source]) },
    {
      title: fileColumns.address,
      render: (span) => (span.kind === 'gap' ? undefined : <Address url={span.file.Url} />),
    },
  ];
}

/** The address as RTC gave it: whoever may read the bucket can use it. */
function Address({ url }: { readonly url: string }): JSX.Element {
  const address = toWebAddress(url);
  if (address === undefined) return <code>{TEXTS.task.noAddress}</code>;
  return (
    <a href={address} title={url} rel="noreferrer">
      {TEXTS.task.address}
    </a>
  );
}
