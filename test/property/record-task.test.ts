import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { RecorderError } from '../../shared/errors.ts';
import { type Checked, createParameterError } from '../../shared/record-task/check.ts';
import { flattenParameters, unflattenParameters } from '../../shared/record-task/rpc-names.ts';
import { checkStartRecordTask, StartRecordTaskSchema } from '../../shared/record-task/start-record-task.ts';
import { checkStopRecordTask, StopRecordTaskSchema } from '../../shared/record-task/stop-record-task.ts';
import { checkUpdateRecordTask, UpdateRecordTaskSchema } from '../../shared/record-task/update-record-task.ts';
import { startRecordTasks, stopRecordTasks, updateRecordTasks } from '../support/record-task-arbitrary.ts';

function expectAccepted<T>(checked: Checked<T>): T {
  if (!checked.ok) throw createParameterError(checked.issues);
  return checked.value;
}

function expectIssuesOrValue(checked: Checked<unknown>): void {
  if (checked.ok) return;
  expect(checked.issues).not.toEqual([]);
  expect(createParameterError(checked.issues)).toBeInstanceOf(RecorderError);
}

const OPERATIONS = [
  { name: 'checkStartRecordTask', legal: startRecordTasks, check: checkStartRecordTask, schema: StartRecordTaskSchema },
  {
    name: 'checkUpdateRecordTask',
    legal: updateRecordTasks,
    check: checkUpdateRecordTask,
    schema: UpdateRecordTaskSchema,
  },
  { name: 'checkStopRecordTask', legal: stopRecordTasks, check: checkStopRecordTask, schema: StopRecordTaskSchema },
];

// Names on which splitting, indexes and prototypes go wrong.
const parts = fc.constantFrom(
  ...[
    'UserPanes',
    'Texts',
    'Images',
    'Url',
    'FontSize',
    'AppId',
    'SubSpecUsers',
    'MixMode',
    '__proto__',
    'constructor',
  ],
  ...['', '0', '1', '2', '3', '01', '-1', '1e3', '999999999', 'length', 'ü', '\ud800'],
);
const names = fc.array(parts, { minLength: 1, maxLength: 7 }).map((list) => list.join('.'));
const values = fc.oneof(fc.constantFrom('', '1', '-0', '1e999', '0x10', ' 1', '1.5', 'null'), fc.string());

describe.each(OPERATIONS)('$name', ({ legal, check, schema }) => {
  it('is returned as it was sent', () => {
    fc.assert(
      fc.property(legal, (request) => {
        expect(expectAccepted(check(request))).toEqual(request);
      }),
    );
  });

  it('is unchanged by a second check', () => {
    fc.assert(
      fc.property(legal, (request) => {
        const once = expectAccepted(check(request));
        expect(expectAccepted(check(once))).toStrictEqual(once);
      }),
    );
  });

  it('survives the way to RPC names and back', () => {
    fc.assert(
      fc.property(legal, (request) => {
        const flat = flattenParameters(expectAccepted(check(request)));
        expect(unflattenParameters(flat, schema)).toEqual({ parameters: request, issues: [] });
      }),
    );
  });

  it('is read from RPC names in any order', () => {
    fc.assert(
      fc.property(
        legal.chain((request) => {
          const flat = flattenParameters(expectAccepted(check(request)));
          return fc.tuple(
            fc.constant(request),
            fc.shuffledSubarray([...flat], { minLength: flat.length, maxLength: flat.length }),
          );
        }),
        ([request, shuffled]) => {
          expect(unflattenParameters(shuffled, schema).parameters).toEqual(request);
        },
      ),
    );
  });

  it('is accepted or refused with issues, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (input) => {
        expectIssuesOrValue(check(input));
      }),
    );
  });

  it('is accepted exactly when the schema accepts it, whatever becomes of one parameter', () => {
    fc.assert(
      fc.property(
        legal,
        fc.constantFrom(...Object.keys(schema.entries), 'Other'),
        fc.jsonValue(),
        (request, name, input) => {
          const changed = { ...request, [name]: input };
          expect(check(changed).ok).toBe(v.is(schema, changed));
          expectIssuesOrValue(check(changed));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads RPC names without throwing, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(names, values), { maxLength: 30 }), (pairs) => {
        const { parameters, issues } = unflattenParameters(pairs, schema);
        const checked = check(parameters);
        expectIssuesOrValue(checked);
        // What is accepted says the same as what was sent: nothing is lost or invented between names and request.
        if (checked.ok && issues.length === 0) {
          expect(
            flattenParameters(checked.value)
              .map(([name]) => name)
              .sort(),
          ).toEqual(pairs.map(([name]) => name).sort());
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('unflattenParameters', () => {
  it('reports any index taken out of a list but its last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 16 }), fc.nat(), (length, seed) => {
        const missing = 1 + (seed % (length - 1));
        const pairs = Array.from({ length }, (_, index) => [`SubSpecUsers.${index + 1}`, 'u'] as const);
        const { issues } = unflattenParameters(pairs.toSpliced(missing - 1, 1), StartRecordTaskSchema);
        expect(issues.map(({ Parameter, Rule }) => [Parameter, Rule])).toEqual([
          [`SubSpecUsers.${missing}`, 'required'],
        ]);
      }),
    );
  });
});
