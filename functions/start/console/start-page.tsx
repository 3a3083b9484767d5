/**
 * Starting a recording: the form over the whole model, what the service says of it, and the start.
 *
 * @module
 */
import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ANSWERS, callApi, type Reply } from './api.ts';
import { CurlView } from './curl-view.tsx';
import { createDraft, type Draft, type FormValues } from './form-state.ts';
import { ParametersEditor } from './parameters-editor.tsx';
import { listAnswered, type StartReply, StartReplyView } from './start-answer.tsx';
import { applyTemplate, START_TEMPLATES, type StartTemplate } from './start-templates.ts';
import { loadDraft, storeDraft } from './stored-draft.ts';
import { TEXTS } from './texts.ts';

const PATH = '/record-tasks';

/** An answer, and what it was given to. */
interface Answered {
  readonly reply: StartReply;
  readonly values: FormValues;
}

/** Starting a recording. */
export function StartPage(): JSX.Element {
  const [draft, setDraft] = useState(() => loadDraft(START_TEMPLATES.class));
  const [before, setBefore] = useState<Draft>();
  const [answered, setAnswered] = useState<Answered>();
  const change = (next: Draft) => {
    setDraft(next);
    setBefore(undefined);
    storeDraft(next);
  };
  const begin = (name: StartTemplate) => {
    change(createDraft(applyTemplate(name, draft.values)));
    setBefore(draft);
  };
  const isCurrent = answered?.values === draft.values;
  const findings = useMemo(() => (answered === undefined ? [] : listAnswered(answered.reply)), [answered]);
  return (
    <div class="start-page">
      <h1>{TEXTS.start.title}</h1>
      <TemplateButtons onChoose={begin} />
      {before !== undefined && (
        <p>
          <button type="button" class="link" onClick={() => change(before)}>
            {TEXTS.start.undo}
          </button>
        </p>
      )}
      <ParametersEditor kind="start" draft={draft} onChange={change} answered={isCurrent ? findings : []}>
        <StartActions draft={draft} onAnswered={setAnswered} />
        {answered !== undefined && <AnswerView answered={answered} isCurrent={isCurrent} />}
        <CurlView request={{ method: 'POST', url: new URL(PATH, location.href).href, body: draft.values }} />
      </ParametersEditor>
    </div>
  );
}

const TEMPLATE_NAMES = [
  'sample',
  'sound',
  'pair',
  'class',
  'screen',
  'empty',
] as const satisfies readonly StartTemplate[];

function TemplateButtons({ onChoose }: { readonly onChoose: (name: StartTemplate) => void }): JSX.Element {
  const { templates, templateNames } = TEXTS.start;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls that hold values.
    <div class="templates" role="group" aria-label={templates}>
      <span aria-hidden="true">{templates}</span>
      {TEMPLATE_NAMES.map((name) => (
        <button key={name} type="button" onClick={() => onChoose(name)}>
          {templateNames[name]}
        </button>
      ))}
    </div>
  );
}

interface StartActionsProps {
  readonly draft: Draft;
  readonly onAnswered: (answered: Answered) => void;
}

function StartActions({ draft, onAnswered }: StartActionsProps): JSX.Element {
  const [isSending, setIsSending] = useState(false);
  const { values, isReadable } = draft;
  // The same form sent again, after an answer was lost or by a second click, is the same recording.
  const idempotencyKey = useMemo(() => createIdempotencyKey(), [values]);
  const send = async (ask: (body: FormValues, key: string) => Promise<StartReply>) => {
    setIsSending(true);
    onAnswered({ reply: await ask(values, idempotencyKey), values });
    setIsSending(false);
  };
  const { start } = TEXTS;
  return (
    <p class="row actions">
      <button type="button" disabled={isSending || !isReadable} onClick={() => send(askDryRun)}>
        {start.dryRun}
      </button>
      <button type="button" class="primary" disabled={isSending || !isReadable} onClick={() => send(askStart)}>
        {start.start}
      </button>
      <span role="status">{isSending && start.sending}</span>
    </p>
  );
}

/** `crypto.randomUUID` is for https only, which a local stack is not always reached by. */
function createIdempotencyKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}

async function askDryRun(body: FormValues, idempotencyKey: string): Promise<StartReply> {
  const path = `${PATH}?dryRun=true`;
  const reply = await callApi({ method: 'POST', path, body, idempotencyKey }, ANSWERS.DryRunAnswer);
  return toStartReply(reply, (answer) => ({ kind: 'explained', answer }));
}

async function askStart(body: FormValues, idempotencyKey: string): Promise<StartReply> {
  const reply = await callApi({ method: 'POST', path: PATH, body, idempotencyKey }, ANSWERS.StartAnswer);
  return toStartReply(reply, (answer) => ({ kind: 'started', answer }));
}

function toStartReply<T>(reply: Reply<T>, toAnswer: (answer: T) => StartReply): StartReply {
  return reply.outcome === 'answered' ? toAnswer(reply.answer) : { kind: 'refused', fault: reply.fault };
}

interface AnswerViewProps {
  readonly answered: Answered;
  readonly isCurrent: boolean;
}

function AnswerView({ answered, isCurrent }: AnswerViewProps): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  // With each answer, the reader is led to it.
  useEffect(() => heading.current?.focus(), [answered]);
  const { start } = TEXTS;
  return (
    <section class="answer">
      <h2 tabIndex={-1} ref={heading}>
        {start.answer}
      </h2>
      {!isCurrent && <p class="muted">{start.isOutdated}</p>}
      <StartReplyView reply={answered.reply} />
    </section>
  );
}
