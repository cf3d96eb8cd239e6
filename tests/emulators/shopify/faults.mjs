// Faults on demand: what goes wrong next, where, and how often.
import { ApiError } from "./errors.mjs";
import { Random } from "./random.mjs";

const kinds = {
  server_error: ["status"],
  rate_limit: ["retry_after_s"],
  slow: ["delay_ms"],
  hang: [],
  drop: [],
  cut_body: [],
  truncated_json: [],
  wrong_type: [],
  wrong_shape: [],
  throttled: [],
  internal_error: [],
  unauthorized: [],
  expired_cursor: [],
  bulk_failed: ["error_code", "share_kept"],
  not_found: [],
  huge: ["bytes"],
  bomb: [],
  redirect: ["location"],
};
const places = ["rest", "graphql", "oauth", "bulk", "bulk_result", "image", "storefront", "any"];
const common = ["kind", "on", "count", "share", "path"];

const refuse = (message) => {
  throw new ApiError(400, message);
};

const check = (fault) => {
  const { kind, on = "any", count, share } = fault;
  if (!kinds[kind]) refuse(`no fault '${kind}'; there are ${Object.keys(kinds).join(", ")}`);
  if (!places.includes(on)) refuse(`no place '${on}'; there are ${places.join(", ")}`);
  for (const name of Object.keys(fault)) {
    if (!common.includes(name) && !kinds[kind].includes(name)) refuse(`no '${name}' of ${kind}`);
  }
  if (count !== undefined && !(Number.isInteger(count) && count > 0)) refuse("count is from 1");
  if (share !== undefined && !(share > 0 && share <= 1)) refuse("share is above 0, up to 1");
};

export class Faults {
  #queue = [];
  #random = new Random(20310131);

  // With a share, that part of the calls is spoiled, for good; else the next `count` are. `path` is
  // a part of the address it waits for.
  add(fault) {
    check(fault);
    const defaults = { on: "any", count: 1, delay_ms: 200, status: 500, bytes: 100_000_000 };
    this.#queue.push({ ...defaults, share_kept: 0.5, ...fault, taken: 0 });
  }

  clear() {
    this.#queue = [];
  }

  list() {
    return this.#queue;
  }

  // The fault for a call there, used up once; null when all goes well.
  take(place, path = "") {
    const index = this.#queue.findIndex(
      (fault) =>
        (fault.on === place || (fault.on === "any" && fault.kind !== "bulk_failed")) &&
        path.includes(fault.path ?? "") &&
        (fault.share === undefined || this.#random.next() < fault.share),
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
    case "server_error":
      return new ApiError(fault.status, "Internal Server Error");
    case "rate_limit":
      return new ApiError(
        429,
        "Exceeded 2 calls per second for api client. " +
          "Reduce request rates to resume uninterrupted service.",
        fault.retry_after_s === undefined ? {} : { "retry-after": fault.retry_after_s.toFixed(1) },
      );
    case "unauthorized":
      return new ApiError(
        401,
        "[API] Invalid API key or access token (unrecognized login or wrong password)",
      );
    case "not_found":
      return new ApiError(404, "Not Found");
    case "expired_cursor":
      return new ApiError(400, { page_info: "Invalid value." });
    default:
      return null;
  }
};
