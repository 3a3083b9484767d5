/**
 * What the service answered to a start, or to the question what a start would do.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact';
import type * as v from 'valibot';
import type { ANSWERS, Fault } from './api.ts';
import { type FormFinding, joinFindings } from './findings.ts';
import { formatPlace } from './place.ts';
import { TEXTS } from './texts.ts';

type DryRunAnswer = v.InferOutput<typeof ANSWERS.DryRunAnswer>;

/** An answer of the service. */
export type StartReply =
  | { readonly kind: 'explained'; readonly answer: DryRunAnswer }
  | { readonly kind: 'started'; readonly answer: v.InferOutput<typeof ANSWERS.StartAnswer> }
  | { readonly kind: 'refused'; readonly fault: Fault };

/** Returns what an answer says of single fields. */
export function listAnswered(reply: StartReply): readonly FormFinding[] {
  switch (reply.kind) {
    case 'explained':
      return joinFindings(reply.answer.Issues, reply.answer.Warnings);
    case 'started':
      return joinFindings([], reply.answer.Warnings);
    case 'refused':
      return joinFindings(reply.fault.Issues ?? [], []);
  }
}

/** An answer in words. */
export function StartReplyView({ reply }: { readonly reply: StartReply }): JSX.Element {
  const { start } = TEXTS;
  switch (reply.kind) {
    case 'explained':
      return <ExplainedView answer={reply.answer} />;
    case 'started': {
      const { AppId, TaskId, Outcome, Warnings } = reply.answer;
      return (
        <>
          <p class="outcome">
            {start.outcomes[Outcome]} <a href={formatPlace({ page: 'task', AppId, TaskId })}>{start.task(TaskId)}</a>
          </p>
          <TextList texts={Warnings.map(({ Message }) => Message)} />
        </>
      );
    }
    case 'refused':
      return (
        <p class="outcome bad">
          <strong>{reply.fault.Code}</strong> {reply.fault.Message}
        </p>
      );
  }
}

function ExplainedView({ answer }: { readonly answer: DryRunAnswer }): JSX.Element {
  const { Outcome, Code, Message, StopAt, Defaults, Layouts, Call, Notes, Unchecked } = answer;
  const { start } = TEXTS;
  return (
    <>
      <p class={Outcome === 'acceptable' ? 'outcome' : 'outcome bad'}>
        {start[Outcome]} {Code !== undefined && <strong>{Code}</strong>} {Message}
      </p>
      <p>{start.ends(new Date(StopAt).toLocaleString())}</p>
      <Section title={start.defaults} isEmpty={Defaults.length === 0}>
        <ul>
          {Defaults.map(({ Path, Value, From }) => (
            <li key={Path}>
              {Path}: <code>{Value}</code>, {start.defaultsFrom[From]}
            </li>
          ))}
        </ul>
      </Section>
      <Section title={start.layouts} isEmpty={Layouts.length === 0}>
        <LayoutsTable layouts={Layouts} />
      </Section>
      {Call !== null && (
        <Section
          title={
            Call.SentAs === 'query'
              ? start.call(Call.QueryBytes, Call.MaxQueryBytes)
              : start.callAsForm(Call.QueryBytes)
          }
        >
          <ul class="plain-list">
            {Call.Parameters.map(({ Name, Value }) => (
              <li key={Name}>
                <code>
                  {Name}={Value}
                </code>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title={start.notes} isEmpty={Notes.length === 0}>
        <TextList texts={Notes} />
      </Section>
      <Section title={start.unchecked} isEmpty={Unchecked.length === 0}>
        <TextList texts={Unchecked.map(({ Rule, Reason }) => `${Rule}: ${Reason}`)} />
      </Section>
    </>
  );
}

interface SectionProps {
  readonly title: string;
  readonly isEmpty?: boolean;
  readonly children: ComponentChildren;
}

function Section({ title, isEmpty = false, children }: SectionProps): JSX.Element | null {
  if (isEmpty) return null;
  return (
    <details class="section">
      <summary>{title}</summary>
      {children}
    </details>
  );
}

function LayoutsTable({ layouts }: { readonly layouts: DryRunAnswer['Layouts'] }): JSX.Element {
  const { layoutColumns } = TEXTS.start;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{layoutColumns.participants}</th>
          <th scope="col">{layoutColumns.layout}</th>
          <th scope="col">{layoutColumns.panes}</th>
          <th scope="col">{layoutColumns.assumption}</th>
        </tr>
      </thead>
      <tbody>
        {layouts.map(({ Participants, LayoutId, Panes, Assumption }) => (
          <tr key={Participants}>
            <td>{Participants}</td>
            <td>{LayoutId}</td>
            <td>{Panes}</td>
            <td>{Assumption}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TextList({ texts }: { readonly texts: readonly string[] }): JSX.Element | null {
  if (texts.length === 0) return null;
  return (
    <ul>
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
