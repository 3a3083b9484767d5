/**
 * A new schedule: when, and what.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ANSWERS, callApi } from './api.ts';
import { CurlView } from './curl-view.tsx';
import { describeFinding, type FormFinding, findAt, joinFindings } from './findings.ts';
import { createDraft } from './form-state.ts';
import { OutcomeView, useAction } from './outcome.tsx';
import { ParametersEditor } from './parameters-editor.tsx';
import { formatPlace } from './place.ts';
import {
  createScheduleRequest,
  listParameterFindings,
  listScheduleFields,
  type ScheduleFieldName,
  type ScheduleFields,
  type ScheduleKind,
} from './schedule-form.ts';
import { TEXTS } from './texts.ts';

const PATH = '/schedules';

const KINDS = ['recurring', 'once'] as const satisfies readonly ScheduleKind[];

function createFields(): ScheduleFields {
  return {
    ScheduleId: '',
    StartAt: '',
    Cron: '0 10 * * 1-5',
    TimeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    DurationSeconds: '3600',
    Until: '',
    LateBySeconds: '',
  };
}

/** A new schedule. */
export function NewSchedulePage(): JSX.Element {
  const [kind, setKind] = useState<ScheduleKind>('recurring');
  const [fields, setFields] = useState(createFields);
  const [draft, setDraft] = useState(() => createDraft({}));
  const [created, setCreated] = useState<string>();
  const action = useAction();
  const { newSchedule } = TEXTS;
  const body = createScheduleRequest(kind, fields, draft.values);
  const { outcome } = action;
  const findings = outcome?.kind === 'refused' ? joinFindings(outcome.fault.Issues ?? [], []) : [];
  const create = async () => {
    setCreated(undefined);
    await action.run(callApi({ method: 'POST', path: PATH, body }, ANSWERS.ScheduleAnswer), (answer) => {
      setCreated(answer.ScheduleId);
      const isNew = answer.Outcome === 'created';
      return isNew ? newSchedule.created(answer.ScheduleId) : newSchedule.replayed(answer.ScheduleId);
    });
  };
  return (
    <>
      <h1>{newSchedule.title}</h1>
      <section>
        <h2>{newSchedule.when}</h2>
        <KindChoice kind={kind} onChange={setKind} />
        <div class="fields">
          {listScheduleFields(kind).map((name) => (
            <ScheduleField
              key={name}
              name={name}
              value={fields[name]}
              findings={findAt(findings, name)}
              onChange={(value) => setFields({ ...fields, [name]: value })}
            />
          ))}
        </div>
      </section>
      <h2>{newSchedule.task}</h2>
      <ParametersEditor kind="schedule" draft={draft} onChange={setDraft} answered={listParameterFindings(findings)}>
        <p class="row actions">
          <button type="button" class="primary" disabled={action.isBusy || !draft.isReadable} onClick={create}>
            {newSchedule.create}
          </button>
        </p>
        <OutcomeView outcome={outcome} />
        {created !== undefined && (
          <p>
            <a href={formatPlace({ page: 'schedule', ScheduleId: created })}>{newSchedule.show}</a>
          </p>
        )}
        <CurlView request={{ method: 'POST', url: new URL(PATH, location.href).href, body }} />
      </ParametersEditor>
    </>
  );
}

interface KindChoiceProps {
  readonly kind: ScheduleKind;
  readonly onChange: (kind: ScheduleKind) => void;
}

function KindChoice({ kind, onChange }: KindChoiceProps): JSX.Element {
  const { newSchedule } = TEXTS;
  return (
    <fieldset class="kinds">
      <legend class="visually-hidden">{newSchedule.when}</legend>
      {KINDS.map((option) => (
        <label key={option}>
          <input type="radio" name="kind" checked={kind === option} onChange={() => onChange(option)} />
          {newSchedule.kinds[option]}
        </label>
      ))}
    </fieldset>
  );
}

interface ScheduleFieldProps {
  readonly name: ScheduleFieldName;
  readonly value: string;
  readonly findings: readonly FormFinding[];
  readonly onChange: (value: string) => void;
}

function ScheduleField({ name, value, findings, onChange }: ScheduleFieldProps): JSX.Element {
  const { label, hint } = TEXTS.newSchedule.fields[name];
  const id = `schedule:${name}`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={value}
        aria-invalid={findings.length > 0}
        aria-describedby={`${id}:help ${id}:findings`}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
      <p class="help" id={`${id}:help`}>
        {hint}
      </p>
      <ul class="findings" id={`${id}:findings`}>
        {findings.map((finding) => (
          <li key={finding.Rule} class="error">
            {describeFinding(finding)}
          </li>
        ))}
      </ul>
    </div>
  );
}
