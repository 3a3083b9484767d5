/**
 * The body of an MNS queue message as EventBridge hands it over.
 *
 * @module
 */
import * as v from 'valibot';

// CloudEvents carry the message in `data`; with eventSchema RawData only the data part arrives (its exact shape is
// unverified, so the body alone, as text or as the FileCreated object itself, is taken too).
const CloudEvent = v.object({ data: v.object({ messageBody: v.unknown() }) });
const RawData = v.object({ messageBody: v.unknown() });

/**
 * The message's bytes. A body in base64 (the queue's own encoding, unless the trigger's `IsBase64Decode` undid it) is
 * decoded; anything that is not base64 of JSON is returned as it came, for the dead letters.
 */
export function readQueueMessage(message: unknown): Uint8Array {
  const body = v.is(CloudEvent, message)
    ? message.data.messageBody
    : v.is(RawData, message)
      ? message.messageBody
      : message;
  const text = typeof body === 'string' ? body : formatJson(body);
  const bytes = Buffer.from(text, 'utf8');
  if (isJson(text)) return bytes;
  const decoded = Buffer.from(text, 'base64');
  return isJson(decoded.toString('utf8')) ? decoded : bytes;
}

/** What is nested deeper than it can be written again is no message of RTC: it must not keep its batch from being stored. */
function formatJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return 'nested too deeply to be kept';
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
