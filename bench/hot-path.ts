/**
 * Check and flatten, in one process: what every start pays before anything is sent. The peers check structure, bounds and
 * enumerations with zod or ajv and flatten with the official client's own function; ours checks the rules between
 * parameters as well.
 *
 * @module
 */
import * as v from 'valibot';
import { createOpenApiDocument } from '../functions/start/openapi.ts';
import { reviewStartRecordTask } from '../shared/record-task/review.ts';
import { flattenParameters } from '../shared/record-task/rpc-names.ts';
import { importPeer } from './peer.ts';
import { interleave, summarize } from './statistics.ts';
import type { Row } from './table.ts';

const MIN_SAMPLE_MS = 20;

const Call = v.function();
const Zod = v.object({ StartRecordTask: v.looseObject({ safeParse: Call }) });
const Requests = v.object({ SAMPLE: v.record(v.string(), v.unknown()), LARGEST: v.record(v.string(), v.unknown()) });
const Flatten = v.object({ flatten: Call, compileJsonSchema: Call });

/** Measures both requests. */
export async function measureHotPath(rounds: number): Promise<readonly Row[]> {
  const { StartRecordTask } = v.parse(Zod, await importPeer('zod-model.mjs'));
  const { flatten, compileJsonSchema } = v.parse(Flatten, await importPeer('flatten.mjs'));
  const { SAMPLE, LARGEST } = v.parse(Requests, await importPeer('requests.mjs'));
  const validate = v.parse(Call, compileJsonSchema(JSON.parse(JSON.stringify(createOpenApiDocument()))));

  const rows: Row[] = [];
  for (const [what, request] of [
    ['the vendor’s sample', SAMPLE],
    ['16 panes with 16 texts each', LARGEST],
  ] as const) {
    const measured = await interleave(
      {
        ours: () => timeOne(() => flattenOurs(request)),
        zod: () =>
          timeOne(() => requireTrue(v.parse(Parsed, StartRecordTask.safeParse(request)).success, flatten(request))),
        ajv: () => timeOne(() => requireTrue(validate(request), flatten(request))),
        flatten: () => timeOne(() => flatten(request)),
      },
      rounds,
    );
    const p50 = (name: string) => summarize(measured.get(name) ?? []).p50;
    const ours = p50('ours');
    const isLargest = request === LARGEST;
    rows.push({
      section: 'hot path',
      what: `check and flatten, ${what}`,
      unit: 'ms',
      ours,
      peers: [
        { label: "zod and the official client's flatten", value: p50('zod') },
        { label: "ajv and the official client's flatten", value: p50('ajv') },
        { label: "the official client's flatten alone", value: p50('flatten') },
      ],
      ...(isLargest && { budget: { words: '<= 1 ms, faster than zod', isMet: ours <= 1 && ours < p50('zod') } }),
    });
    rows.push(measureAllocation(what, request));
  }
  return rows;
}

const Parsed = v.object({ success: v.boolean() });

function flattenOurs(request: unknown): number {
  const { value, errors } = reviewStartRecordTask(request);
  if (value === undefined || errors.length > 0) throw new Error('The request of the bench is refused.');
  return flattenParameters(value).length;
}

function requireTrue(isValid: unknown, result: unknown): unknown {
  if (isValid !== true) throw new Error('The request of the bench is refused by a peer.');
  return result;
}

/** Milliseconds of one call, from as many as take {@link MIN_SAMPLE_MS}. */
function timeOne(work: () => unknown): number {
  const startedAtMs = performance.now();
  let calls = 0;
  do {
    work();
    calls += 1;
  } while (performance.now() - startedAtMs < MIN_SAMPLE_MS);
  return (performance.now() - startedAtMs) / calls;
}

/** The heap's growth by one call, median: measured one by one, so that no collection falls in between. */
function measureAllocation(what: string, request: unknown): Row {
  const kilobytes = Array.from({ length: 50 }, () => {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    flattenOurs(request);
    return (process.memoryUsage().heapUsed - before) / 1_000;
  });
  const ours = summarize(kilobytes).p50;
  return { section: 'hot path', what: `allocated for it, ${what}`, unit: 'kB', ours, peers: [] };
}
