/**
 * What stands around the control of a field: label, help, and what there is to say of its value.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';
import { formatPlace, type Place } from '../../../shared/record-task/check.ts';
import { describeChoice } from './choice-words.ts';
import { describeFinding, type FormFinding, findAt, findWithin } from './findings.ts';
import type { FormField } from './form-fields.ts';
import type { FormValues } from './form-state.ts';
import { TEXTS } from './texts.ts';

/** The form that fields belong to. */
export interface FormHandle {
  readonly values: FormValues;
  readonly findings: readonly FormFinding[];
  readonly onChange: (values: FormValues) => void;
}

/** A field, and where it stands in its form. */
export interface FieldProps<TField extends FormField = FormField> {
  readonly field: TField;
  /** Where the object is that the field belongs to. */
  readonly parent: Place;
  readonly form: FormHandle;
}

interface FrameProps extends FieldProps {
  readonly children: ComponentChildren;
}

/** Label, control, help and findings of a field with one control. */
export function FieldFrame({ children, ...props }: FrameProps): JSX.Element {
  const { field } = props;
  return (
    <div class={`field ${field.kind}`}>
      <label for={getPath(props)}>
        {field.name} {field.isRequired && <span class="muted">{TEXTS.parameters.required}</span>}
      </label>
      {children}
      <FieldHelp {...props} />
      <FieldFindings {...props} />
    </div>
  );
}

/** Description of a field: what it is, what is accepted, what is assumed, and who says so. */
export function FieldHelp(props: FieldProps): JSX.Element {
  const { field } = props;
  const { name, description, accepted, unit, source, assumed } = field;
  const { parameters } = TEXTS;
  return (
    <p class="help" id={`${getPath(props)}:help`}>
      {description} {field.kind === 'users' && `${parameters.idsHint} `}
      <span class="fine">
        {field.kind !== 'choice' && `${parameters.accepted(accepted)} `}
        {unit !== undefined && `${parameters.unit(unit)} `}
        {assumed !== undefined && `${parameters.assumed(describeChoice(name, assumed))} `}
        {source !== undefined && parameters.source(source)}
      </span>
    </p>
  );
}

/** Faults and warnings of a field. */
export function FieldFindings(props: FieldProps): JSX.Element | null {
  const findings = getFindings(props);
  if (findings.length === 0) return null;
  return (
    <ul class="findings" id={`${getPath(props)}:findings`}>
      {findings.map((finding) => (
        <li key={`${finding.Path} ${finding.Rule}`} class={finding.severity}>
          <strong>{TEXTS.parameters.severities[finding.severity]}:</strong> {describeFinding(finding)}
        </li>
      ))}
    </ul>
  );
}

/** Attributes of the control of a field: its id is the path of the value. */
export function describeControl(props: FieldProps) {
  const path = getPath(props);
  const findings = getFindings(props);
  return {
    id: path,
    'aria-describedby': `${path}:help${findings.length > 0 ? ` ${path}:findings` : ''}`,
    'aria-invalid': findings.some(({ severity }) => severity === 'error'),
  };
}

function getPath({ field, parent }: FieldProps): string {
  return formatPlace([...parent, field.name]).Path;
}

/** The items of a list of objects have places for findings of their own. */
function getFindings(props: FieldProps): readonly FormFinding[] {
  const { field, form } = props;
  return (field.kind === 'items' ? findAt : findWithin)(form.findings, getPath(props));
}
