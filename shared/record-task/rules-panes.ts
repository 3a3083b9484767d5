/**
 * Rules about UserPanes: who is shown where, and what lies on top.
 *
 * @module
 */
import { type CheckedRule, type Finding, needNothing, type RuleTask, type TaskParameters } from './rule.ts';
import { explainAbsence } from './subscription.ts';

type UserPane = NonNullable<TaskParameters['UserPanes']>[number];

/** How far an image may stick out of its pane: the page's own example, 0.7576 + 0.2456, does so by 0.0032 (ours). */
const MAX_EXCESS = 0.01;

/** Sums of decimal fractions are not exact. */
const ROUNDING = 1e-9;

const FALLBACK = 'StartRecordTask, UserPanes.N.PaneId, note';

/** The rules of this theme, errors first. */
export const PANE_RULES = [
  {
    id: 'DuplicatePaneId',
    severity: 'error',
    text: 'No two items of UserPanes have the same PaneId.',
    source: 'StartRecordTask, UserPanes.N.PaneId; that it is unique: ours',
    needs: needNothing,
    check: ({ parameters: { UserPanes = [] } }) =>
      UserPanes.flatMap(({ PaneId }, index) => {
        const first = UserPanes.findIndex((pane) => pane.PaneId === PaneId);
        if (PaneId === undefined || first === index) return [];
        const fault = `is the PaneId of UserPanes[${first}] too`;
        return [{ place: ['UserPanes', index, 'PaneId'], fault, accepted: 'a PaneId used once' }];
      }),
  },
  {
    id: 'TextWithoutContent',
    severity: 'error',
    text: 'Each item of Texts has a Text that is not only white space.',
    source: 'StartRecordTask, UserPanes.N.Texts.N.Text; that it is required: ours',
    needs: needNothing,
    check: ({ parameters: { UserPanes = [] } }) =>
      UserPanes.flatMap(({ Texts = [] }, index) =>
        Texts.flatMap(({ Text = '' }, textIndex) => {
          if (Text.trim() !== '') return [];
          const place = ['UserPanes', index, 'Texts', textIndex, 'Text'];
          return [{ place, fault: 'has no content', accepted: 'a text that is not only white space' }];
        }),
      ),
  },
  {
    id: 'ImageBeyondPane',
    severity: 'warning',
    text: 'An image sticks out of its pane by more than 0.01: X + Width or Y + Height is over 1.01.',
    source: 'StartRecordTask, UserPanes.N.Images.N, examples; the tolerance: ours',
    needs: needNothing,
    check: (task) =>
      listPanes(task).flatMap(({ Images = [] }, index) =>
        Images.flatMap(({ X = 0, Y = 0, Width = 0, Height = 0 }, imageIndex) => {
          const excess = Math.max(X + Width, Y + Height) - 1;
          if (excess <= MAX_EXCESS + ROUNDING) return [];
          const place = ['UserPanes', index, 'Images', imageIndex];
          const fault = `sticks out of its pane by more than ${MAX_EXCESS}`;
          return [{ place, fault, accepted: 'X + Width and Y + Height of at most 1' }];
        }),
      ),
  },
  {
    id: 'SeveralImages',
    severity: 'warning',
    text: 'A pane has more than one image when the task starts; an update may have up to 16.',
    source: 'Alibaba Cloud OpenAPI metadata, rtc 2018-01-11, StartRecordTask: the only source, so unverified',
    needs: needNothing,
    check: (task) =>
      listPanes(task).flatMap(({ Images = [] }, index) => {
        if (task.operation !== 'StartRecordTask' || Images.length <= 1) return [];
        const fault = 'has more than one image: RTC may take only one at start (single source, unverified)';
        const accepted = 'one image, and the others by an update';
        return [{ place: ['UserPanes', index, 'Images'], fault, accepted }];
      }),
  },
  {
    id: 'PaneIdBeyondLayouts',
    severity: 'warning',
    text: 'A PaneId is a pane of none of the LayoutIds.',
    source: 'RTC, advanced features, layout description',
    needs: (task) => (listPanes(task).some(({ PaneId }) => PaneId !== undefined) ? ['LayoutIds'] : []),
    check: (task) => {
      const { layouts = [] } = task;
      const paneIds = new Set(layouts.flatMap(({ layout }) => layout?.panes.map((pane) => pane.PaneId) ?? []));
      if (layouts.length === 0 || layouts.some(({ layout }) => layout === undefined)) return [];
      return listPanes(task).flatMap(({ PaneId }, index) => {
        if (PaneId === undefined || paneIds.has(PaneId)) return [];
        const accepted = `a PaneId from 0 to ${Math.max(...paneIds)}, or a layout with more panes`;
        const place = ['UserPanes', index, 'PaneId'];
        return [{ place, fault: 'is a pane of none of the LayoutIds', accepted }];
      });
    },
  },
  {
    id: 'PaneWithoutUser',
    severity: 'warning',
    text: 'A pane without UserId shows another participant, chosen by the order of joining.',
    source: FALLBACK,
    needs: needNothing,
    check: (task) =>
      listPanes(task).flatMap(({ UserId }, index) => {
        if (UserId !== undefined) return [];
        const fault = 'names no user: another participant is shown in this pane, chosen by the order of joining';
        return [{ place: ['UserPanes', index], fault, accepted: 'a pane with a UserId' }];
      }),
  },
  {
    id: 'PaneUserNotSubscribed',
    severity: 'warning',
    text: 'A pane whose user is not subscribed shows another participant, chosen by the order of joining.',
    source: `${FALLBACK}; how the lists of users combine is unverified, so each is taken to exclude`,
    needs: needNothing,
    check: (task) =>
      listPanes(task).flatMap(({ UserId, SourceType = 'camera' }, index): readonly Finding[] => {
        if (UserId === undefined) return [];
        const reason = explainAbsence(UserId, SourceType === 'camera' ? 'Camera' : 'ShareScreen', task.parameters);
        if (reason === undefined) return [];
        const fault = `${reason}: another participant is shown in this pane, chosen by the order of joining`;
        const place = ['UserPanes', index, 'UserId'];
        return [{ place, fault, accepted: 'a user who is subscribed' }];
      }),
  },
] as const satisfies readonly CheckedRule[];

/** The panes, where they have an effect: only a mixed picture has panes. */
function listPanes({ mixMode, parameters: { UserPanes = [] } }: RuleTask): readonly UserPane[] {
  return mixMode === 0 ? [] : UserPanes;
}
