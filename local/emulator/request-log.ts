/**
 * Every request that could be read, in the order of arrival.
 *
 * @module
 */

/** Older requests are forgotten, so that an emulator can run for weeks. */
const MAX_LOGGED_REQUESTS = 10_000;

export interface LoggedRequest {
  readonly RequestId: string;
  readonly Action: string;
  readonly TaskId: string | undefined;
  readonly scheme: 'ACS3' | 'V1';
  /** As sent, nested; flat for an unknown Action. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly receivedAtMs: number;
  /**
   * `accepted` is what the operation did, whether or not the caller could be told; `rejected` is every error, that with
   * status 200 too; `faulted` was kept from the operation by a fault.
   */
  readonly outcome: 'pending' | 'accepted' | 'rejected' | 'faulted';
  /** The answer's HTTP status, if there was an answer. */
  readonly status: number | undefined;
  /** The error's code, if the answer was an error of the service. */
  readonly Code: string | undefined;
}

/** Which requests to count. */
export interface RequestFilter {
  readonly Action: string;
  readonly TaskId?: string;
}

export interface RequestCount {
  readonly received: number;
  readonly accepted: number;
}

/** The counts of one Action, and TaskId if the requests named one. */
export interface RequestCountRow extends RequestCount {
  readonly Action: string;
  readonly TaskId: string | undefined;
}

export class RequestLog {
  readonly #requests = new Map<string, LoggedRequest>();

  /** Adds a request, or replaces it by what has become of it. */
  set(request: LoggedRequest): void {
    this.#requests.set(request.RequestId, request);
    const [oldest] = this.#requests.keys();
    if (oldest !== undefined && this.#requests.size > MAX_LOGGED_REQUESTS) this.#requests.delete(oldest);
  }

  list(): readonly LoggedRequest[] {
    return [...this.#requests.values()];
  }

  /** Counts of each Action and TaskId, in the order they were first seen. */
  countAll(): readonly RequestCountRow[] {
    const rows = new Map<string, RequestCountRow>();
    for (const { Action, TaskId, outcome } of this.#requests.values()) {
      const key = JSON.stringify([Action, TaskId]);
      const { received, accepted } = rows.get(key) ?? { received: 0, accepted: 0 };
      const more = outcome === 'accepted' ? 1 : 0;
      rows.set(key, { Action, TaskId, received: received + 1, accepted: accepted + more });
    }
    return [...rows.values()];
  }

  count({ Action, TaskId }: RequestFilter): RequestCount {
    const requests = this.list().filter(
      (request) => request.Action === Action && (TaskId === undefined || request.TaskId === TaskId),
    );
    return {
      received: requests.length,
      accepted: requests.filter(({ outcome }) => outcome === 'accepted').length,
    };
  }
}
