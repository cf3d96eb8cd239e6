// The provider's two leaky buckets, for each token one of each: requests for REST (40, leaking 2 a
// second on the standard plan), points for GraphQL (2000, restoring 100 a second).
import { ApiError } from "./errors.mjs";

const plans = {
  standard: { rest: { size: 40, rate: 2 }, graphql: { size: 2000, rate: 100 } },
  advanced: { rest: { size: 80, rate: 4 }, graphql: { size: 4000, rate: 200 } },
  plus: { rest: { size: 400, rate: 20 }, graphql: { size: 20000, rate: 1000 } },
};
export const queryCostMax = 1000;
const secondsKept = 3600;

class Bucket {
  #clock;
  #used = 0;
  #seen;

  constructor(clock, { size, rate }) {
    this.#clock = clock;
    this.#seen = clock.now();
    this.size = size;
    this.rate = rate;
  }

  #leak() {
    const now = this.#clock.now();
    this.#used = Math.max(this.#used - ((now - this.#seen) / 1000) * this.rate, 0);
    this.#seen = now;
  }

  left() {
    this.#leak();
    return this.size - this.#used;
  }

  used() {
    this.#leak();
    return this.#used;
  }

  // Whether `cost` fitted, and then is taken.
  take(cost) {
    if (this.left() < cost) return false;
    this.#used += cost;
    return true;
  }

  giveBack(cost) {
    this.#used = Math.max(this.#used - cost, 0);
  }
}

export class Limits {
  #clock;
  #plan;
  #isOn;
  #buckets = new Map();

  constructor(clock, { plan = "standard", throttle = true } = {}) {
    if (!plans[plan]) throw new Error(`no plan ${plan}`);
    this.#clock = clock;
    this.#plan = plans[plan];
    this.#isOn = throttle;
  }

  set({ throttle = this.#isOn, plan }) {
    if (plan !== undefined && !plans[plan]) throw new ApiError(400, `no plan ${plan}`);
    this.#isOn = throttle;
    if (plan) this.#plan = plans[plan];
    this.#buckets.clear();
  }

  #bucket(kind, token) {
    const key = `${kind} ${token}`;
    if (!this.#buckets.has(key)) this.#buckets.set(key, new Bucket(this.#clock, this.#plan[kind]));
    return this.#buckets.get(key);
  }

  // The headers of an answer; throws the 429 of a full bucket.
  admitRest(token, counters) {
    const bucket = this.#bucket("rest", token);
    if (!this.#isOn) return { "x-shopify-shop-api-call-limit": `1/${bucket.size}` };
    const isAdmitted = bucket.take(1);
    const told = { "x-shopify-shop-api-call-limit": `${Math.ceil(bucket.used())}/${bucket.size}` };
    if (isAdmitted) return told;
    counters.refuse("rest");
    throw new ApiError(
      429,
      `Exceeded ${bucket.rate} calls per second for api client. ` +
        "Reduce request rates to resume uninterrupted service.",
      { ...told, "retry-after": "2.0" },
    );
  }

  // Takes the points a query may cost; says whether there were enough.
  admitQuery(token, cost) {
    return !this.#isOn || this.#bucket("graphql", token).take(cost);
  }

  settleQuery(token, requested, actual) {
    if (this.#isOn) this.#bucket("graphql", token).giveBack(requested - actual);
  }

  throttleStatus(token) {
    const bucket = this.#bucket("graphql", token);
    return {
      maximumAvailable: bucket.size,
      currentlyAvailable: this.#isOn ? Math.floor(bucket.left()) : bucket.size,
      restoreRate: bucket.rate,
    };
  }
}

// What the shop saw: requests in all and in each second, and what it refused. `refused` are those
// the client brought upon itself; what faults asked for is counted apart.
export class Counters {
  #clock;
  #totals = {};
  #seconds = new Map();

  constructor(clock) {
    this.#clock = clock;
  }

  #of(kind) {
    this.#totals[kind] ??= { requests: 0, refused: 0, faulted: 0 };
    return this.#totals[kind];
  }

  see(kind) {
    this.#of(kind).requests += 1;
    const second = Math.floor(this.#clock.now() / 1000);
    if (!this.#seconds.has(second)) {
      this.#seconds.set(second, {});
      if (this.#seconds.size > secondsKept) this.#seconds.delete(this.#seconds.keys().next().value);
    }
    const counts = this.#seconds.get(second);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }

  refuse(kind) {
    this.#of(kind).refused += 1;
  }

  fault(kind) {
    this.#of(kind).faulted += 1;
  }

  add(kind, what, amount = 1) {
    const totals = this.#of(kind);
    totals[what] = (totals[what] ?? 0) + amount;
  }

  clear() {
    this.#totals = {};
    this.#seconds.clear();
  }

  list() {
    const per_second = [...this.#seconds].map(([second, counts]) => ({ second, ...counts }));
    const max_per_second = {};
    for (const counts of this.#seconds.values()) {
      for (const [kind, count] of Object.entries(counts)) {
        max_per_second[kind] = Math.max(max_per_second[kind] ?? 0, count);
      }
    }
    const refused = Object.values(this.#totals).reduce((sum, { refused: one }) => sum + one, 0);
    return { refused, totals: this.#totals, max_per_second, per_second };
  }
}
