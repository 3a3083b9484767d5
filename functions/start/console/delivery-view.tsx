/**
 * How the app was told of an event, attempt by attempt, and telling it again.
 *
 * @module
 */
import type { JSX } from 'preact';
import { ANSWERS, type Answer, callApi } from './api.ts';
import { DeliveryBadge } from './badge.tsx';
import type { Action } from './outcome.tsx';
import { TEXTS } from './texts.ts';
import { FullTime } from './time-view.tsx';
import { describeEventType, type TaskEvent } from './timeline.ts';

interface DeliveryProps {
  readonly event: TaskEvent;
  readonly action: Action;
  readonly onDone: () => void;
}

/** How far the app has been told, with the last attempts; what has not reached it has its button in the open. */
export function DeliveryView(props: DeliveryProps): JSX.Element {
  const { event } = props;
  return (
    <div class="delivery">
      <DeliveryBadge event={event} />
      <AttemptsView {...props} />
      {(event.Delivery === 'pending' || event.Delivery === 'dead') && <RedeliverButton {...props} />}
    </div>
  );
}

function AttemptsView(props: DeliveryProps): JSX.Element | null {
  const { attempts } = TEXTS;
  const { Attempts, Delivery } = props.event;
  if (Attempts.length === 0) return null;
  return (
    <details class="attempts">
      <summary>{attempts.title(Attempts.length)}</summary>
      <ol>
        {Attempts.map(({ At, Status, DurationMs, Detail }) => (
          <li key={At}>
            <FullTime at={At} /> <strong>{attempts.status(Status)}</strong> {attempts.duration(DurationMs)}
            {Detail !== null && Detail !== '' && <code>{Detail}</code>}
          </li>
        ))}
      </ol>
      {Delivery === 'delivered' && <RedeliverButton {...props} />}
    </details>
  );
}

function RedeliverButton({ event, action, onDone }: DeliveryProps): JSX.Element {
  const { EventId, Type } = event;
  const { attempts } = TEXTS;
  const redeliver = async () => {
    await action.run(askRedelivery(EventId), describeRedelivery);
    onDone();
  };
  return (
    <button
      type="button"
      class="small"
      disabled={action.isBusy}
      aria-label={attempts.redeliverName(describeEventType(Type), EventId)}
      onClick={redeliver}
    >
      {attempts.redeliver}
    </button>
  );
}

async function askRedelivery(EventId: string) {
  const path = `/events/${encodeURIComponent(EventId)}/redeliver`;
  return await callApi({ method: 'POST', path, body: {} }, ANSWERS.RedeliverAnswer);
}

const OUTCOMES = new Map<string, string>(Object.entries(TEXTS.attempts.outcomes));

function describeRedelivery({ Outcome }: Answer<'RedeliverAnswer'>): string {
  return OUTCOMES.get(Outcome) ?? Outcome;
}
