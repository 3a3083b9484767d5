/**
 * Tables, which a narrow screen shows as cards.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';

/** A column: its heading, and what a row has in it. */
export interface Column<Row> {
  readonly title: string;
  readonly render: (row: Row) => ComponentChildren;
}

interface DataTableProps<Row> {
  readonly caption: string;
  /** The first is the name of the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly getKey: (row: Row) => string;
  /** How the row looks; nothing special if it says nothing. */
  readonly getLook?: (row: Row) => string | undefined;
}

/** A table. */
export function DataTable<Row>({ caption, columns, rows, getKey, getLook }: DataTableProps<Row>): JSX.Element {
  return (
    <table class="data">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ title }) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={getKey(row)} class={getLook?.(row)}>
            {columns.map(({ title, render }, index) => (
              <Cell key={title} title={title} kind={index === 0 ? 'name' : 'value'}>
                {render(row)}
              </Cell>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CellProps {
  readonly title: string;
  readonly kind: 'name' | 'value';
  readonly children: ComponentChildren;
}

function Cell({ title, kind, children }: CellProps): JSX.Element {
  if (kind === 'name') return <th scope="row">{children}</th>;
  return (
    <td data-title={title}>
      <div>{children}</div>
    </td>
  );
}
