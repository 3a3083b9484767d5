/**
 * What can be done with a task: stop it, change it.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ANSWERS, type Answer, callApi } from './api.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { createDraft } from './form-state.ts';
import type { Action } from './outcome.tsx';
import { ParametersEditor } from './parameters-editor.tsx';
import { TEXTS } from './texts.ts';

interface TaskActionProps {
  readonly task: Answer<'TaskDetail'>;
  /** Of the task in the REST interface. */
  readonly path: string;
  readonly action: Action;
  readonly onDone: () => void;
}

/** Stops the task, after a question; nothing where there is nothing to stop. */
export function StopButton({ task, path, action, onDone }: TaskActionProps): JSX.Element | null {
  const { task: texts } = TEXTS;
  if (task.State !== 'starting' && task.State !== 'recording' && task.State !== 'stopping') return null;
  const stop = async () => {
    await action.run(callApi({ method: 'DELETE', path }, ANSWERS.StopAnswer), ({ Outcome }) =>
      Outcome === 'stopped' ? texts.stopped : texts.stopping,
    );
    onDone();
  };
  return (
    <ConfirmButton
      label={texts.stop}
      look="danger"
      isDisabled={action.isBusy}
      question={texts.stopQuestion}
      explanation={texts.stopExplanation(task.TaskId)}
      onConfirm={stop}
    />
  );
}

/** Changes the task, after a question; nothing where RTC would refuse any change. */
export function TaskChange({ task, path, action, onDone }: TaskActionProps): JSX.Element | null {
  const [isOpen, setIsOpen] = useState(false);
  const [draft, setDraft] = useState(() => createDraft({}));
  const { task: texts } = TEXTS;
  // A task of single streams cannot be updated: UpdateRecordTask, MixMode.
  if (task.State !== 'recording' || task.Parameters?.MixMode === 0) return null;
  const names = Object.keys(draft.values).join(', ');
  const send = async () => {
    const request = callApi({ method: 'PATCH', path, body: draft.values }, ANSWERS.UpdateAnswer);
    await action.run(request, ({ UpdateRequestId }) => texts.changed(UpdateRequestId));
    onDone();
  };
  return (
    <details class="section" open={isOpen} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>
        <h2>{texts.change}</h2>
      </summary>
      {isOpen && (
        <ParametersEditor
          kind="update"
          draft={draft}
          onChange={setDraft}
          base={{ ...task.Parameters, ...task.Changes }}
        >
          <p class="help">{texts.changeHint}</p>
          <ConfirmButton
            label={texts.send}
            look="primary"
            isDisabled={action.isBusy || !draft.isReadable}
            question={texts.changeQuestion}
            explanation={texts.changeExplanation(names === '' ? texts.changeNothing : names)}
            onConfirm={send}
          />
        </ParametersEditor>
      )}
    </details>
  );
}
