// Subscriptions and deliveries. A delivery is signed with the app's secret, is waited for 5 s, and
// is tried again 8 times within 4 hours, each wait twice the last; a subscription whose delivery
// failed that often is removed. On demand deliveries are dropped, doubled, held back and mixed up.
import { createHmac, randomUUID } from "node:crypto";
import { ApiError } from "./errors.mjs";
import { Random } from "./random.mjs";

export const topics = [
  "app/uninstalled",
  "bulk_operations/finish",
  "collections/create",
  "collections/delete",
  "collections/update",
  "inventory_levels/update",
  "orders/create",
  "orders/updated",
  "products/create",
  "products/delete",
  "products/update",
];
// Sent to the address the app was registered with; nobody can subscribe to them.
export const complianceTopics = ["customers/data_request", "customers/redact", "shop/redact"];
// The scope without which a topic cannot be subscribed to.
export const scopeOfTopic = {
  collections: "read_products",
  inventory_levels: "read_inventory",
  orders: "read_orders",
  products: "read_products",
};

const timeout_ms = 5000;
const retriesMax = 8;
// 8 waits, each twice the last, are 4 hours.
const firstWait_ms = 14_400_000 / (2 ** retriesMax - 1);
const inFlightMax = 16;
const noMode = { drop: 0, double: 0, delay_ms: 0, reorder: 0, hold: false };

export class Webhooks {
  subscriptions = new Map();
  complianceUrl = null;
  #shop;
  #secret;
  #mode = { ...noMode };
  #random = new Random(7);
  #queue = [];
  #held = [];
  #inFlight = 0;
  #retries = new Map();
  #delays = new Set();
  #waiting = [];
  #nextId = 1_012_345_000_000;
  #counts = {};

  constructor({ shop, secret }) {
    this.#shop = shop;
    this.#secret = secret;
    this.clear();
  }

