/**
 * The picture of a layout, as it follows the parameters.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useId, useMemo, useRef, useState } from 'preact/hooks';
import { findLayouts } from '../../../shared/record-task/layout-choice.ts';
import type { FormValues } from './form-state.ts';
import { drawPreview, type Picture } from './picture.ts';
import { TEXTS } from './texts.ts';

const MAX_PARTICIPANTS = 16;

interface LayoutPictureProps {
  /** Parameters of StartRecordTask, right or wrong. */
  readonly parameters: FormValues;
  /** How many take part to begin with; as many as there are panes, if it is not said. */
  readonly participants?: number;
}

/**
 * What a recording with these parameters will look like, for a number of participants that one can change. While a
 * parameter is too faulty to be drawn, the picture of before stays.
 */
export function LayoutPicture({ parameters, participants: initial }: LayoutPictureProps): JSX.Element {
  const [participants, setParticipants] = useState(initial);
  const { picture, missing } = useMemo(() => drawPreview(parameters, participants), [parameters, participants]);
  const last = useRef<Picture>(picture);
  if (missing.length === 0) last.current = picture;
  const shown = last.current;
  const sliderId = useId();
  return (
    <figure class="layout-picture">
      <img src={shown.src} alt={shown.alt} />
      <figcaption>
        <label for={sliderId}>{TEXTS.picture.participants(shown.participants)}</label>
        <input
          id={sliderId}
          type="range"
          min={1}
          max={MAX_PARTICIPANTS}
          value={Math.min(shown.participants, MAX_PARTICIPANTS)}
          onInput={(event) => setParticipants(event.currentTarget.valueAsNumber)}
        />
        {participants !== initial && (
          <button type="button" class="link" onClick={() => setParticipants(initial)}>
            {TEXTS.picture.reset}
          </button>
        )}
        {missing.length > 0 && (
          <p class="muted">
            {TEXTS.picture.missing} {missing.map(({ Message }) => Message).join(' ')}
          </p>
        )}
      </figcaption>
    </figure>
  );
}

/** A layout as a small drawing; its name has to stand beside it. */
export function LayoutIcon({ LayoutId }: { readonly LayoutId: number }): JSX.Element {
  const panes = findLayouts([LayoutId]).flatMap(({ layout }) => layout?.panes ?? []);
  return (
    <svg class="layout-icon" viewBox="0 0 160 90" width="64" height="36" aria-hidden="true">
      <rect class="canvas" width="160" height="90" />
      {panes
        .toSorted((a, b) => a.ZOrder - b.ZOrder)
        .map(({ PaneId, X, Y, Width, Height }) => (
          <rect
            key={PaneId}
            class="pane"
            x={X * 160 + 1}
            y={Y * 90 + 1}
            width={Width * 160 - 2}
            height={Height * 90 - 2}
          />
        ))}
    </svg>
  );
}
