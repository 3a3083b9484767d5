/**
 * What stands around a list: what it is narrowed to, whether it is up to date, and its pages.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { FaultView } from './fault-view.tsx';
import { formatPlace, type ListPlace, narrowList } from './place.ts';
import { TEXTS } from './texts.ts';
import { Hours } from './time-view.tsx';
import type { Live } from './use-live.ts';

/** A parameter to narrow a list by. */
interface FilterField {
  readonly name: string;
  readonly label: string;
  /** Words by value; any text if there are none. */
  readonly options?: Readonly<Record<string, string>>;
}

interface FilterBarProps {
  readonly place: ListPlace;
  readonly fields: readonly FilterField[];
}

/** Fields that narrow the list: each change is a place of its own, and back takes it back. */
export function FilterBar({ place, fields }: FilterBarProps): JSX.Element {
  return (
    <search class="filters">
      {fields.map((field) => (
        <FilterControl key={field.name} place={place} field={field} />
      ))}
    </search>
  );
}

function FilterControl({ place, field }: { readonly place: ListPlace; readonly field: FilterField }): JSX.Element {
  const { name, label, options } = field;
  const value = place.filter?.[name] ?? '';
  const change = (next: string) => {
    location.hash = formatPlace(narrowList(place, name, next.trim()));
  };
  const id = useId();
  return (
    <div>
      <label for={id}>{label}</label>
      {options === undefined ? (
        <input
          id={id}
          type="search"
          autocomplete="off"
          spellcheck={false}
          value={value}
          onChange={({ currentTarget }) => change(currentTarget.value)}
        />
      ) : (
        <select id={id} value={value} onChange={({ currentTarget }) => change(currentTarget.value)}>
          <option value="">{TEXTS.list.any}</option>
          {Object.entries(options).map(([option, words]) => (
            <option key={option} value={option}>
              {words}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

interface LiveViewProps<T> {
  readonly live: Live<T>;
  readonly children: (answer: T) => ComponentChildren;
}

/** The last answer, and a word about whether it still holds. */
export function LiveView<T>({ live, children }: LiveViewProps<T>): JSX.Element {
  const { answer, fault } = live;
  if (answer !== undefined) {
    return (
      <>
        <LiveNote live={live} />
        {children(answer)}
      </>
    );
  }
  return fault === undefined ? <p class="muted">{TEXTS.list.loading}</p> : <FaultView fault={fault} />;
}

function LiveNote<T>({ live }: { readonly live: Live<T> }): JSX.Element {
  const { answeredAtMs, fault, refresh } = live;
  const { list } = TEXTS;
  return (
    <p class={fault === undefined ? 'live' : 'live stale'}>
      <span role="status">{fault === undefined ? list.live : `${list.stale} ${fault.Code}: ${fault.Message}`}</span>{' '}
      <span class="muted">
        {list.asOf} <Hours at={new Date(answeredAtMs).toISOString()} />
      </span>{' '}
      {fault !== undefined && (
        <button type="button" class="link" onClick={refresh}>
          {list.retry}
        </button>
      )}
    </p>
  );
}

interface PagerProps {
  readonly place: ListPlace;
  /** Where the next page begins; absent on the last. */
  readonly next: string | undefined;
}

/** The way to older items, and back to the newest. */
export function Pager({ place, next }: PagerProps): JSX.Element | null {
  const { filter = {} } = place;
  if (next === undefined && filter.After === undefined) return null;
  return (
    <nav class="pager" aria-label={TEXTS.list.pages}>
      {filter.After !== undefined && <a href={formatPlace(narrowList(place, 'After', ''))}>{TEXTS.list.newest}</a>}
      {next !== undefined && (
        <a href={formatPlace({ ...place, filter: { ...filter, After: next } })}>{TEXTS.list.older}</a>
      )}
    </nav>
  );
}
