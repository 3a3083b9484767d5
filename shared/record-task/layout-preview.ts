/**
 * The request for a picture: parameters of a task, who takes part, and the geometry of layouts of the account's own.
 *
 * @module
 */
import * as v from 'valibot';
import type { Issue } from '../errors.ts';
import { type Checked, checkParameters, createIssue, isRecord } from './check.ts';
import type { LayoutScene } from './layout-geometry.ts';
import { TaskParametersSchema } from './rule.ts';
import { type Layout, SYSTEM_LAYOUTS } from './system-layouts.ts';
import { BOX_ENTRIES } from './user-panes.ts';
import { createId, createInteger, createList, createText, describeParameter } from './value-schemas.ts';

/** Most participants of a picture: a layout has at most 16 panes, so more would change nothing but a number (ours). */
const MAX_PARTICIPANTS = 100;

const LAYOUT_SOURCE = 'CreateMPULayout';

const LayoutPaneSchema = v.pipe(
  v.strictObject({
    PaneId: describeParameter(createInteger(0, 15), {
      description: 'Pane of the layout, counted from 0.',
      source: `${LAYOUT_SOURCE}, Panes.N`,
    }),
    X: BOX_ENTRIES.X.wrapped,
    Y: BOX_ENTRIES.Y.wrapped,
    Width: BOX_ENTRIES.Width.wrapped,
    Height: BOX_ENTRIES.Height.wrapped,
    ZOrder: BOX_ENTRIES.ZOrder,
  }),
  v.metadata({ accepted: 'an object with PaneId, X, Y, Width, Height and perhaps ZOrder' }),
);

const LAYOUT_ID = describeParameter(createInteger(1, Number.MAX_SAFE_INTEGER), {
  description: 'Id of the layout, as in LayoutIds.',
  source: LAYOUT_SOURCE,
});

const CustomLayoutSchema = v.pipe(
  v.strictObject({
    LayoutId: LAYOUT_ID,
    Name: v.exactOptional(
      describeParameter(createText(64), {
        description: 'Name of the layout, shown in the picture.',
        source: `${LAYOUT_SOURCE}; length: ours`,
        unit: 'UTF-16 code units',
      }),
    ),
    Panes: describeParameter(createList(LayoutPaneSchema), {
      description: 'The panes of the layout.',
      source: `${LAYOUT_SOURCE}, Panes.N`,
    }),
  }),
  v.metadata({ accepted: 'an object with LayoutId, Panes and perhaps Name' }),
);

const PARTICIPANT_COUNT = createInteger(1, MAX_PARTICIPANTS);

const PARTICIPANT_IDS = v.pipe(
  v.array(createId(64)),
  v.minLength(1),
  v.maxLength(MAX_PARTICIPANTS),
  v.metadata({ accepted: `a list of 1 to ${MAX_PARTICIPANTS} user ids` }),
);

const SCENE_ENTRIES = {
  Layouts: v.exactOptional(
    describeParameter(createList(CustomLayoutSchema), {
      description: "Layouts of the account's own, by their geometry.",
      source: 'ours',
    }),
  ),
  LayoutId: v.exactOptional(
    describeParameter(LAYOUT_ID, {
      description: 'The layout to draw, whatever the number of participants.',
      source: 'ours',
    }),
  ),
};

/** The request as a document describes it. {@link checkLayoutPreview} is what reads it. */
export const LayoutPreviewSchema = v.strictObject({
  Parameters: v.exactOptional(
    v.pipe(
      TaskParametersSchema,
      v.description(
        'Parameters of StartRecordTask; the ids may be left out. Absent: everything comes from the template.',
      ),
    ),
  ),
  Participants: v.exactOptional(
    describeParameter(v.union([PARTICIPANT_COUNT, PARTICIPANT_IDS]), {
      description: 'How many are in the channel, or who, in the order of joining. Absent: as many as there are panes.',
      source: 'ours',
    }),
  ),
  ...SCENE_ENTRIES,
});

