/**
 * The faults that are set, and how often each still applies.
 *
 * @module
 */
import type { CallbackFault, Fault, Faults } from './fault.ts';

/** What a rule looks at: every request and every message has these, as far as they are known. */
interface FaultSubject {
  readonly Action?: string;
  readonly TaskId: string | undefined;
}

interface FaultRule<T> extends Partial<FaultSubject> {
  readonly count?: number;
  readonly fault: T;
}

export class FaultPlan {
  #faults: Faults = {};

  /** Replaces all faults. */
  set(faults: Faults): void {
    this.#faults = faults;
  }

  /** Returns what is left of the faults, each with its remaining count. */
  get(): Faults {
    return this.#faults;
  }

  /** Returns the fault of a request, which is then used once more. */
  takeRequestFault(request: FaultSubject): Fault | undefined {
    const { requests = [] } = this.#faults;
    const rule = findRule(requests, request);
    if (rule === undefined) return undefined;
    this.#faults = { ...this.#faults, requests: useUp(requests, rule) };
    return rule.fault;
  }

  /** Returns the fault of a message, which is then used once more. */
  takeCallbackFault(message: FaultSubject): CallbackFault | undefined {
    const { callbacks = [] } = this.#faults;
    const rule = findRule(callbacks, message);
    if (rule === undefined) return undefined;
    this.#faults = { ...this.#faults, callbacks: useUp(callbacks, rule) };
    return rule.fault;
  }
}

function findRule<T extends FaultRule<unknown>>(rules: readonly T[], subject: FaultSubject): T | undefined {
  return rules.find(
    ({ Action = subject.Action, TaskId = subject.TaskId }) => Action === subject.Action && TaskId === subject.TaskId,
  );
}

/** Returns the rules after one of them was applied: one that is used up is gone. */
function useUp<T extends FaultRule<unknown>>(rules: readonly T[], used: T): T[] {
  return rules.flatMap((rule) => {
    if (rule !== used || rule.count === undefined) return [rule];
    return rule.count === 1 ? [] : [{ ...rule, count: rule.count - 1 }];
  });
}
