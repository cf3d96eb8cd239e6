// Faults on demand: what goes wrong next, and how often.
import { ApiError } from "./errors.mjs";
import { integer, number, object, oneOf } from "./shape.mjs";

export const faultKinds = [
  "rate_limit",
  "quota",
  "server_error",
  "overloaded",
  "drop",
  "hang",
  "slow_first_token",
  "slow",
  "cut_stream",
  "cut_body",
  "malformed_sse",
  "stream_error",
  "malformed_tool_call",
  "wrong_json",
  "wrong_shape",
];

const checkFault = object(
  {
    kind: oneOf(...faultKinds),
    count: integer(1, 1000000),
    share: number(0, 1),
    on: oneOf("chat", "tool_call", "embeddings", "moderations", "any"),
    retry_after_s: integer(0, 3600),
    delay_ms: integer(0, 600000),
    after_chunks: integer(0, 100000),
  },
  ["kind"],
);

// The same sequence in each run (mulberry32).
const makeRandom = () => {
  let state = 20310131;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

export class Faults {
  #queue = [];
  #random = makeRandom();

  // With a share, that part of the calls is spoiled, for good; else the next `count` are.
  add(fault) {
    checkFault(fault, "");
    const defaults = { count: 1, on: "any", delay_ms: 200, after_chunks: 2 };
    this.#queue.push({ ...defaults, taken: 0, ...fault });
  }

  clear() {
    this.#queue = [];
  }

  list() {
    return this.#queue;
  }

  // The fault for a call of this kind, used up once; null when all goes well.
  take(kind) {
    const index = this.#queue.findIndex(
      ({ on, share }) =>
        (on === "any" || on === kind) && (share === undefined || this.#random() < share),
    );
    if (index < 0) return null;
    const fault = this.#queue[index];
    fault.taken += 1;
    if (fault.share !== undefined) return fault;
    fault.count -= 1;
    if (fault.count === 0) this.#queue.splice(index, 1);
    return fault;
  }
}

// The error answer a fault stands for, or null where it spoils something else.
export const errorOf = (fault) => {
  switch (fault?.kind) {
    case "rate_limit":
      return new ApiError(429, "Rate limit reached. Please try again later.", {
        type: "requests",
        code: "rate_limit_exceeded",
        headers:
          fault.retry_after_s === undefined ? {} : { "retry-after": String(fault.retry_after_s) },
      });
    case "quota":
      return new ApiError(429, "You exceeded your current quota, please check your plan.", {
        type: "insufficient_quota",
        code: "insufficient_quota",
      });
    case "server_error":
      return new ApiError(500, "The server had an error while processing your request.", {
        type: "server_error",
      });
    case "overloaded":
      return new ApiError(503, "The engine is currently overloaded, please try again later.", {
        type: "service_unavailable",
      });
    default:
      return null;
  }
};
