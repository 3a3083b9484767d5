/**
 * Rules about the lists of users.
 *
 * @module
 */
import { type CheckedRule, needNothing } from './rule.ts';

const KINDS = ['Audio', 'ShareScreen', 'Camera'] as const;

/** The lists in which `allStream` stands for everyone. */
export const STREAM_LISTS = [
  'SubSpecAudioUsers',
  'SubSpecShareScreenUsers',
  'SubSpecCameraUsers',
  'UnsubSpecAudioUsers',
  'UnsubSpecShareScreenUsers',
  'UnsubSpecCameraUsers',
] as const;

/** The rules of this theme. */
export const SUBSCRIPTION_RULES = [
  {
    id: 'SubscribedAndUnsubscribed',
    severity: 'warning',
    text: 'A user is both subscribed and unsubscribed for the same kind of stream, by id or by allStream.',
    source: 'StartRecordTask, SubSpec…Users.N and UnsubSpec…Users.N; which of the two wins is unverified',
    needs: needNothing,
    check: ({ parameters }) =>
      KINDS.flatMap((kind) => {
        const subscribed = parameters[`SubSpec${kind}Users`] ?? [];
        const list = `UnsubSpec${kind}Users` as const;
        return (parameters[list] ?? []).flatMap((user, index) => {
          const isSubscribed = subscribed.includes(user) || subscribed.includes('allStream');
          if (!isSubscribed && (user !== 'allStream' || subscribed.length === 0)) return [];
          const fault = `is subscribed by SubSpec${kind}Users: which of the two wins is unverified`;
          return [{ place: [list, index], fault, accepted: 'each user in one of the two lists' }];
        });
      }),
  },
  {
    id: 'AllStreamWithIds',
    severity: 'warning',
    text: 'A list of users holds allStream, which means everyone, together with ids.',
    source: 'StartRecordTask, SubSpec…Users.N and UnsubSpec…Users.N; what both together mean is unverified',
    needs: needNothing,
    check: ({ parameters }) =>
      STREAM_LISTS.flatMap((list) => {
        const users = parameters[list] ?? [];
        if (!users.includes('allStream') || users.every((user) => user === 'allStream')) return [];
        const fault = 'holds allStream, which means everyone, together with ids';
        return [{ place: [list], fault, accepted: 'allStream alone, or ids alone' }];
      }),
  },
] as const satisfies readonly CheckedRule[];
