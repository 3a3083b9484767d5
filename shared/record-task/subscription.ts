/**
 * Whose streams a task records.
 *
 * @module
 */
import type { TaskParameters } from './rule.ts';

/** What a user can publish, in the words of the lists. */
export type StreamKind = 'Audio' | 'Camera' | 'ShareScreen';

/**
 * Returns why a stream of a user is not in the recording, as the end of a sentence (`is not in SubSpecUsers`), or undefined
 * if nothing says so. How the lists combine is unverified: each is taken to exclude.
 *
 * @see StartRecordTask, SubSpecUsers.N, SubSpec…Users.N, UnsubSpec…Users.N
 */
export function explainAbsence(UserId: string, kind: StreamKind, parameters: TaskParameters): string | undefined {
  const { SubSpecUsers } = parameters;
  if (SubSpecUsers !== undefined && !SubSpecUsers.includes(UserId)) return 'is not in SubSpecUsers';
  const subscribed = parameters[`SubSpec${kind}Users`];
  if (subscribed !== undefined && !subscribed.includes(UserId) && !subscribed.includes('allStream')) {
    return `is not in SubSpec${kind}Users`;
  }
  const unsubscribed = parameters[`UnsubSpec${kind}Users`] ?? [];
  if (unsubscribed.includes(UserId) || unsubscribed.includes('allStream')) return `is in UnsubSpec${kind}Users`;
  return undefined;
}
