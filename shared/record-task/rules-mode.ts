/**
 * Rules about parameters that the chosen MixMode, or a task as such, does not heed.
 *
 * @module
 */
import { type CheckedRule, needNothing } from './rule.ts';
import { STREAM_LISTS } from './rules-subscription.ts';

const MODE_NOTE = 'StartRecordTask, MixMode, note';

/** What has an effect in single-stream mode only. */
const SINGLE_STREAM_PARAMETERS = ['SourceType', 'StreamType'] as const;

/** What has an effect in mixed mode only. */
const MIXED_PARAMETERS = [
  'TaskProfile',
  'MediaEncode',
  'SubSpecUsers',
  'UserPanes',
  'LayoutIds',
  'BackgroundColor',
  'CropMode',
  'Backgrounds',
  'Watermarks',
] as const;

/** What is documented as a parameter of the template only. */
const TEMPLATE_PARAMETERS = ['BackgroundColor', 'Backgrounds', 'Watermarks'] as const;

/** Returns the names of the parameters that have no effect in a mode. */
export function listIneffective(mixMode: 0 | 1): readonly string[] {
  return mixMode === 0 ? MIXED_PARAMETERS : SINGLE_STREAM_PARAMETERS;
}

/** The rules of this theme. */
export const MODE_RULES = [
  {
    id: 'NoEffectInSingleStream',
    severity: 'warning',
    text: `In MixMode 0 these have no effect: ${MIXED_PARAMETERS.join(', ')}.`,
    source: MODE_NOTE,
    needs: needNothing,
    check: ({ mixMode, parameters }) =>
      MIXED_PARAMETERS.filter((name) => mixMode === 0 && parameters[name] !== undefined).map((name) => ({
        place: [name],
        fault: 'has no effect in MixMode 0',
        accepted: `no ${name}, or MixMode 1`,
      })),
  },
  {
    id: 'UnverifiedInSingleStream',
    severity: 'warning',
    text: `In MixMode 0 these may have no effect, which is unverified: ${STREAM_LISTS.join(', ')}.`,
    source: `${MODE_NOTE}, which does not name them`,
    needs: needNothing,
    check: ({ mixMode, parameters }) =>
      STREAM_LISTS.filter((name) => mixMode === 0 && parameters[name] !== undefined).map((name) => {
        const fault = 'may have no effect in MixMode 0: the page does not name it for this mode, unverified';
        return { place: [name], fault, accepted: `no ${name}, or MixMode 1` };
      }),
  },
  {
    id: 'NoEffectInMixedMode',
    severity: 'warning',
    text: `In MixMode 1, the default, these have no effect: ${SINGLE_STREAM_PARAMETERS.join(', ')}.`,
    source: MODE_NOTE,
    needs: needNothing,
    check: ({ mixMode, parameters }) =>
      SINGLE_STREAM_PARAMETERS.filter((name) => mixMode === 1 && parameters[name] !== undefined).map((name) => {
        const fault = 'has no effect in MixMode 1, the default';
        return { place: [name], fault, accepted: `no ${name}, or MixMode 0` };
      }),
  },
  {
    id: 'TemplateOnly',
    severity: 'warning',
    text: `These are sent, but RTC may heed them in the record template only, which is unverified: ${TEMPLATE_PARAMETERS.join(', ')}.`,
    source: `${MODE_NOTE}, which names them as effective; AddRecordTemplate, which alone has them as parameters`,
    needs: needNothing,
    check: ({ mixMode, parameters }) =>
      TEMPLATE_PARAMETERS.filter((name) => mixMode === 1 && parameters[name] !== undefined).map((name) => {
        const fault = 'is a parameter of the record template: whether RTC heeds it in a task is unverified';
        return { place: [name], fault, accepted: `${name} in the template (AddRecordTemplate)` };
      }),
  },
] as const satisfies readonly CheckedRule[];
