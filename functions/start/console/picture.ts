/**
 * The layout of a form as a picture, drawn by the very modules of the service.
 *
 * @module
 */
import type { Issue } from '../../../shared/errors.ts';
import { getTopLevelName } from '../../../shared/record-task/check.ts';
import { placeLayout } from '../../../shared/record-task/layout-geometry.ts';
import { describePicture, drawLayoutPicture } from '../../../shared/record-task/layout-picture.ts';
import { reviewStartRecordTask } from '../../../shared/record-task/review.ts';
import { StartRecordTaskSchema } from '../../../shared/record-task/start-record-task.ts';
import { IDENTITY_ENTRIES } from '../../../shared/record-task/task-parameters.ts';
import type { FormValues } from './form-state.ts';

/** A drawn picture. */
export interface Picture {
  /** Of an `img`. */
  readonly src: string;
  /** The picture in words. */
  readonly alt: string;
  /** How many take part in it. */
  readonly participants: number;
}

/** A picture, and why it does not show all of the form. */
export interface Preview {
  readonly picture: Picture;
  /** Faults of parameters that are left out of the picture. */
  readonly missing: readonly Issue[];
}

/** What the picture can show: all but the ids. */
const DRAWN = new Set(
  Object.keys(StartRecordTaskSchema.entries).filter((name) => !Object.hasOwn(IDENTITY_ENTRIES, name)),
);

/** Returns the picture of what is free of faults. Never throws. */
export function drawPreview(values: FormValues, participants: number | undefined): Preview {
  const { StopAt: _stopAt, MaxDurationSeconds: _maxDurationSeconds, ...parameters } = values;
  const { errors, warnings, sound } = reviewStartRecordTask(parameters);
  const isSound = ({ Parameter }: Issue) => Object.hasOwn(sound, getTopLevelName(Parameter));
  const geometry = placeLayout({ parameters: sound, participants, customLayouts: [], layoutId: undefined });
  const findings = [...errors.filter(isSound), ...warnings];
  return {
    picture: {
      src: `data:image/svg+xml,${encodeURIComponent(drawLayoutPicture(geometry, findings))}`,
      alt: describePicture(geometry, findings),
      participants: geometry.Participants.length,
    },
    missing: errors.filter((issue) => DRAWN.has(getTopLevelName(issue.Parameter)) && !isSound(issue)),
  };
}
