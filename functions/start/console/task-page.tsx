/**
 * One task: what is known of it, its files, and everything that happened.
 *
 * @module
 */
import type { JSX } from 'preact';
import { ANSWERS, type Answer } from './api.ts';
import { StateBadge } from './badge.tsx';
import { explainCode } from './codes.ts';
import { Facts } from './facts.tsx';
import { describeFinding } from './findings.ts';
import { JsonText } from './json-text.tsx';
import { LayoutPicture } from './layout-view.tsx';
import { LiveView } from './list-parts.tsx';
import { OutcomeView, useAction } from './outcome.tsx';
import { StopButton, TaskChange } from './task-actions.tsx';
import { TaskFiles } from './task-files.tsx';
import { TaskTimeline } from './task-timeline.tsx';
import { TEXTS } from './texts.ts';
import { FullTime } from './time-view.tsx';
import { useLive } from './use-live.ts';

type Task = Answer<'TaskDetail'>;

interface TaskPageProps {
  readonly AppId: string;
  readonly TaskId: string;
}

/** One task. */
export function TaskPage({ AppId, TaskId }: TaskPageProps): JSX.Element {
  const path = `/record-tasks/${encodeURIComponent(TaskId)}?${new URLSearchParams({ AppId })}`;
  const live = useLive(path, ANSWERS.TaskDetail);
  const action = useAction();
  const { answer, refresh } = live;
  return (
    <>
      <div class="heading">
        <h1>
          {TEXTS.task.title(TaskId)} {answer !== undefined && <StateBadge state={answer.State} />}
        </h1>
        {answer !== undefined && <StopButton task={answer} path={path} action={action} onDone={refresh} />}
      </div>
      <OutcomeView outcome={action.outcome} />
      <LiveView live={live}>
        {(task) => (
          <>
            <TaskOverview task={task} />
            <TaskFiles task={task} />
            <TaskTimeline task={task} action={action} onDone={refresh} />
            <TaskParameters task={task} />
            <TaskChange task={task} path={path} action={action} onDone={refresh} />
          </>
        )}
      </LiveView>
    </>
  );
}

function TaskOverview({ task }: { readonly task: Task }): JSX.Element {
  const { Parameters, Changes } = task;
  return (
    <div class={Parameters === undefined ? undefined : 'overview'}>
      <div>
        <TaskTrouble task={task} />
        <TaskFacts task={task} />
      </div>
      {Parameters !== undefined && (
        <section aria-label={TEXTS.task.picture}>
          <LayoutPicture parameters={{ ...Parameters, ...Changes }} />
        </section>
      )}
    </div>
  );
}

function TaskTrouble({ task: { State, ErrorCode, Warnings } }: { readonly task: Task }): JSX.Element {
  const { task } = TEXTS;
  return (
    <>
      {ErrorCode !== undefined && (
        <div class={State === 'failed' ? 'note bad' : 'note'}>
          <h2>{State === 'failed' ? task.why : task.lastAnswer}</h2>
          <p>{explainCode(ErrorCode)}</p>
        </div>
      )}
      {Warnings.length > 0 && (
        <div class="note warn">
          <h2>{task.warnings}</h2>
          <ul>
            {Warnings.map((warning) => (
              <li key={`${warning.Path} ${warning.Rule}`}>{describeFinding(warning)}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function TaskFacts({ task }: { readonly task: Task }): JSX.Element {
  const { ChannelId, AppId, Run, Attempt, StartRequestId } = task;
  const { facts } = TEXTS.task;
  return (
    <Facts
      facts={[
        [facts.channel, ChannelId],
        [facts.app, AppId],
        [facts.requested, formatFullTime(task.RequestedAt)],
        [facts.started, formatFullTime(task.StartedAt)],
        [facts.stopAt, formatFullTime(task.EndedAt === undefined ? task.StopAt : undefined)],
        [facts.stopRequested, formatFullTime(task.StopRequestedAt)],
        [facts.ended, formatFullTime(task.EndedAt)],
        [facts.lastFile, formatFullTime(task.LastFileAt)],
        [facts.run, Run > 1 ? Run : undefined],
        [facts.attempts, Attempt > 1 ? Attempt : undefined],
        [facts.startRequestId, StartRequestId === undefined ? undefined : <code>{StartRequestId}</code>],
      ]}
    />
  );
}

function formatFullTime(at: string | undefined): JSX.Element | undefined {
  return at === undefined ? undefined : <FullTime at={at} />;
}

function TaskParameters({ task }: { readonly task: Task }): JSX.Element {
  const { Parameters, Changes } = task;
  const { task: texts } = TEXTS;
  if (Parameters === undefined) return <p class="muted">{texts.noParameters}</p>;
  return (
    <details class="section">
      <summary>
        <h2>{texts.parameters}</h2>
      </summary>
      <JsonText value={Parameters} />
      {Changes !== undefined && (
        <>
          <h3>{texts.changes}</h3>
          <JsonText value={Changes} />
        </>
      )}
    </details>
  );
}
