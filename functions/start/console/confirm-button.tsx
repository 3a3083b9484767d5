/**
 * Buttons for what cannot be taken back.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { TEXTS } from './texts.ts';

interface ConfirmButtonProps {
  readonly label: string;
  /** For those who do not see what the button stands beside; it contains the label. */
  readonly name?: string;
  readonly look?: 'plain' | 'danger' | 'small danger' | 'primary';
  readonly isDisabled?: boolean;
  readonly question: string;
  readonly explanation: string;
  readonly onConfirm: () => void;
}

/** A button that asks before it does anything. */
export function ConfirmButton(props: ConfirmButtonProps): JSX.Element {
  const { label, name = label, look = 'plain', isDisabled = false, question, explanation, onConfirm } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [titleId, textId] = [useId(), useId()];
  // Closing gives the focus back to the button.
  const close = () => dialog.current?.close();
  const confirm = () => {
    close();
    onConfirm();
  };
  return (
    <>
      <button
        type="button"
        class={look}
        aria-label={name}
        disabled={isDisabled}
        onClick={() => dialog.current?.showModal()}
      >
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={titleId} aria-describedby={textId}>
        <h2 id={titleId}>{question}</h2>
        <p id={textId}>{explanation}</p>
        <p class="row">
          <button type="button" onClick={close}>
            {TEXTS.confirm.cancel}
          </button>
          <button type="button" class={look} onClick={confirm}>
            {label}
          </button>
        </p>
      </dialog>
    </>
  );
}
