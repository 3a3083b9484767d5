/**
 * What all routes share: what they work with, and the way from an event's body and back to an answer.
 *
 * @module
 */
import type { Hono } from 'hono/tiny';
import { RecorderError } from '../../shared/errors.ts';
import { type HttpEvent, type HttpResult, readHeader, readJsonBody } from '../../shared/fc.ts';
import type { StartService } from './service.ts';

/** What a route works with: the event itself, because a `Request` would copy its body. */
export interface RouteBindings {
  readonly event: HttpEvent;
  readonly requestId: string;
  /** When the request arrived. */
  readonly now: Date;
  readonly createId: () => string;
  /** Opened only where a route needs the database. */
  readonly openService: () => Promise<StartService>;
  readonly config: StartService['config'];
}

/** The application that routes are added to. */
export type RouteApp = Hono<{ Bindings: RouteBindings }>;

/** A result of ours as the router wants it. */
export function toResponse(result: HttpResult): Response {
  return new Response(result.body, { status: result.statusCode, headers: { ...result.headers } });
}

/** Whether of JSON and another media type `Accept` names JSON first; not where it names neither. */
export function prefersJson(event: HttpEvent, otherType: string): boolean {
  const types = (readHeader(event, 'accept') ?? '').split(',').map((type) => type.split(';')[0]?.trim().toLowerCase());
  return types.find((type) => type === 'application/json' || type === otherType) === 'application/json';
}

/**
 * The JSON body of a request that changes something.
 *
 * @throws RecorderError `UnsupportedMediaType`, `BodyTooLarge`, `MalformedBody`.
 */
export function readJsonRequest(event: HttpEvent): unknown {
  verifyJsonType(event);
  return readJsonBody(event);
}

/**
 * Refuses a request that changes something without being JSON.
 *
 * @throws RecorderError `UnsupportedMediaType`.
 */
export function verifyJsonType(event: HttpEvent): void {
  // A page of another site can send text/plain or a form without asking first, JSON it cannot.
  const type = readHeader(event, 'content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new RecorderError('UnsupportedMediaType');
}
