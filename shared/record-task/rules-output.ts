/**
 * Rules about what is paid for and what comes out: TaskProfile, MediaEncode, LayoutIds.
 *
 * @module
 */
import { findCheapestProfile, fitsWithin, getArea, getProfileArea, getProfileSize } from './cheapest-profile.ts';
import { MEDIA_ENCODES } from './media-encodes.ts';
import type { CheckedRule, RuleTask, TemplateParameter } from './rule.ts';

const PROFILE_NOTE = 'StartRecordTask, TaskProfile, note';

const OUTPUT: readonly TemplateParameter[] = ['TaskProfile', 'MediaEncode'];

/** The rules of this theme, errors first. */
export const OUTPUT_RULES = [
  {
    id: 'ResolutionBeyondProfile',
    severity: 'error',
    text: 'The picture of MediaEncode has at most the area of the resolution of TaskProfile, upright or across.',
    source: `${PROFILE_NOTE}; that areas are compared: ours`,
    needs: () => OUTPUT,
    check: ({ profile, encode }) => {
      const frame = profile && getProfileSize(profile);
      if (encode === undefined || frame === undefined || getArea(encode) <= getArea(frame)) return [];
      const fitting = MEDIA_ENCODES.filter((row) => row.width > 0 && getArea(row) <= getArea(frame));
      const fault = `makes a picture of ${encode.width}×${encode.height}, more than the ${frame.width}×${frame.height} of TaskProfile`;
      const accepted = `one of ${fitting.map(({ id }) => id).join(', ')}, or a larger TaskProfile`;
      return [{ place: ['MediaEncode'], fault, accepted }];
    },
  },
  {
    id: 'PanesBeyondInputs',
    severity: 'error',
    text: 'No layout of LayoutIds has more panes than TaskProfile has inputs.',
    source: PROFILE_NOTE,
    needs: () => ['TaskProfile', 'LayoutIds'],
    check: ({ profile, layouts = [] }) => {
      const maxInputs = profile?.maxInputs ?? Infinity;
      return layouts.flatMap(({ layout }, index) => {
        if (layout === undefined || layout.panes.length <= maxInputs) return [];
        const fault = `has ${layout.panes.length} panes, more than the ${maxInputs} inputs of TaskProfile`;
        const accepted = `a layout of at most ${maxInputs} panes, or a larger TaskProfile`;
        return [{ place: ['LayoutIds', index], fault, accepted }];
      });
    },
  },
  {
    id: 'SamePaneCount',
    severity: 'error',
    text: 'No two layouts of LayoutIds have the same number of panes (2, 3, 4 and 13 exclude each other).',
    source: 'Alibaba Cloud OpenAPI metadata, rtc 2018-01-11, StartRecordTask, LayoutIds.N',
    needs: () => ['LayoutIds'],
    check: ({ layouts = [] }) =>
      layouts.flatMap((chosen, index) => {
        const first = layouts.findIndex(
          ({ LayoutId, layout }) =>
            LayoutId === chosen.LayoutId ||
            (layout !== undefined && layout.panes.length === chosen.layout?.panes.length),
        );
        if (first === index) return [];
        const fault = `has as many panes as LayoutIds[${first}]`;
        return [{ place: ['LayoutIds', index], fault, accepted: 'layouts that differ in their panes' }];
      }),
  },
  {
    id: 'SideBeyondProfile',
    severity: 'warning',
    text: 'A picture of MediaEncode whose area fits TaskProfile has a side longer than that resolution.',
    source: `${PROFILE_NOTE}; whether sides count is unverified`,
    needs: () => OUTPUT,
    check: ({ mixMode, profile, encode }) => {
      const frame = profile && getProfileSize(profile);
      if (mixMode === 0 || encode === undefined || frame === undefined) return [];
      if (getArea(encode) > getArea(frame) || fitsWithin(encode, frame)) return [];
      const fault = `makes a picture of ${encode.width}×${encode.height}, with a side longer than the ${frame.width}×${frame.height} of TaskProfile: the area fits, whether the side does is unverified`;
      return [{ place: ['MediaEncode'], fault, accepted: 'a larger TaskProfile' }];
    },
  },
  {
    id: 'SoundOnlyWithVideoProfile',
    severity: 'warning',
    text: 'MediaEncode 0 records sound only although TaskProfile pays for a picture.',
    source: 'StartRecordTask, tables MediaEncode and TaskProfile',
    needs: () => OUTPUT,
    check: ({ mixMode, profile, encode }) => {
      if (mixMode === 0 || encode?.width !== 0 || profile === undefined || profile.resolution === null) return [];
      const fault = 'records sound only, but TaskProfile pays for a picture';
      return [{ place: ['MediaEncode'], fault, accepted: 'TaskProfile Mixed_Audio' }];
    },
  },
  {
    id: 'PictureWithAudioProfile',
    severity: 'warning',
    text: 'MediaEncode asks for a picture although TaskProfile Mixed_Audio pays for sound only.',
    source: 'StartRecordTask, tables MediaEncode and TaskProfile',
    needs: () => OUTPUT,
    check: ({ mixMode, profile, encode }) => {
      if (mixMode === 0 || profile?.resolution !== null || encode === undefined || encode.width === 0) return [];
      const fault = 'asks for a picture, but TaskProfile pays for sound only';
      return [{ place: ['MediaEncode'], fault, accepted: 'MediaEncode 0' }];
    },
  },
  {
    id: 'ProfileLargerThanNeeded',
    severity: 'warning',
    text: 'TaskProfile, by which each begun minute is billed, is larger than LayoutIds and MediaEncode need.',
    source: 'RTC, billing of cloud recording; StartRecordTask, TaskProfile, note',
    needs: () => ['TaskProfile', 'MediaEncode', 'LayoutIds'],
    check: (task) => {
      const { mixMode, profile } = task;
      const cheapest = findCheapestProfile(task);
      if (mixMode === 0 || profile === undefined || cheapest === undefined || !isCheaper(cheapest, profile)) return [];
      const fault = `is larger than needed: ${cheapest.name} is the cheapest that suffices, and every begun minute is billed by TaskProfile`;
      return [{ place: ['TaskProfile'], fault, accepted: cheapest.name }];
    },
  },
] as const satisfies readonly CheckedRule[];

/** Less in inputs or resolution, and more in neither. Mixed_Audio, which has no limit of inputs, is less than any picture. */
function isCheaper(a: NonNullable<RuleTask['profile']>, b: NonNullable<RuleTask['profile']>): boolean {
  if (a.name === b.name || b.resolution === null) return false;
  return a.resolution === null || ((a.maxInputs ?? 0) <= (b.maxInputs ?? 0) && getProfileArea(a) <= getProfileArea(b));
}
