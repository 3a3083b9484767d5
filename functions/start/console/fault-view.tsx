/**
 * What the service holds against a request, in its own words.
 *
 * @module
 */
import type { JSX } from 'preact';
import type { Fault } from './api.ts';
import { describeFinding } from './findings.ts';
import { TEXTS } from './texts.ts';

/** Code, message and every single fault. */
export function FaultView({ fault }: { readonly fault: Fault }): JSX.Element {
  const { Code, Message, Issues = [], RequestId } = fault;
  return (
    <div class="fault">
      <p>
        <strong>{Code}</strong> {Message}
      </p>
      {Issues.length > 0 && (
        <ul>
          {Issues.map((issue) => (
            <li key={`${issue.Path} ${issue.Rule}`}>
              <code>{issue.Path}</code> {describeFinding(issue)}
            </li>
          ))}
        </ul>
      )}
      {RequestId !== undefined && <p class="muted">{TEXTS.fault.request(RequestId)}</p>}
    </div>
  );
}
