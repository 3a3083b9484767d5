/**
 * What can be done with a schedule: pause it, resume it, delete it.
 *
 * @module
 */
import type { JSX } from 'preact';
import { ANSWERS, type Answer, callApi } from './api.ts';
import { ConfirmButton } from './confirm-button.tsx';
import type { Action } from './outcome.tsx';
import { TEXTS } from './texts.ts';

/** A schedule as lists show it. */
export type Schedule = Answer<'ScheduleList'>['Schedules'][number];

interface ScheduleActionsProps {
  readonly schedule: Pick<Schedule, 'ScheduleId' | 'Enabled'>;
  readonly action: Action;
  readonly onChanged: () => void;
  readonly onDeleted: () => void;
}

/** The buttons of a schedule. */
export function ScheduleActions({ schedule, action, onChanged, onDeleted }: ScheduleActionsProps): JSX.Element {
  const { ScheduleId, Enabled } = schedule;
  const { schedules } = TEXTS;
  const path = formatSchedulePath(ScheduleId);
  const label = Enabled ? schedules.pause : schedules.resume;
  const toggle = async () => {
    const request = callApi({ method: 'PATCH', path, body: { Enabled: !Enabled } }, ANSWERS.ScheduleAnswer);
    await action.run(request, (changed) =>
      changed.Enabled ? schedules.hasResumed(ScheduleId) : schedules.hasPaused(ScheduleId),
    );
    onChanged();
  };
  const remove = async () => {
    const request = callApi({ method: 'DELETE', path }, ANSWERS.ScheduleDeleted);
    await action.run(request, () => schedules.hasDeleted(ScheduleId));
    onDeleted();
  };
  return (
    <span class="row">
      <button
        type="button"
        class="small"
        disabled={action.isBusy}
        aria-label={schedules.of(label, ScheduleId)}
        onClick={toggle}
      >
        {label}
      </button>
      <ConfirmButton
        label={schedules.delete}
        name={schedules.of(schedules.delete, ScheduleId)}
        look="small danger"
        isDisabled={action.isBusy}
        question={schedules.deleteQuestion}
        explanation={schedules.deleteExplanation(ScheduleId)}
        onConfirm={remove}
      />
    </span>
  );
}

/** Where a schedule is in the REST interface. */
export function formatSchedulePath(ScheduleId: string): string {
  return `/schedules/${encodeURIComponent(ScheduleId)}`;
}