const WithCountSchema = v.strictObject({ Participants: v.exactOptional(PARTICIPANT_COUNT), ...SCENE_ENTRIES });
const WithIdsSchema = v.strictObject({ Participants: PARTICIPANT_IDS, ...SCENE_ENTRIES });

/** Returns the scene to draw, or every fault there is in the request. Never throws. */
export function checkLayoutPreview(input: unknown): Checked<LayoutScene> {
  if (!isRecord(input)) return { ok: false, issues: [createIssue([], 'type', 'an object')] };
  const { Parameters = {}, ...rest } = input;
  // Each part is checked on its own: together, two legal parts can have more values than a check reads.
  const parameters = checkParameters(TaskParametersSchema, Parameters);
  const scene = Array.isArray(rest.Participants)
    ? checkParameters(WithIdsSchema, rest)
    : checkParameters(WithCountSchema, rest);
  const issues = [
    ...(parameters.ok ? [] : parameters.issues.map(toParametersIssue)),
    ...(scene.ok ? [] : scene.issues),
  ];
  if (!parameters.ok || !scene.ok) return { ok: false, issues };
  const { Participants, LayoutId, Layouts = [] } = scene.value;
  const value = {
    parameters: parameters.value,
    participants: Participants,
    customLayouts: Layouts.map(toLayout),
    layoutId: LayoutId,
  };
  const conflicts = listConflicts(value);
  return conflicts.length === 0 ? { ok: true, value } : { ok: false, issues: conflicts };
}

/** Returns an issue of `Parameters` as one of the request: its place in the JSON is one deeper, its parameter the same. */
export function toParametersIssue(issue: Issue): Issue {
  if (issue.Path === '') return { ...createIssue(['Parameters'], 'type', issue.Accepted), Rule: issue.Rule };
  return { ...issue, Path: `Parameters.${issue.Path}` };
}

type CustomLayout = v.InferOutput<typeof CustomLayoutSchema>;

function toLayout({ LayoutId, Name = 'custom', Panes }: CustomLayout): Layout {
  return { id: LayoutId, name: Name, panes: Panes.map(({ ZOrder = 0, ...pane }) => ({ ...pane, ZOrder })) };
}

/** What each value on its own does not show. */
function listConflicts({ parameters, participants, customLayouts, layoutId }: LayoutScene): readonly Issue[] {
  const systemIds = SYSTEM_LAYOUTS.map(({ id }) => id);
  const issues: Issue[] = [];
  if (typeof participants === 'object') {
    for (const index of findRepeated(participants)) {
      issues.push(createIssue(['Participants', index], 'enum', 'a user id given once'));
    }
  }
  const repeatedIds = findRepeated([...systemIds, ...customLayouts.map(({ id }) => id)]);
  for (const index of repeatedIds) {
    const accepted = 'an id that no system layout and no other of Layouts has';
    issues.push(createIssue(['Layouts', index - systemIds.length, 'LayoutId'], 'enum', accepted));
  }
  for (const [index, { panes }] of customLayouts.entries()) {
    for (const pane of findRepeated(panes.map(({ PaneId }) => PaneId))) {
      issues.push(createIssue(['Layouts', index, 'Panes', pane, 'PaneId'], 'enum', 'a PaneId used once'));
    }
  }
  const drawable = [...systemIds, ...customLayouts.map(({ id }) => id)];
  if (layoutId !== undefined && !drawable.includes(layoutId)) {
    issues.push(createIssue(['LayoutId'], 'enum', 'a system layout or one of Layouts'));
  } else if (layoutId !== undefined && parameters.LayoutIds?.includes(layoutId) === false) {
    issues.push(createIssue(['LayoutId'], 'enum', 'one of the LayoutIds of Parameters'));
  }
  return issues;
}

/** Indexes of the values that stand earlier in the list already. */
function findRepeated(values: readonly unknown[]): readonly number[] {
  return values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []));
}
