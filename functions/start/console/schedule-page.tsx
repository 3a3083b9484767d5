/**
 * One schedule: when it records what, and what became of its slots.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ANSWERS, type Answer } from './api.ts';
import { Badge, type Tone } from './badge.tsx';
import { explainCode } from './codes.ts';
import { type Column, DataTable } from './data-table.tsx';
import { Facts } from './facts.tsx';
import { JsonText } from './json-text.tsx';
import { LayoutPicture } from './layout-view.tsx';
import { LiveView } from './list-parts.tsx';
import { OutcomeView, useAction } from './outcome.tsx';
import { formatPlace } from './place.ts';
import { formatSchedulePath, ScheduleActions } from './schedule-actions.tsx';
import { formatWallClock, readText, ScheduleBadge, WhenView } from './schedule-parts.tsx';
import { TEXTS } from './texts.ts';
import { FullTime } from './time-view.tsx';
import { formatDuration } from './times.ts';
import { useLive } from './use-live.ts';

type ScheduleDetail = Answer<'ScheduleDetail'>;
type Slot = ScheduleDetail['History'][number];

/** One schedule. */
export function SchedulePage({ ScheduleId }: { readonly ScheduleId: string }): JSX.Element {
  const [isDeleted, setIsDeleted] = useState(false);
  const action = useAction();
  const live = useLive(formatSchedulePath(ScheduleId), ANSWERS.ScheduleDetail);
  const { answer, refresh } = live;
  // A refused deletion leaves the schedule as it is.
  const isGone = isDeleted && action.outcome?.kind === 'done';
  return (
    <>
      <div class="heading">
        <h1>
          {TEXTS.schedule.title(ScheduleId)} {answer !== undefined && !isGone && <ScheduleBadge schedule={answer} />}
        </h1>
        {answer !== undefined && !isGone && (
          <ScheduleActions schedule={answer} action={action} onChanged={refresh} onDeleted={() => setIsDeleted(true)} />
        )}
      </div>
      <OutcomeView outcome={action.outcome} />
      {isGone ? (
        <p>
          <a href={formatPlace({ page: 'schedules' })}>{TEXTS.schedules.title}</a>
        </p>
      ) : (
        <LiveView live={live}>{(schedule) => <ScheduleView schedule={schedule} />}</LiveView>
      )}
    </>
  );
}

function ScheduleView({ schedule }: { readonly schedule: ScheduleDetail }): JSX.Element {
  const { Parameters } = schedule;
  return (
    <>
      <div class="overview">
        <ScheduleFacts schedule={schedule} />
        <section aria-label={TEXTS.task.picture}>
          <LayoutPicture parameters={Parameters} />
        </section>
      </div>
      <NextSlots schedule={schedule} />
      <History schedule={schedule} />
      <details class="section">
        <summary>
          <h2>{TEXTS.task.parameters}</h2>
        </summary>
        <JsonText value={Parameters} />
      </details>
    </>
  );
}

function ScheduleFacts({ schedule }: { readonly schedule: ScheduleDetail }): JSX.Element {
  const { DurationSeconds, LateBySeconds, Until, Parameters, CreatedAt, UpdatedAt } = schedule;
  const { facts } = TEXTS.schedule;
  return (
    <Facts
      facts={[
        [facts.when, <WhenView key="when" schedule={schedule} />],
        [facts.length, formatDuration(DurationSeconds)],
        [facts.late, formatDuration(LateBySeconds)],
        [facts.until, Until === undefined ? undefined : <FullTime key="until" at={Until} />],
        [facts.channel, readText(Parameters.ChannelId)],
        [facts.app, readText(Parameters.AppId)],
        [facts.created, <FullTime key="created" at={CreatedAt} />],
        [facts.updated, UpdatedAt === CreatedAt ? undefined : <FullTime key="updated" at={UpdatedAt} />],
      ]}
    />
  );
}

function NextSlots({ schedule }: { readonly schedule: ScheduleDetail }): JSX.Element {
  const { schedule: texts } = TEXTS;
  const columns: readonly Column<ScheduleDetail['NextSlots'][number]>[] = [
    { title: texts.nextColumns.local, render: ({ LocalTime }) => formatWallClock(LocalTime) },
    { title: texts.nextColumns.slot, render: ({ SlotAt }) => <FullTime at={SlotAt} /> },
    { title: texts.nextColumns.task, render: ({ TaskId }) => <code>{TaskId}</code> },
  ];
  return (
    <section>
      <h2>{texts.next}</h2>
      {schedule.NextSlots.length === 0 ? (
        <p class="muted">{texts.noNext}</p>
      ) : (
        <DataTable caption={texts.next} columns={columns} rows={schedule.NextSlots} getKey={({ SlotAt }) => SlotAt} />
      )}
    </section>
  );
}

const SLOT_TONES = new Map<string, Tone>([
  ['started', 'good'],
  ['missed', 'warn'],
  ['failed', 'bad'],
]);

function History({ schedule }: { readonly schedule: ScheduleDetail }): JSX.Element {
  const { schedule: texts } = TEXTS;
  const { historyColumns } = texts;
  const AppId = readText(schedule.Parameters.AppId) ?? '';
  const columns: readonly Column<Slot>[] = [
    { title: historyColumns.slot, render: ({ SlotAt }) => <FullTime at={SlotAt} /> },
    {
      title: historyColumns.state,
      render: ({ State }) => <Badge tone={SLOT_TONES.get(State) ?? 'quiet'} text={State} />,
    },
    { title: historyColumns.why, render: ({ Code }) => (Code === undefined ? undefined : explainCode(Code)) },
    {
      title: historyColumns.task,
      render: ({ State, TaskId }) =>
        State === 'missed' ? (
          <code>{TaskId}</code>
        ) : (
          <a href={formatPlace({ page: 'task', AppId, TaskId })}>{TaskId}</a>
        ),
    },
  ];
  return (
    <section>
      <h2>{texts.history}</h2>
      {schedule.History.length === 0 ? (
        <p class="muted">{texts.noHistory}</p>
      ) : (
        <DataTable caption={texts.history} columns={columns} rows={schedule.History} getKey={({ SlotAt }) => SlotAt} />
      )}
    </section>
  );
}
