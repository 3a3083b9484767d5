/**
 * Fields with one control: texts, numbers, colours, choices and lists of user ids.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { describeChoice } from './choice-words.ts';
import { describeControl, FieldFrame, type FieldProps } from './field-frame.tsx';
import { formatColorValue, formatValue, isSameValue, readColor } from './field-text.ts';
import type { ChoiceField } from './form-fields.ts';
import { getValue, setValue } from './form-state.ts';
import { TEXTS } from './texts.ts';

/** How what is typed is read, and how a value is shown. */
interface TypedProps extends FieldProps {
  readonly read: (text: string) => unknown;
  readonly format: (value: unknown) => string;
}

/** What was typed stays as it is while it stands for the value: `0.50`, or a comma at the end of a list. */
function useTypedText({ field, parent, form, read, format }: TypedProps) {
  const [typed, setTyped] = useState('');
  const place = [...parent, field.name];
  const value = getValue(form.values, place);
  const text = value !== undefined && isSameValue(read(typed), value) ? typed : format(value);
  const change = (next: string) => {
    setTyped(next);
    form.onChange(setValue(form.values, place, read(next)));
  };
  return { text, change };
}

/** A field into which one types. */
export function TypedView(props: TypedProps): JSX.Element {
  const { field } = props;
  const { text, change } = useTypedText(props);
  const common = {
    ...describeControl(props),
    value: text,
    spellcheck: false,
    autocomplete: 'off',
  } as const;
  if (field.kind === 'passage') {
    return (
      <FieldFrame {...props}>
        <textarea {...common} rows={1} onInput={(event) => change(event.currentTarget.value)} />
      </FieldFrame>
    );
  }
  return (
    <FieldFrame {...props}>
      <input
        {...common}
        type="text"
        inputMode={field.kind === 'number' ? 'decimal' : undefined}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </FieldFrame>
  );
}

/** A packed colour, typed as `#rrggbb` or picked. */
export function ColorView(props: FieldProps): JSX.Element {
  const { field } = props;
  const { text, change } = useTypedText({ ...props, read: readColor, format: formatColorValue });
  return (
    <FieldFrame {...props}>
      <span class="row">
        <input
          {...describeControl(props)}
          type="text"
          value={text}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => change(event.currentTarget.value)}
        />
        <input
          type="color"
          aria-label={TEXTS.parameters.picker(field.name)}
          value={/^#[0-9a-f]{6}$/.test(text) ? text : '#000000'}
          onInput={(event) => change(event.currentTarget.value)}
        />
      </span>
    </FieldFrame>
  );
}

/** One of a few values, each with its meaning. */
export function ChoiceView(props: FieldProps<ChoiceField>): JSX.Element {
  const { field, parent, form } = props;
  const place = [...parent, field.name];
  const value = getValue(form.values, place);
  const index = field.options.findIndex((option) => isSameValue(option, value));
  const isUnknown = value !== undefined && index === -1;
  return (
    <FieldFrame {...props}>
      <select
        {...describeControl(props)}
        value={isUnknown ? 'unknown' : value === undefined ? '' : String(index)}
        onChange={({ currentTarget }) =>
          form.onChange(setValue(form.values, place, field.options[Number.parseInt(currentTarget.value, 10)]))
        }
      >
        <option value="">{describeNotSent(field)}</option>
        {isUnknown && (
          <option value="unknown" disabled>
            {TEXTS.parameters.unknownOption(formatValue(value))}
          </option>
        )}
        {field.options.map((option, position) => (
          <option key={option} value={String(position)}>
            {describeChoice(field.name, option)}
          </option>
        ))}
      </select>
    </FieldFrame>
  );
}

function describeNotSent({ name, assumed }: ChoiceField): string {
  if (assumed === undefined) return TEXTS.parameters.notSent;
  return TEXTS.parameters.notSentAssumed(describeChoice(name, assumed));
}
