/**
 * Every text of the console that is not the model's own, in one place.
 *
 * @module
 */

/** Texts by page. */
export const TEXTS = {
  frame: {
    navigation: 'Sections',
    tasks: 'Tasks',
    start: 'Start',
    schedules: 'Schedules',
    events: 'Events',
  },
} as const;
