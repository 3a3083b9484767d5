/**
 * Parameters as a form, as JSON and as a picture, side by side: for a start, an update and a schedule.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { CostHint } from './cost-hint.tsx';
import type { FormHandle } from './field-frame.tsx';
import {
  describeFinding,
  type FormFinding,
  findWithin,
  listPathsAround,
  mergeFindings,
  reviewForm,
} from './findings.ts';
import { FieldView } from './form-field.tsx';
import { type FieldGroup, FORM_FIELDS, type FormKind } from './form-fields.ts';
import { createDraft, type Draft, editJson, type FormValues } from './form-state.ts';
import { LayoutPicture } from './layout-view.tsx';
import { reveal } from './reveal.ts';
import { TEXTS } from './texts.ts';

const JSON_ID = 'parameters-json';

interface ParametersEditorProps {
  readonly kind: FormKind;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** What the service said of these very parameters. */
  readonly answered?: readonly FormFinding[];
  /** What these parameters change, for the picture: those of the running task. */
  readonly base?: FormValues;
  /** Below the form: what can be done with the parameters. */
  readonly children?: ComponentChildren;
}

/** The form with its picture, what it costs, its findings and its JSON. */
export function ParametersEditor(props: ParametersEditorProps): JSX.Element {
  const { kind, draft, onChange, answered = [], base, children } = props;
  const { values } = draft;
  const review = useMemo(() => reviewForm(kind, values), [kind, values]);
  const findings = mergeFindings(review.findings, answered);
  const form = { values, findings, onChange: (changed: FormValues) => onChange(createDraft(changed)) };
  const drawn = useMemo(() => ({ ...base, ...values }), [base, values]);
  return (
    <div class="parameters">
      <div class="parameters-form">
        <fieldset class="plain" disabled={!draft.isReadable}>
          {FORM_FIELDS[kind].map((group) => (
            <GroupView key={group.id} group={group} form={form} />
          ))}
        </fieldset>
        {children}
      </div>
      <div class="parameters-side">
        <LayoutPicture parameters={drawn} />
        <FindingsView findings={findings} />
        <CostHint sound={review.sound} form={form} />
        <JsonView draft={draft} onChange={onChange} />
      </div>
    </div>
  );
}

function GroupView({ group, form }: { readonly group: FieldGroup; readonly form: FormHandle }): JSX.Element {
  const { id, fields } = group;
  // Decided once: what was opened or closed since stays so.
  const [isOpen] = useState(() => id !== 'who' || fields.some(({ name }) => form.values[name] !== undefined));
  const count = fields.reduce((sum, { name }) => sum + findWithin(form.findings, name).length, 0);
  return (
    <details class="group" open={isOpen}>
      <summary>
        <h2>{TEXTS.parameters.groups[id]}</h2>
        {count > 0 && <span class="count"> {TEXTS.parameters.findingCount(count)}</span>}
      </summary>
      <div class="fields">
        {fields.map((field) => (
          <FieldView key={field.name} field={field} parent={[]} form={form} />
        ))}
      </div>
    </details>
  );
}

function FindingsView({ findings }: { readonly findings: readonly FormFinding[] }): JSX.Element {
  const faults = findings.filter(({ severity }) => severity === 'error').length;
  const summary = TEXTS.parameters.findings(faults, findings.length - faults);
  return (
    <section class="summary" aria-label={TEXTS.parameters.findingsTitle}>
      <h2>{summary}</h2>
      <p class="visually-hidden" role="status">
        {useSettled(summary)}
      </p>
      <ul class="findings">
        {findings.map((finding) => (
          <li key={`${finding.Path} ${finding.Rule}`} class={finding.severity}>
            <button type="button" class="link" onClick={() => reveal([...listPathsAround(finding.Path), JSON_ID])}>
              {TEXTS.parameters.severities[finding.severity]}: {describeFinding(finding)}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

const SETTLE_MS = 1_000;

/** A text once it has stood still for a second: a screen reader is not to speak with every keystroke. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function JsonView({ draft, onChange }: Pick<ParametersEditorProps, 'draft' | 'onChange'>): JSX.Element {
  const { parameters } = TEXTS;
  return (
    <section class="json">
      <h2>
        <label for={JSON_ID}>{parameters.json}</label>
      </h2>
      <p class="help" id={`${JSON_ID}:help`}>
        {parameters.jsonHint}
      </p>
      <textarea
        id={JSON_ID}
        rows={Math.min(30, draft.json.split('\n').length + 1)}
        spellcheck={false}
        autocomplete="off"
        value={draft.json}
        aria-describedby={`${JSON_ID}:help ${JSON_ID}:findings`}
        aria-invalid={!draft.isReadable}
        onInput={(event) => onChange(editJson(draft, event.currentTarget.value))}
      />
      <div id={`${JSON_ID}:findings`}>
        {!draft.isReadable && (
          <p class="finding error">
            {parameters.jsonUnreadable}{' '}
            <button type="button" class="link" onClick={() => onChange(createDraft(draft.values))}>
              {parameters.jsonRestore}
            </button>
          </p>
        )}
      </div>
    </section>
  );
}
