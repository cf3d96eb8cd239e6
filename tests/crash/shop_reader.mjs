// Has an AIVA read an emulated shop, and says what it has of it. What is null below was not
// answered: the process died over it.

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const jobTimeoutMs = 1_800_000;
const final = ["completed", "failed", "cancelled"];
const publicUrl = "https://aiva.test"; // shops send events by https alone

/** What an AIVA must be told to read the shop at `origin`. */
export const environmentFor = (origin) => ({
  AIVA_SHOPIFY_BASE_ADDRESS: origin,
  AIVA_SHOPIFY_ALLOW_PRIVATE_HOSTS: "true",
  AIVA_SHOPIFY_CLIENT_ID: "test-client-id",
  AIVA_SHOPIFY_CLIENT_SECRET: "test-client-secret",
  AIVA_SHOPIFY_SCHEDULED: "false",
  AIVA_SERVER_PUBLIC_URL: publicUrl,
});

/** Takes the place of a proxy that ends TLS: what a shop sends to the public address arrives. */
export const bringEvents = (shop, url) => {
  for (const subscription of shop.webhooks.subscriptions.values()) {
    subscription.address = subscription.address.replace(publicUrl, url);
  }
};

export class ShopReader {
  base = "";
  store = "";

  /** `server` is a KilledServer, `shop` an emulator. */
  constructor(server, shop) {
    this.server = server;
    this.shop = shop;
  }

  get #place() {
    return `/api/shopify/${this.server.tenant}`;
  }

  async #ask(status, method, path, body) {
    const reply = await this.server.call(method, path, body);
    if (reply !== null && reply.status !== status) {
      throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    }
    return reply?.body.data ?? null;
  }

  /** A knowledge base that has the shop, which sends its events on demand. */
  async connect({ hasEvents = false } = {}) {
    const name = "Shop";
    this.base = (await this.#ask(201, "POST", "/api/knowledge", { name })).id;
    const wanted = {
      kb_id: this.base,
      address: this.shop.shop.domain,
      token: "shpat_test",
      auto_sync: false,
      ...(hasEvents ? { app_secret: "test-client-secret" } : {}),
    };
    const store = await this.#ask(201, "POST", `${this.#place}/stores`, wanted);
    this.store = store.id;
    if (store.has_webhooks !== hasEvents) throw new Error(JSON.stringify(store));
    bringEvents(this.shop, this.server.url);
  }

  /** The id of the job; that of the one which runs where there is one. */
  async start(type) {
    const body = { store_id: this.store, type };
    const reply = await this.server.call("POST", `${this.#place}/sync`, body);
    if (reply === null) return null;
    if (reply.status === 202) return reply.body.data.id;
    if (reply.status !== 409) throw new Error(`no sync: ${JSON.stringify(reply)}`);
    for (const status of ["processing", "pending"]) {
      const list = await this.#ask(200, "GET", `${this.#place}/jobs?limit=1&status=${status}`);
      if (list === null) return null;
      if (list.items.length > 0) return list.items[0].id;
    }
    return this.start(type); // it has just ended
  }

  async job(id) {
    return this.#ask(200, "GET", `${this.#place}/jobs/${id}`);
  }

  /** The job when it has ended; null when the process died before. */
  async ended(id) {
    for (const until = Date.now() + jobTimeoutMs; Date.now() < until; await pause(100)) {
      const job = await this.job(id);
      if (job === null || final.includes(job.status)) return job;
    }
    throw new Error(`job ${id} does not end`);
  }

  async read(type) {
    const id = await this.start(type);
    return id === null ? null : this.ended(id);
  }

  /** Waits until no picture of a product waits to be fetched. */
  async pictures() {
    for (const until = Date.now() + jobTimeoutMs; Date.now() < until; await pause(200)) {
      const statistics = await this.#ask(200, "GET", `${this.#place}/stats`);
      const { images, images_completed, images_failed } = statistics;
      if (images_completed + images_failed >= images) return statistics;
    }
    throw new Error("pictures of products are never read");
  }

  /** All products that are not deleted. */
  async products() {
    const products = [];
    for (let cursor = ""; cursor !== null;) {
      const more = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const path = `${this.#place}/products?kb_id=${this.base}&limit=200${more}`;
      const list = await this.#ask(200, "GET", path);
      products.push(...list.items);
      cursor = list.next_cursor;
    }
    return products;
  }

  async search(query) {
    const body = { kb_id: this.base, ...query };
    return this.#ask(200, "POST", "/api/v1/products/search", body);
  }
}

export const catalogueOf = async (shop) => (await fetch(`${shop.origin}/_catalogue`)).json();
