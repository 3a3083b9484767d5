/**
 * A field of a form, of whatever kind, down to the lists of panes, images and texts, whose items have fields themselves.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { formatPlace, isRecord, type Place } from '../../../shared/record-task/check.ts';
import { describeControl, FieldFindings, FieldHelp, type FieldProps } from './field-frame.tsx';
import { formatList, formatValue, readIds, readNumber, readText } from './field-text.ts';
import { describeFinding, findAt, findWithin } from './findings.ts';
import type { ItemsField } from './form-fields.ts';
import { getList, insertItem, moveItem, removeItem } from './form-state.ts';
import { LayoutsView } from './layouts-field.tsx';
import { createNewItem, duplicateItem } from './new-items.ts';
import { revealSoon } from './reveal.ts';
import { TEXTS } from './texts.ts';
import { ChoiceView, ColorView, TypedView } from './value-field.tsx';

/** A field of any kind. */
export function FieldView(props: FieldProps): JSX.Element {
  const { field, parent, form } = props;
  switch (field.kind) {
    case 'items':
      return <ItemList field={field} parent={parent} form={form} />;
    case 'layouts':
      return <LayoutsView {...props} />;
    case 'choice':
      return <ChoiceView field={field} parent={parent} form={form} />;
    case 'color':
      return <ColorView {...props} />;
    case 'users':
      return <TypedView {...props} read={readIds} format={formatList} />;
    case 'number':
      return <TypedView {...props} read={readNumber} format={formatValue} />;
    case 'text':
    case 'passage':
      return <TypedView {...props} read={readText} format={formatValue} />;
  }
}

type ItemListProps = FieldProps<ItemsField>;

/** A list of objects: the items with their fields, and a button to add one. */
function ItemList(props: ItemListProps): JSX.Element {
  const { field, parent, form } = props;
  const place = [...parent, field.name];
  const list = getList(form.values, place);
  const insert = (index: number, item: unknown) => {
    form.onChange(insertItem(form.values, place, index, item));
    revealItem([...place, index]);
  };
  const { id, ...described } = describeControl(props);
  const addText = TEXTS.parameters.add(nameItem(field.name));
  return (
    <fieldset class="field items" id={id} tabIndex={-1} {...described}>
      <legend>{field.name}</legend>
      <FieldHelp {...props} />
      <FieldFindings {...props} />
      {list.map((item, index) => (
        <ItemView
          key={index}
          {...props}
          item={item}
          index={index}
          onDuplicate={() => insert(index + 1, duplicateItem(field.name, item, list))}
          onRemove={() => {
            form.onChange(removeItem(form.values, place, index));
            revealSoon([id]);
          }}
          onMoveUp={() => {
            form.onChange(moveItem(form.values, place, index, index - 1));
            revealItem([...place, index - 1]);
          }}
        />
      ))}
      {list.length < field.maxLength && (
        <button
          type="button"
          aria-label={parent.length === 0 ? undefined : `${addText}: ${namePlace(parent)}`}
          onClick={() => insert(list.length, createNewItem(field.name, list))}
        >
          {addText}
        </button>
      )}
    </fieldset>
  );
}

interface ItemViewProps extends ItemListProps {
  readonly item: unknown;
  readonly index: number;
  readonly onDuplicate: () => void;
  readonly onRemove: () => void;
  readonly onMoveUp: () => void;
}

function ItemView({ field, parent, form, item, index, ...actions }: ItemViewProps): JSX.Element {
  const place = [...parent, field.name, index];
  const { Path } = formatPlace(place);
  const { parameters } = TEXTS;
  const name = namePlace(place);
  const [isOpen, setIsOpen] = useState(false);
  const isFaulty = findWithin(form.findings, Path).some(({ severity }) => severity === 'error');
  return (
    <details
      class={isFaulty ? 'item faulty' : 'item'}
      open={isOpen}
      onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}
    >
      <summary id={Path}>
        {nameItem(field.name)} {index + 1}
        <span class="muted">{summarizeItem(item)}</span>
      </summary>
      {isOpen && (
        <div class="item-content" id={`${Path}:content`} tabIndex={-1}>
          {findAt(form.findings, Path).map((finding) => (
            <p key={finding.Rule} class={`finding ${finding.severity}`}>
              <strong>{parameters.severities[finding.severity]}:</strong> {describeFinding(finding)}
            </p>
          ))}
          <div class="fields">
            {field.fields.map((child) => (
              <FieldView key={child.name} field={child} parent={place} form={form} />
            ))}
          </div>
          <p class="row">
            <button type="button" aria-label={`${parameters.duplicate}: ${name}`} onClick={actions.onDuplicate}>
              {parameters.duplicate}
            </button>
            {index > 0 && (
              <button type="button" aria-label={`${parameters.moveUp}: ${name}`} onClick={actions.onMoveUp}>
                {parameters.moveUp}
              </button>
            )}
            <button type="button" aria-label={`${parameters.remove}: ${name}`} onClick={actions.onRemove}>
              {parameters.remove}
            </button>
          </p>
        </div>
      )}
    </details>
  );
}

function revealItem(place: Place): void {
  const { Path } = formatPlace(place);
  revealSoon([`${Path}:content`, Path]);
}

const ITEM_NAMES = new Map<string, string>(Object.entries(TEXTS.parameters.items));

function nameItem(name: string): string {
  return ITEM_NAMES.get(name) ?? TEXTS.parameters.item;
}

/** An item as one speaks of it: `Text 1, Pane 2`. */
function namePlace(place: Place): string {
  const names = place.flatMap((key, index) =>
    typeof key === 'number' ? `${nameItem(String(place[index - 1]))} ${key + 1}` : [],
  );
  return names.toReversed().join(', ');
}

/** What tells an item from its neighbours, as long as it is folded. */
function summarizeItem(item: unknown): string {
  if (!isRecord(item)) return formatValue(item);
  const { PaneId, UserId, SourceType, Text, Url, Display } = item;
  const parts = [
    PaneId === undefined ? '' : `PaneId ${formatValue(PaneId)}`,
    ...[UserId, SourceType, Text, Url].map(formatValue),
    Url === undefined && Display !== undefined ? `Display ${formatValue(Display)}` : '',
  ];
  return parts.flatMap((part) => (part === '' ? [] : ` · ${part}`)).join('');
}
