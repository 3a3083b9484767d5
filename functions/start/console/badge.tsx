/**
 * States as coloured words. The colour says nothing that the word does not.
 *
 * @module
 */
import type { JSX } from 'preact';
import type { Answer } from './api.ts';
import { TEXTS } from './texts.ts';

/** What a state means to the reader. */
export type Tone = 'good' | 'busy' | 'bad' | 'warn' | 'quiet';

type TaskState = Answer<'TaskDetail'>['State'];
type TaskEvent = Answer<'TaskDetail'>['Events'][number];

const STATE_TONES = {
  starting: 'busy',
  recording: 'good',
  stopping: 'busy',
  stopped: 'quiet',
  failed: 'bad',
  external: 'quiet',
} as const satisfies Record<TaskState, Tone>;

/** A word with a colour. */
export function Badge({
  tone,
  text,
  title,
}: {
  readonly tone: Tone;
  readonly text: string;
  readonly title?: string;
}): JSX.Element {
  return (
    <span class={`badge ${tone}`} title={title}>
      {text}
    </span>
  );
}

/** The state of a task. */
export function StateBadge({ state }: { readonly state: TaskState }): JSX.Element {
  return <Badge tone={STATE_TONES[state]} text={TEXTS.states[state]} title={TEXTS.stateNotes[state]} />;
}

/** How far the app has been told of an event. */
export function DeliveryBadge({ event }: { readonly event: Pick<TaskEvent, 'Delivery' | 'Failures'> }): JSX.Element {
  const { Delivery, Failures } = event;
  const { deliveries } = TEXTS;
  switch (Delivery) {
    case 'none':
      return <Badge tone="quiet" text={deliveries.none} />;
    case 'delivered':
      return <Badge tone="good" text={deliveries.delivered} />;
    case 'dead':
      return <Badge tone="bad" text={deliveries.dead} />;
    case 'pending':
      return (
        <Badge tone={Failures > 0 ? 'warn' : 'busy'} text={Failures > 0 ? deliveries.retrying : deliveries.pending} />
      );
  }
}
