/**
 * What became of something that was done here.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Fault, Reply } from './api.ts';
import { FaultView } from './fault-view.tsx';

/** How it went. */
export type Outcome =
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'refused'; readonly fault: Fault };

/** Something that can be done, one after the other. */
export interface Action {
  readonly isBusy: boolean;
  readonly outcome: Outcome | undefined;
  /** Does it; what is answered is said in words by `describe`. */
  run<T>(request: Promise<Reply<T>>, describe: (answer: T) => string): Promise<void>;
}

/** A thing to do and what became of it last. */
export function useAction(): Action {
  const [isBusy, setIsBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  return {
    isBusy,
    outcome,
    async run(request, describe) {
      setIsBusy(true);
      const reply = await request;
      setOutcome(
        reply.outcome === 'answered'
          ? { kind: 'done', text: describe(reply.answer) }
          : { kind: 'refused', fault: reply.fault },
      );
      setIsBusy(false);
    },
  };
}

/** How it went; each time anew the reader is led to it, because what was pressed may be gone. */
export function OutcomeView({ outcome }: { readonly outcome: Outcome | undefined }): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (outcome !== undefined) element.current?.focus();
  }, [outcome]);
  return (
    <div
      class={outcome === undefined ? undefined : `outcome-box ${outcome.kind}`}
      role="status"
      tabIndex={-1}
      ref={element}
    >
      {outcome?.kind === 'done' && <p>{outcome.text}</p>}
      {outcome?.kind === 'refused' && <FaultView fault={outcome.fault} />}
    </div>
  );
}
