/**
 * The REST interface as the console calls it. Answers are parsed once, here, by the very schemas that the OpenAPI
 * document is made of. The browser sends the API key by itself, as it was typed into its own dialog.
 *
 * @module
 */
import * as v from 'valibot';
import { createAnswerSchemas } from '../answer-schemas.ts';
import { TEXTS } from './texts.ts';

/** Answers by their name in the OpenAPI document. */
export const ANSWERS = createAnswerSchemas();

/** An answer by its name. */
export type Answer<TName extends keyof typeof ANSWERS> = v.InferOutput<(typeof ANSWERS)[TName]>;

/** What is wrong with a request, or why it could not be done. */
export type Fault = Omit<Answer<'ErrorAnswer'>, 'RequestId'> & { readonly RequestId?: string };

/** An answer, or the fault it was answered with. */
export type Reply<T> =
  | { readonly outcome: 'answered'; readonly status: number; readonly answer: T }
  | { readonly outcome: 'refused'; readonly status: number; readonly fault: Fault };

/** A request of the REST interface. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query: `/record-tasks?State=recording`. */
  readonly path: string;
  readonly body?: unknown;
  /** Of a start: the same key is the same recording. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** Sends a request. An answer that is none of the interface's, and no answer at all, are faults as well. */
export async function callApi<TSchema extends v.GenericSchema>(
  { method, path, body, idempotencyKey, signal }: ApiRequest,
  schema: TSchema,
): Promise<Reply<v.InferOutput<TSchema>>> {
  let status = 0;
  try {
    const response = await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
    status = response.status;
    const json: unknown = await response.json();
    const answer = v.safeParse(schema, json);
    if (answer.success) return { outcome: 'answered', status, answer: answer.output };
    const fault = v.safeParse(ANSWERS.ErrorAnswer, json);
    if (fault.success) return { outcome: 'refused', status, fault: fault.output };
  } catch (error) {
    if (signal?.aborted) throw error;
  }
  return { outcome: 'refused', status, fault: { Code: 'Unreachable', Message: TEXTS.fault.unreachable } };
}
