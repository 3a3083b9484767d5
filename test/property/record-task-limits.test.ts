/**
 * No JSON of up to 1 MiB, however it was made, makes the model throw or takes it over 50 ms: check, rules, explanation.
 *
 * @module
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecorderError } from '../../shared/errors.ts';
import { createParameterError } from '../../shared/record-task/check.ts';
import { explainStartRecordTask } from '../../shared/record-task/explain.ts';
import { reviewStartRecordTask, reviewUpdateRecordTask } from '../../shared/record-task/review.ts';
import { unflattenParameters } from '../../shared/record-task/rpc-names.ts';
import { StartRecordTaskSchema } from '../../shared/record-task/start-record-task.ts';
import { startRecordTasks } from '../support/record-task-arbitrary.ts';

const MAX_BYTES = 2 ** 20;
const MAX_MILLISECONDS = 50;

const PARAMETER_NAMES = Object.keys(StartRecordTaskSchema.entries);

function runModel(input: unknown): void {
  const review = reviewStartRecordTask(input);
  const explained = explainStartRecordTask(review, { durationSeconds: 60 });
  const update = reviewUpdateRecordTask(input);
  for (const { errors } of [review, update]) {
    if (errors.length > 0) expect(createParameterError(errors)).toBeInstanceOf(RecorderError);
  }
  expect(explained.Call === null).toBe(review.value === undefined);
  // The answer can be sent: nothing in it loops, and every text in it has a form in UTF-8.
  expect(JSON.stringify([review.errors, review.warnings, review.unchecked, explained])).not.toMatch(/\\ud[89a-f]/);
}

function measureMs(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** The median of five runs, if the first was slow: another process may have held the processor. */
function expectQuick(run: () => void): void {
  if (measureMs(run) < MAX_MILLISECONDS) return;
  const times = Array.from({ length: 5 }, () => measureMs(run)).toSorted((a, b) => a - b);
  expect(times[2]).toBeLessThan(MAX_MILLISECONDS);
}

const names = fc.oneof(
  fc.constantFrom(...PARAMETER_NAMES, 'PaneId', 'UserId', 'Images', 'Texts', 'Url', 'Text', 'X', 'Width', 'FontColor'),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length', '0', '', 'UserPane', 'mixmode', '\ud800', 'a.b'),
  fc.string({ unit: 'binary', maxLength: 80 }),
);
const leaves = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', 0, -0, 1, 20, 1e308, -1, 0.5, 'allStream', 'camera', '4IN_720P', '\udfff'),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
);

/** JSON as trees of known and unknown names. */
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 7, depthSize: 'medium' },
    leaves,
    fc.array(tie('tree'), { maxLength: 20 }),
    fc.array(fc.tuple(names, tie('tree')), { maxLength: 25 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

/** A legal request with one part, or several, replaced by anything. */
const damaged = fc
  .tuple(startRecordTasks, fc.dictionary(fc.constantFrom(...PARAMETER_NAMES), fc.oneof(tree, leaves), { maxKeys: 3 }))
  .map(([request, changes]) => ({ ...request, ...changes }));

/** One small piece repeated to the largest body there may be. */
const repeated = fc
  .tuple(
    fc.constantFrom<(piece: string, count: number) => string>(
      (piece, count) => `[${Array.from({ length: count }, () => piece).join(',')}]`,
      (piece, count) => `{"UserPanes":[${Array.from({ length: count }, () => piece).join(',')}]}`,
      (piece, count) =>
        `{"UserPanes":[{"PaneId":0,"Texts":[${Array.from({ length: count }, () => piece).join(',')}]}]}`,
      (piece, count) => `{${Array.from({ length: count }, (_, index) => `"k${index}":${piece}`).join(',')}}`,
      (piece, count) => `{${Array.from({ length: count }, (_, index) => `"UserPane${index}":${piece}`).join(',')}}`,
      (piece, count) => `${'['.repeat(count)}${piece}${']'.repeat(count)}`,
      (piece, count) => `${'{"UserPanes":'.repeat(count)}${piece}${'}'.repeat(count)}`,
    ),
    fc.oneof(
      fc.constantFrom('1', '""', '[]', '{}', '{"PaneId":0}', '{"Txet":1}', '{"__proto__":[]}', '"\\ud800"'),
      leaves.map((leaf) => JSON.stringify(leaf)),
    ),
    fc.constantFrom(10, 16, 17, 400, 4_900, 5_001, 50_000, MAX_BYTES),
  )
  .map(([build, piece, count]) => {
    // What surrounds a piece, and the name before it, takes up to 20 bytes.
    const fitting = Math.max(1, Math.min(count, Math.floor(MAX_BYTES / (piece.length + 20))));
    return build(piece, fitting);
  });

describe('the model', () => {
  it('explains or refuses every legal request', () => {
    fc.assert(
      fc.property(startRecordTasks, (request) => {
        expectQuick(() => runModel(request));
      }),
    );
  });

  it('explains or refuses any JSON', () => {
    fc.assert(
      fc.property(fc.oneof(tree, damaged), (input) => {
        const json = JSON.stringify(input);
        fc.pre(json !== undefined && json.length <= MAX_BYTES);
        const parsed: unknown = JSON.parse(json);
        expectQuick(() => runModel(parsed));
      }),
      { numRuns: 500 },
    );
  });

  it('explains or refuses JSON of up to 1 MiB', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(repeated, (json) => {
        expect(json.length).toBeLessThanOrEqual(MAX_BYTES + 100);
        const parsed: unknown = JSON.parse(json);
        expectQuick(() => runModel(parsed));
      }),
      { numRuns: 150 },
    );
  });

  it('explains or refuses strings of 1 MiB in every place', () => {
    const long = 'a'.repeat(MAX_BYTES);
    const surrogates = '\ud800'.repeat(MAX_BYTES / 8);
    for (const text of [long, surrogates, ' '.repeat(MAX_BYTES), '.'.repeat(MAX_BYTES), `http://${long}`]) {
      for (const name of PARAMETER_NAMES) expectQuick(() => runModel({ [name]: text }));
      expectQuick(() => runModel({ [text]: 1 }));
      expectQuick(() => runModel({ UserPanes: [{ UserId: text, Texts: [{ Text: text }], Images: [{ Url: text }] }] }));
      expectQuick(() => runModel({ SubSpecUsers: [text], UserPanes: [{ [text]: 1 }] }));
    }
  });

  it('explains or refuses RPC parameters, whatever their names', () => {
    const parts = fc.oneof(names, fc.constantFrom('1', '2', '16', '999999999', '-1', '01'));
    const pairs = fc.array(
      fc.tuple(
        fc.array(parts, { maxLength: 7 }).map((list) => list.join('.')),
        leaves.map((leaf) => String(leaf)),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(pairs, (list) => {
        expectQuick(() => runModel(unflattenParameters(list, StartRecordTaskSchema).parameters));
      }),
      { numRuns: 300 },
    );
  });
});