  clear() {
    this.#counts = {
      triggered: 0,
      delivered: 0,
      failed: 0,
      dropped: 0,
      doubled: 0,
      reordered: 0,
      given_up: 0,
      removed: 0,
    };
  }

  list() {
    return {
      ...this.#counts,
      queued: this.#queue.length + this.#inFlight,
      held: this.#held.length + this.#delays.size,
      retrying: this.#retries.size,
      mode: this.#mode,
      subscriptions: [...this.subscriptions.values()].map(({ id, topic, address }) => ({
        id,
        topic,
        address,
      })),
    };
  }

  // Shares of deliveries that are dropped and doubled (0 … 1), a delay, a window within which
  // deliveries are mixed, or all held until `release`.
  setMode(mode) {
    for (const [name, value] of Object.entries(mode)) {
      if (!(name in noMode)) throw new ApiError(400, `no mode '${name}' of webhooks`);
      if (typeof value !== typeof noMode[name]) throw new ApiError(400, `'${name}' is ${value}`);
    }
    this.#mode = { ...noMode, ...mode };
  }

  has(topic, address) {
    return [...this.subscriptions.values()].some(
      (known) => known.topic === topic && known.address === address,
    );
  }

  subscribe({ topic, address, fields = [], version }) {
    const now = this.#shop.store.now();
    this.#nextId += 1;
    const subscription = {
      kind: "WebhookSubscription",
      id: this.#nextId,
      topic,
      address,
      fields,
      version,
      createdAt: now,
      updatedAt: now,
    };
    this.subscriptions.set(subscription.id, subscription);
    return subscription;
  }

  // Tells all subscribers of the topic; the body is that of now, however late it arrives.
  trigger(topic, makePayload, eventId = randomUUID()) {
    const subscriptions = complianceTopics.includes(topic)
      ? [{ id: 0, topic, address: this.complianceUrl, fields: [], version: this.#shop.version }]
      : [...this.subscriptions.values()].filter((subscription) => subscription.topic === topic);
    if (subscriptions.length === 0 || !subscriptions[0].address) return;
    const payload = makePayload();
    const whole = JSON.stringify(payload);
    for (const subscription of subscriptions) {
      const body =
        subscription.fields.length === 0
          ? whole
          : JSON.stringify(
              Object.fromEntries(
                Object.entries(payload).filter(([name]) => subscription.fields.includes(name)),
              ),
            );
      this.#counts.triggered += 1;
      this.#schedule(this.#prepare(subscription, eventId, body));
    }
  }

  #prepare(subscription, eventId, body) {
    return {
      subscription,
      attempts: 0,
      body,
      address: subscription.address,
      headers: {
        "content-type": "application/json",
        "user-agent": "Shopify-Captain-Hook",
        "x-shopify-topic": subscription.topic,
        "x-shopify-hmac-sha256": createHmac("sha256", this.#secret).update(body).digest("base64"),
        "x-shopify-shop-domain": this.#shop.domain,
        "x-shopify-api-version": subscription.version,
        "x-shopify-webhook-id": randomUUID(),
        "x-shopify-event-id": eventId,
        "x-shopify-triggered-at": new Date(this.#shop.clock.now()).toISOString(),
      },
    };
  }

  #schedule(delivery) {
    if (this.#random.chance(this.#mode.drop)) {
      this.#counts.dropped += 1;
      return;
    }
    this.#place(delivery);
    if (!this.#random.chance(this.#mode.double)) return;
    this.#counts.doubled += 1;
    // Of a double only the event is surely the same.
    const headers = { ...delivery.headers };
    if (this.#random.chance(0.5)) headers["x-shopify-webhook-id"] = randomUUID();
    this.#place({ ...delivery, headers });
  }

  #place(delivery) {
    const { hold, reorder, delay_ms } = this.#mode;
    if (hold || reorder > 1) {
      this.#held.push(delivery);
      if (!hold && this.#held.length >= reorder) this.#mix();
    } else if (delay_ms > 0) {
      const timer = setTimeout(() => {
        this.#delays.delete(timer);
        this.#queue.push(delivery);
        this.#pump();
      }, delay_ms);
      this.#delays.add(timer);
    } else {
      this.#queue.push(delivery);
    }
    this.#pump();
  }

  #mix() {
    this.#counts.reordered += this.#held.length;
    this.#queue.push(...this.#random.shuffle(this.#held));
    this.#held = [];
  }

  #pump() {
    while (this.#queue.length > 0 && this.#inFlight < inFlightMax) {
      this.#inFlight += 1;
      this.#deliver(this.#queue.shift()).finally(() => {
        this.#inFlight -= 1;
        this.#pump();
      });
    }
    if (this.#queue.length > 0 || this.#inFlight > 0 || this.#delays.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #deliver(delivery) {
    delivery.attempts += 1;
    try {
      const response = await fetch(delivery.address, {
        method: "POST",
        headers: delivery.headers,
        body: delivery.body,
        redirect: "manual",
        signal: AbortSignal.timeout(timeout_ms),
      });
      await response.arrayBuffer();
      if (response.status < 200 || response.status > 299) throw new Error(`${response.status}`);
      this.#counts.delivered += 1;
    } catch {
      this.#counts.failed += 1;
      this.#again(delivery);
    }
  }

  #again(delivery) {
    const { subscription, attempts } = delivery;
    if (attempts > retriesMax) {
      this.#counts.given_up += 1;
      if (this.subscriptions.delete(subscription.id)) this.#counts.removed += 1;
      return;
    }
    const timer = setTimeout(
      () => {
        this.#retries.delete(timer);
        this.#queue.push(delivery);
        this.#pump();
      },
      firstWait_ms * 2 ** (attempts - 1),
    );
    timer.unref();
    this.#retries.set(timer, delivery);
  }

  // Lets go what is held, mixed where that is asked for.
  release() {
    if (this.#mode.reorder > 1) this.#mix();
    this.#queue.push(...this.#held.splice(0));
    this.#pump();
  }

  // Tries again now whatever waits for its next try.
  retryNow() {
    for (const [timer, delivery] of this.#retries) {
      clearTimeout(timer);
      this.#queue.push(delivery);
    }
    this.#retries.clear();
    this.#pump();
  }

  // When everything that is not held was tried at least once.
  settled() {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#pump();
    });
  }

  forgetAll() {
    this.subscriptions.clear();
  }

  stop() {
    for (const timer of [...this.#delays, ...this.#retries.keys()]) clearTimeout(timer);
    this.#queue = [];
    this.#held = [];
  }
}
