// Faults on demand: what goes wrong next, and how often.
import { ApiError, invalid } from "./errors.mjs";

const kinds = [
  "rate_limit",
  "overloaded",
  "server_error",
  "drop",
  "hang",
  "slow_first_token",
  "slow",
  "cut_stream",
  "malformed_sse",
  "stream_error",
  "malformed_tool_call",
  "wrong_json",
];

export class Faults {
  #queue = [];

  add(fault) {
    if (!kinds.includes(fault?.kind)) throw invalid(`kind: must be one of ${kinds.join(", ")}`);
    this.#queue.push({ count: 1, delay_ms: 200, after_events: 4, ...fault });
  }

  clear() {
    this.#queue = [];
  }

  list() {
    return this.#queue;
  }

  // The fault for the next call, used up once; null when all goes well.
  take() {
    const fault = this.#queue[0];
    if (!fault) return null;
    fault.count -= 1;
    if (fault.count === 0) this.#queue.shift();
    return fault;
  }
}

// The error answer a fault stands for, or null where it spoils something else.
export const errorOf = (fault) => {
  switch (fault?.kind) {
    case "rate_limit":
      return new ApiError(
        429,
        "This request would exceed your organization's rate limit.",
        fault.retry_after_s === undefined ? {} : { "retry-after": String(fault.retry_after_s) },
      );
    case "overloaded":
      return new ApiError(529, "Overloaded");
    case "server_error":
      return new ApiError(500, "Internal server error");
    default:
      return null;
  }
};
