/**
 * What comes out of a recording and what it is billed by, while one fills in the form.
 *
 * @module
 */
import type { JSX } from 'preact';
import { explainStartRecordTask } from '../../../shared/record-task/explain.ts';
import type { TaskParameters } from '../../../shared/record-task/rule.ts';
import type { FormHandle } from './field-frame.tsx';
import { readDurationSeconds, setValue } from './form-state.ts';
import { TEXTS } from './texts.ts';

interface CostHintProps {
  readonly sound: TaskParameters;
  readonly form: FormHandle;
}

/** Size, rates, profile and minutes. Prices are the vendor's and change: none is named. */
export function CostHint({ sound, form }: CostHintProps): JSX.Element {
  const durationSeconds = readDurationSeconds(form.values, Date.now());
  const { Output, Billing } = explainStartRecordTask(
    { value: undefined, sound },
    durationSeconds === undefined ? {} : { durationSeconds },
  );
  const { parameters } = TEXTS;
  const { TaskProfile, CheapestSufficient, MaxMinutes } = Billing;
  const isCheaper = TaskProfile !== null && CheapestSufficient !== null && CheapestSufficient !== TaskProfile;
  return (
    <section class="cost">
      <h2>{parameters.result}</h2>
      <p>{describeOutput(Output)}</p>
      <p>
        {TaskProfile === null ? parameters.unknownBilling : parameters.billed(TaskProfile)}
        {MaxMinutes === null ? parameters.noEnd : parameters.atMostMinutes(MaxMinutes)}
      </p>
      {isCheaper && (
        <p>
          {parameters.cheaper(CheapestSufficient)}{' '}
          <button
            type="button"
            class="link"
            onClick={() => form.onChange(setValue(form.values, ['TaskProfile'], CheapestSufficient))}
          >
            {parameters.useCheaper(CheapestSufficient)}
          </button>
        </p>
      )}
    </section>
  );
}

function describeOutput(output: ReturnType<typeof explainStartRecordTask>['Output']): string {
  const { Width, Height, Fps, Kbps, KilobytesPerHour } = output;
  const { parameters } = TEXTS;
  if (Width === null || Height === null || Fps === null || Kbps === null || KilobytesPerHour === null) {
    return parameters.unknownOutput;
  }
  const what = Width === 0 ? parameters.soundOutput(Kbps) : parameters.output(Width, Height, Fps, Kbps);
  return `${what}${parameters.perHour(Math.round(KilobytesPerHour / 1_000))}`;
}
