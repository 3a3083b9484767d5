/**
 * What a migration may say. While it is deployed the previous release still runs on the same tables: it may find more
 * there than it knows, and nothing less or other.
 *
 * @module
 */

/** Every statement that takes something away from those who run already, or asks more of what they write. */
const BREAKING: readonly (readonly [reason: string, pattern: RegExp])[] = [
  ['drops what is in use', /\bdrop (?!(constraint|not null|default|expression|identity)\b)/],
  ['renames what is in use', /\brename\b/],
  ['moves what is in use', /\bset schema\b/],
  ['changes a type', /\balter (column )?\S+ (set data )?type\b/],
  ['demands a value that nobody gives', /\bset not null\b/],
  ['takes back a value that is relied upon', /\bdrop (default|identity|expression)\b/],
  [
    'demands a value that nobody gives',
    /\badd (column )?(if not exists )?\w+ (?=.*\bnot null\b)(?!.*\b(default|generated)\b)/,
  ],
  ['refuses rows that were fine', /\badd (constraint \S+ )?(check|unique|primary key|foreign key|exclude)\b/],
  ['refuses rows that were fine', /\bcreate (constraint )?trigger\b/],
  ['deletes rows', /\b(truncate|delete from)\b/],
  ['takes away a right', /\brevoke\b/],
  ['cannot be rolled back', /\b(commit|rollback|concurrently)\b/],
];

/** A unique index on a table that was there before; on a new one it may be. */
const UNIQUE_INDEX = /^create unique index (?:if not exists )?\S+ on (\S+)/;
const NEW_TABLE = /^create table (?:if not exists )?([^\s(]+)/;

/** Returns `reason: statement` for all that a migration must not say. Rules about a table end where it is new. */
export function findBreakingStatements(sql: string): readonly string[] {
  const statements = splitStatements(sql);
  const newTables = new Set(statements.map((statement) => NEW_TABLE.exec(statement)?.[1]));
  return statements.flatMap((statement) => {
    const table = UNIQUE_INDEX.exec(statement)?.[1];
    if (table !== undefined && !newTables.has(table)) return [`refuses rows that were fine: ${statement}`];
    if (NEW_TABLE.test(statement)) return [];
    // Each action of a statement counts for itself: a default of one column does not excuse the next.
    const actions = statement.split(/,(?![^(]*\))/);
    return BREAKING.filter(([, pattern]) => actions.some((action) => pattern.test(action))).map(
      ([reason]) => `${reason}: ${statement}`,
    );
  });
}

/** In lower case, on one line each, without comments and without what stands in quotes. */
function splitStatements(sql: string): readonly string[] {
  return sql
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/--.*$/gm, ' ')
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .split(';')
    .map((statement) => statement.replace(/\s+/g, ' ').trim().toLowerCase())
    .filter((statement) => statement !== '');
}
