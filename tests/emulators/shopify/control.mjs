// What tests ask of the emulator:
//   POST /_fill {products, imagesEach, variantsEach?, orders, seed}, /_mutate {count, seed}
//   POST /_store {call, arguments}: one change, by a method of the store, for example
//     {"call": "setInventory", "arguments": [VARIANT, 5]}, or
//     {"call": "setMetafield", "arguments": [PRODUCT, {namespace, key, type, value}]}; answers {id}
//   GET /_catalogue: all products as the shop has them now
//   POST /_faults {kind, on?, count?, share?, path?, …}  GET, DELETE: see faults.mjs
//   GET /_counters: requests in all and in each second; `refused` came too fast by the client's
//     own doing, `faulted` were spoiled on demand, `too_dear` cost more than a query may   DELETE
//   GET /_requests: what arrived, the newest last                                        DELETE
//   POST /_webhooks {drop, double, delay_ms, reorder, hold}  GET, DELETE
//   POST /_webhooks/release: what is held; /retry: what waits for its next try; /settle: answers
//     when each delivery was tried
//   POST /_emit {topic, payload?}: a webhook out of nowhere, the compliance topics among them
//   POST /_app {compliance_url?, decision?: accept | deny}; GET: the tokens there are
//   POST /_launch {url}: that address as the provider opens an app at it, signed
//   POST /_uninstall
//   POST /_clock {advance_ms?, stop?}: buckets, tokens, codes and results follow it
//   POST /_limits {throttle?, plan?}, /_cursors/expire, /_bulk {hold}
//   POST /_search {lag_ms}: searches by updated_at find nothing that changed so lately
import { randomUUID } from "node:crypto";
import { ApiError } from "./errors.mjs";
import { fill, mutate } from "./generator.mjs";
import { catalogueOf } from "./shapes.mjs";
import { complianceTopics, topics } from "./webhooks.mjs";

const storeCalls = [
  ...["createProduct", "updateProduct", "deleteProduct", "publish", "unpublish", "archive"],
  ...["addVariant", "updateVariant", "removeVariant", "setInventory", "addImage", "removeImage"],
  ...["createCollection", "updateCollection", "deleteCollection", "joinCollection"],
  ...["leaveCollection", "createOrder", "updateOrder", "createLocation"],
];

const fillFields = ["products", "imagesEach", "variantsEach", "orders", "collections", "seed"];

const fillStore = ({ store }, body) => {
  const unknown = Object.keys(body).find((name) => !fillFields.includes(name));
  if (unknown) throw new ApiError(400, `no '${unknown}' to fill a shop with`);
  return { products: fill(store, body).length };
};

const callStore = ({ store }, { call, arguments: args = [] }) => {
  if (call === "setMetafield") {
    const [id, metafield] = args;
    const owner = store.products.get(id) ?? store.variants.get(id);
    if (!owner) throw new ApiError(404, `no product or variant ${id}`);
    return { id: store.setMetafield(owner, metafield).id };
  }
  if (!storeCalls.includes(call)) throw new ApiError(400, `no '${call}' of the store`);
  const made = store[call](...args);
  return { id: made?.id ?? null };
};

const customer = { id: 207119551, email: "ada@example.com", phone: null };
const compliancePayload = ({ shop }, topic) => ({
  shop_id: shop.id,
  shop_domain: shop.domain,
  ...(topic === "shop/redact" ? {} : { customer }),
  ...(topic === "customers/data_request" && { orders_requested: [], data_request: { id: 9999 } }),
  ...(topic === "customers/redact" && { orders_to_redact: [] }),
});

const emit = (emulator, { topic, payload }) => {
  if (![...topics, ...complianceTopics].includes(topic)) throw new ApiError(400, `no '${topic}'`);
  emulator.webhooks.trigger(topic, () => payload ?? compliancePayload(emulator, topic));
  return {};
};

const setApp = ({ webhooks, oauth }, { compliance_url, decision }) => {
  if (compliance_url !== undefined) webhooks.complianceUrl = compliance_url;
  if (decision !== undefined) oauth.decision = decision;
  return {};
};

const setClock = ({ clock, store }, { advance_ms = 0, stop }) => {
  clock.advance(advance_ms);
  if (stop === true) clock.stop();
  if (stop === false) clock.go();
  store.revision += 1;
  return { now: new Date(clock.now()).toISOString() };
};

const routes = {
  "GET /_faults": ({ faults }) => faults.list(),
  "POST /_faults": ({ faults }, body) => {
    faults.add(body);
    return faults.list();
  },
  "DELETE /_faults": ({ faults }) => {
    faults.clear();
    return [];
  },
  "GET /_counters": ({ counters }) => counters.list(),
  "DELETE /_counters": ({ counters }) => {
    counters.clear();
    return {};
  },
  "GET /_requests": ({ requests }) => requests,
  "DELETE /_requests": ({ requests }) => {
    requests.length = 0;
    return [];
  },
  "GET /_catalogue": ({ store }) => catalogueOf(store),
  "POST /_fill": fillStore,
  "POST /_mutate": ({ store }, { count = 1, seed = 1 }) => mutate(store, count, seed),
  "POST /_store": callStore,
  "GET /_webhooks": ({ webhooks }) => webhooks.list(),
  "POST /_webhooks": ({ webhooks }, body) => {
    webhooks.setMode(body);
    return webhooks.list();
  },
  "DELETE /_webhooks": ({ webhooks }) => {
    webhooks.setMode({});
    webhooks.clear();
    return webhooks.list();
  },
  "POST /_webhooks/release": async ({ webhooks }) => {
    webhooks.release();
    await webhooks.settled();
    return webhooks.list();
  },
  "POST /_webhooks/retry": async ({ webhooks }) => {
    webhooks.retryNow();
    await webhooks.settled();
    return webhooks.list();
  },
  "POST /_webhooks/settle": async ({ webhooks }) => {
    await webhooks.settled();
    return webhooks.list();
  },
  "POST /_emit": emit,
  "POST /_app": setApp,
  "GET /_app": ({ oauth }) => oauth.list(),
  "POST /_launch": ({ oauth }, { url }) => ({ url: oauth.launch(url) }),
  "POST /_search": ({ shop }, { lag_ms = 0 }) => {
    shop.searchLag_ms = lag_ms;
    return {};
  },
  "POST /_uninstall": (emulator) => {
    emulator.uninstall();
    return {};
  },
  "POST /_clock": setClock,
  "POST /_limits": ({ limits }, body) => {
    limits.set(body);
    return {};
  },
  "POST /_cursors/expire": (emulator) => {
    emulator.epoch = randomUUID();
    return {};
  },
  "POST /_bulk": ({ bulk }, { hold }) => {
    bulk.hold(hold === true);
    return {};
  },
};

export const answerControl = async (emulator, method, path, body) => {
  const handler = routes[`${method} ${path}`];
  if (!handler) throw new ApiError(404, `no ${method} ${path} here`);
  return handler(emulator, body);
};
