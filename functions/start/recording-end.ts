/**
 * When a recording has to end: our own two members of a start request, apart from the rest because the console checks
 * them in the browser too.
 *
 * @module
 */
import * as v from 'valibot';
import { createInteger } from '../../shared/record-task/value-schemas.ts';

/** As long as a recording may be made to last. Ours. */
export const MAX_DURATION_SECONDS = 31_536_000;

/** A time as `StopAt` takes it. */
export const UTC_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

/** What a refusal of `StopAt` says. */
export const STOP_AT_ACCEPTED = 'a time in the future as yyyy-MM-ddTHH:mm:ssZ (UTC)';

/** The two members, each by its form alone: that the end lies ahead is not a matter of a schema. */
export const END_ENTRIES = {
  StopAt: v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(UTC_TIME),
      v.description('When the recording has to end, UTC, at most a year ahead. Not together with MaxDurationSeconds.'),
      v.metadata({ accepted: STOP_AT_ACCEPTED }),
    ),
  ),
  MaxDurationSeconds: v.exactOptional(
    v.pipe(
      createInteger(1, MAX_DURATION_SECONDS),
      v.description('How long the recording may last; if both are absent, as long as the deployment allows.'),
    ),
  ),
};
