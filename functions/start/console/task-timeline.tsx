/**
 * What happened to a task, line by line.
 *
 * @module
 */
import type { JSX } from 'preact';
import type { Answer } from './api.ts';
import { DeliveryView } from './delivery-view.tsx';
import type { Action } from './outcome.tsx';
import { TEXTS } from './texts.ts';
import { FullTime } from './time-view.tsx';
import { createTimeline, type TimelineEntry } from './timeline.ts';

interface TaskTimelineProps {
  readonly task: Answer<'TaskDetail'>;
  readonly action: Action;
  readonly onDone: () => void;
}

/** The timeline. */
export function TaskTimeline({ task, ...entryProps }: TaskTimelineProps): JSX.Element {
  return (
    <section>
      <h2>{TEXTS.task.timeline}</h2>
      <ol class="timeline">
        {createTimeline(task).map((entry) => (
          <EntryView key={entry.key} entry={entry} {...entryProps} />
        ))}
      </ol>
    </section>
  );
}

interface EntryViewProps extends Omit<TaskTimelineProps, 'task'> {
  readonly entry: TimelineEntry;
}

function EntryView({ entry, action, onDone }: EntryViewProps): JSX.Element {
  const { at, title, detail, look, event } = entry;
  return (
    <li class={look}>
      <p>
        <strong>{title}</strong>{' '}
        <span class="when">
          <FullTime at={at} />
        </span>
      </p>
      {detail !== '' && <p>{detail}</p>}
      {event !== undefined && <DeliveryView event={event} action={action} onDone={onDone} />}
    </li>
  );
}
