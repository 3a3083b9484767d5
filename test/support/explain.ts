/**
 * A database that tells, of each statement it runs, how the planner goes about it.
 *
 * @module
 */
import * as v from 'valibot';
import type { Database } from '../../shared/store/database.ts';

/** How a statement is run. */
export interface StatementPlan {
  /** The statement itself. */
  readonly text: string;
  /** Tables that are read from beginning to end. */
  readonly scanned: readonly string[];
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string | undefined;
  readonly Plans?: readonly PlanNode[] | undefined;
}

const Node: v.GenericSchema<unknown, PlanNode> = v.looseObject({
  'Node Type': v.string(),
  'Relation Name': v.optional(v.string()),
  Plans: v.optional(v.array(v.lazy(() => Node))),
});

const Explained = v.tuple([v.looseObject({ 'QUERY PLAN': v.tuple([v.looseObject({ Plan: Node })]) })]);

/** Wraps a database; what it runs is told to `onPlan` first. */
export function explainStatements(database: Database, onPlan: (plan: StatementPlan) => void): Database {
  return {
    async query<Row extends object>(text: string, values: readonly unknown[]): Promise<Row[]> {
      const explained = v.parse(Explained, await database.query(`explain (format json) ${text}`, values));
      onPlan({ text, scanned: listScanned(explained[0]['QUERY PLAN'][0].Plan) });
      return await database.query<Row>(text, values);
    },
    close: () => database.close(),
  };
}

function listScanned(node: PlanNode): readonly string[] {
  const own = node['Node Type'] === 'Seq Scan' && node['Relation Name'] !== undefined ? [node['Relation Name']] : [];
  return [...own, ...(node.Plans ?? []).flatMap(listScanned)];
}
