/**
 * The rules that no single value can break, in one table: what they say, where they come from, and their check.
 *
 * @module
 */
import type { Issue } from '../errors.ts';
import { formatPlace, orderIssues } from './check.ts';
import {
  type CheckedRule,
  createRuleTask,
  type Finding,
  type KeptRule,
  type Rule,
  type RuleTask,
  type TaskOperation,
  type TaskParameters,
  type TemplateParameter,
} from './rule.ts';
import { MODE_RULES } from './rules-mode.ts';
import { OUTPUT_RULES } from './rules-output.ts';
import { PANE_RULES } from './rules-panes.ts';
import { SUBSCRIPTION_RULES } from './rules-subscription.ts';
import { type Layout, SYSTEM_LAYOUTS } from './system-layouts.ts';

/** Rules kept elsewhere: they are here so that the table is complete. */
const KEPT_RULES = [
  {
    id: 'SingleStreamUpdate',
    severity: 'error',
    text: 'A task of MixMode 0 cannot be updated.',
    source: 'StartRecordTask, MixMode',
    answer: '409 `TaskNotUpdatable`',
  },
  {
    id: 'ImageUrl',
    severity: 'error',
    text: 'The Url of an image is an http or https address.',
    source: 'StartRecordTask, UserPanes.N.Images.N.Url',
    answer: 'rule `pattern`, `format` or `length`',
  },
  {
    id: 'CoordinateRange',
    severity: 'error',
    text: 'X and Y lie within 0 and 1; Width and Height are greater than 0 and at most 1.',
    source: 'StartRecordTask, "normalised"; bounds: CreateMPULayout, Panes.N',
    answer: 'rule `range`',
  },
  {
    id: 'UnknownParameter',
    severity: 'error',
    text: 'There is no parameter but those of the operation; the nearest known name is proposed.',
    source: 'ours',
    answer: 'rule `unknown`',
  },
] as const satisfies readonly KeptRule[];

const CHECKED_RULES: readonly CheckedRule[] = [...OUTPUT_RULES, ...PANE_RULES, ...MODE_RULES, ...SUBSCRIPTION_RULES];

/** Every rule: errors first. Values on their own (types, bounds, enumerations) are the schemas' matter. */
export const RULES: readonly Rule[] = [...CHECKED_RULES, ...KEPT_RULES].toSorted(
  (a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'),
);

/** A rule that could not be checked, or not for all that was sent. */
export interface UncheckedRule {
  readonly Rule: string;
  readonly Reason: string;
}

/** What the rules say of a request. Issues are in the page's parameter order. */
export interface RuleReport {
  readonly errors: readonly Issue[];
  readonly warnings: readonly Issue[];
  readonly unchecked: readonly UncheckedRule[];
}

/** What the rules take for known besides the parameters. */
export interface RuleContext {
  /** All layouts whose geometry is known, custom ones too; the vendor's if not given. */
  readonly layouts?: readonly Layout[];
  /** Names of parameters that were sent, but left out of the check for faults of their own. */
  readonly faulty?: ReadonlySet<string>;
}

/**
 * Returns what the rules say. Never throws. Errors hold in either mode, because the page states them without exception;
 * warnings about an effect are given only where there is one.
 *
 * @param parameters free of faults of their own. Of an update, only its own: what it does not name may come from the
 * task or from the template, which is unverified.
 */
export function checkRules(
  operation: TaskOperation,
  parameters: TaskParameters,
  { layouts = SYSTEM_LAYOUTS, faulty = new Set() }: RuleContext = {},
): RuleReport {
  const task = createRuleTask(operation, parameters, layouts);
  const find = (severity: Rule['severity']) =>
    orderIssues(
      CHECKED_RULES.filter((rule) => rule.severity === severity).flatMap((rule) =>
        rule.check(task).map((finding) => createIssue(rule, finding)),
      ),
    );
  return {
    errors: find('error'),
    warnings: find('warning'),
    unchecked: CHECKED_RULES.flatMap((rule) => {
      const reasons = mixedOnly(task, rule.needs(task)).flatMap((name) => explainGap(task, name, faulty) ?? []);
      return reasons.length === 0 ? [] : [{ Rule: rule.id, Reason: reasons.join(' ') }];
    }),
  };
}

function createIssue({ id }: CheckedRule, { place, fault, accepted }: Finding): Issue {
  const { Path, Parameter } = formatPlace(place);
  return { Path, Parameter, Rule: id, Message: `${Path} ${fault}.`, Accepted: accepted };
}

/** What a template would give has no effect on single streams. */
function mixedOnly({ mixMode }: RuleTask, needs: readonly TemplateParameter[]): readonly TemplateParameter[] {
  return mixMode === 0 ? [] : needs;
}

function explainGap(task: RuleTask, name: TemplateParameter, faulty: ReadonlySet<string>): string | undefined {
  if (faulty.has(name)) return `${name} has a fault of its own.`;
  if (task.parameters[name] === undefined) return `${name} comes from the template.`;
  if (name !== 'LayoutIds') return undefined;
  const index = task.layouts?.findIndex(({ layout }) => layout === undefined) ?? -1;
  return index === -1 ? undefined : `LayoutIds[${index}] is no system layout: its panes are not known here.`;
}
