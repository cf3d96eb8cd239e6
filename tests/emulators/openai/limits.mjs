// Rate limits as the provider keeps them: an allowance that fills up all the time, told in headers.
// What a minute allows is enforced over shorter times: a second's requests, a minute's tokens.
import { ApiError } from "./errors.mjs";
import { integer, object } from "./shape.mjs";

const checkLimits = object({
  requests_per_minute: integer(1, 1000000),
  tokens_per_minute: integer(1, 1000000000),
});

const writeTime = (seconds) => {
  if (seconds < 1) return `${Math.ceil(seconds * 1000)}ms`;
  const minutes = Math.floor(seconds / 60);
  const rest = Number((seconds - minutes * 60).toFixed(3));
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
};

class Allowance {
  #kind;
  #limit;
  #capacity;
  #level;
  #filled = Date.now();

  constructor(kind, limit, capacity) {
    this.#kind = kind;
    this.#limit = limit;
    this.#capacity = capacity;
    this.#level = capacity;
  }

  // How many seconds are missing until `cost` can be taken.
  missing(cost) {
    const now = Date.now();
    this.#level += ((now - this.#filled) / 60000) * this.#limit;
    this.#level = Math.min(this.#level, this.#capacity);
    this.#filled = now;
    return (Math.max(cost - this.#level, 0) * 60) / this.#limit;
  }

  take(cost) {
    this.#level -= cost;
  }

  headers() {
    const left = Math.max(Math.floor(this.#level), 0);
    const reset = ((this.#capacity - this.#level) * 60) / this.#limit;
    return {
      [`x-ratelimit-limit-${this.#kind}`]: String(this.#limit),
      [`x-ratelimit-remaining-${this.#kind}`]: String(left),
      [`x-ratelimit-reset-${this.#kind}`]: writeTime(reset),
    };
  }

  refusal(cost, seconds, model, headers) {
    const short = this.#kind === "requests" ? "RPM" : "TPM";
    const used = Math.ceil(this.#capacity - this.#level);
    return new ApiError(
      429,
      `Rate limit reached for ${model} in organization org-emulated on ${this.#kind} per min ` +
        `(${short}): Limit ${this.#limit}, Used ${used}, Requested ${cost}. ` +
        `Please try again in ${writeTime(seconds)}.`,
      {
        type: this.#kind,
        code: "rate_limit_exceeded",
        headers: {
          ...headers,
          "retry-after": String(Math.ceil(seconds)),
          "retry-after-ms": String(Math.ceil(seconds * 1000)),
        },
      },
    );
  }
}

export class Limits {
  #told = {};
  #allowances = {};

  set(limits) {
    checkLimits(limits, "");
    this.#told = limits;
    this.#allowances = {};
    const requests = limits.requests_per_minute;
    const tokens = limits.tokens_per_minute;
    if (requests) {
      this.#allowances.requests = new Allowance("requests", requests, Math.max(requests / 60, 1));
    }
    if (tokens) this.#allowances.tokens = new Allowance("tokens", tokens, tokens);
  }

  clear() {
    this.set({});
  }

  list() {
    return this.#told;
  }

  // The headers of an answer to a request of so many tokens; throws what the provider answers
  // beyond a limit. One refused for its tokens counts as a request.
  admit(model, tokens) {
    const { requests, tokens: tokensLeft } = this.#allowances;
    const late = requests?.missing(1) ?? 0;
    if (late === 0) requests?.take(1);
    const missing = tokensLeft?.missing(tokens) ?? 0;
    if (late === 0 && missing === 0) tokensLeft?.take(tokens);
    const headers = { ...requests?.headers(), ...tokensLeft?.headers() };
    if (late > 0) throw requests.refusal(1, late, model, headers);
    if (missing > 0) throw tokensLeft.refusal(tokens, missing, model, headers);
    return headers;
  }
}
