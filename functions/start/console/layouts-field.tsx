/**
 * The field of the layouts: the vendor's by their pictures, the account's own by their ids.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { SYSTEM_LAYOUTS } from '../../../shared/record-task/system-layouts.ts';
import { describeControl, FieldFindings, FieldHelp, type FieldProps } from './field-frame.tsx';
import { formatList, isSameValue, readLayoutIds } from './field-text.ts';
import { getList, setValue } from './form-state.ts';
import { LayoutIcon } from './layout-view.tsx';
import { TEXTS } from './texts.ts';

/** The layouts to switch between. */
export function LayoutsView(props: FieldProps): JSX.Element {
  const { field, parent, form } = props;
  const place = [...parent, field.name];
  const chosen = getList(form.values, place);
  const isSystem = (id: unknown) => SYSTEM_LAYOUTS.some((layout) => layout.id === id);
  const own = chosen.filter((id) => !isSystem(id));
  const change = (list: readonly unknown[]) => form.onChange(setValue(form.values, place, list));
  const { id, ...described } = describeControl(props);
  return (
    <fieldset class="field layouts" id={id} tabIndex={-1} {...described}>
      <legend>{field.name}</legend>
      <FieldHelp {...props} />
      <div class="layout-choices">
        {SYSTEM_LAYOUTS.map((layout) => (
          <label key={layout.id}>
            <input
              type="checkbox"
              checked={chosen.includes(layout.id)}
              onChange={({ currentTarget }) =>
                change(currentTarget.checked ? [...chosen, layout.id] : chosen.filter((other) => other !== layout.id))
              }
            />
            <LayoutIcon LayoutId={layout.id} />
            <span>{TEXTS.parameters.layout(layout.id, layout.name, layout.panes.length)}</span>
          </label>
        ))}
      </div>
      <OwnLayouts own={own} onChange={(ids) => change([...chosen.filter(isSystem), ...ids])} />
      <FieldFindings {...props} />
    </fieldset>
  );
}

interface OwnLayoutsProps {
  readonly own: readonly unknown[];
  readonly onChange: (ids: readonly unknown[]) => void;
}

function OwnLayouts({ own, onChange }: OwnLayoutsProps): JSX.Element {
  const [typed, setTyped] = useState('');
  return (
    <label class="own-layouts">
      {TEXTS.parameters.otherLayouts}
      <input
        type="text"
        inputMode="numeric"
        autocomplete="off"
        value={isSameValue(readLayoutIds(typed), own) ? typed : formatList(own)}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          onChange(readLayoutIds(currentTarget.value));
        }}
      />
    </label>
  );
}
