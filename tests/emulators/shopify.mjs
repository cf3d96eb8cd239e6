// An emulator of a Shopify shop for tests, written from the published Admin API: OAuth, REST,
// GraphQL with its costs, bulk operations, webhooks, pictures, links to carts. It refuses what the
// provider refuses, and parameters the provider silently ignores.
//
//   node tests/emulators/shopify.mjs --port 0 [--host 127.0.0.1] [--token (or --key) shpat_test]
//     [--client-id … --client-secret …] [--scopes read_products,…] [--products 1000 --images 3]
//     [--variants 5] [--orders 10] [--seed 1] [--plan standard|advanced|plus] [--no-throttle]
//
// prints {"port":N} once it listens; `startShopify` below is the same as an import. What tests ask
// of it is in the head of shopify/control.mjs.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Bulk } from "./shopify/bulk.mjs";
import { Clock } from "./shopify/clock.mjs";
import { answerControl } from "./shopify/control.mjs";
import { ApiError, OauthError, unauthorized } from "./shopify/errors.mjs";
import { Faults, errorOf } from "./shopify/faults.mjs";
import { fill, mutate } from "./shopify/generator.mjs";
import { answerQuery, internalError, throttledAnswer } from "./shopify/graphql.mjs";
import { Counters, Limits } from "./shopify/limits.mjs";
import { Oauth } from "./shopify/oauth.mjs";
import { readBody, sendJson, sendPieces } from "./shopify/exchange.mjs";
import { answerRest } from "./shopify/rest.mjs";
import { Shapes } from "./shopify/shapes.mjs";
import { makeShop } from "./shopify/shop.mjs";
import { answerStorefront, placeOfStorefront } from "./shopify/storefront.mjs";
import { Webhooks } from "./shopify/webhooks.mjs";

const apiPath = /^\/admin\/api\/([^/]+)\/(.+)$/;
const bulkPath = /^\/bulk\/(\d+)\.jsonl$/;
const requestsKept = 1000;
const readScopes = ["read_products", "read_inventory", "read_locations", "read_orders"];

const sleep = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

const parseJson = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, "Bad Request: the body is not JSON");
  }
};

const mediaTypeOf = (request) =>
  (request.headers["content-type"] ?? "").split(";")[0].trim().toLowerCase();

class Emulator {
  epoch = randomUUID(); // of cursors: those of another are expired, or made up
  requests = [];
  clock = new Clock();
  faults = new Faults();

  constructor(options) {
    const { clock } = this;
    this.shop = makeShop(options, clock);
    this.store = this.shop.store;
    this.shapes = new Shapes(this.shop);
    this.limits = new Limits(clock, options);
    this.counters = new Counters(clock);
    const secret = options.clientSecret ?? "test-client-secret";
    this.webhooks = new Webhooks({ shop: this.shop, secret });
    this.oauth = new Oauth(this.shop, {
      clientId: this.shop.clientId,
      clientSecret: secret,
      redirectUris: options.redirectUris ?? [],
      scopes: options.scopes ?? readScopes,
      token: options.token ?? "shpat_test",
    });
    this.bulk = new Bulk({
      shop: this.shop,
      faults: this.faults,
      tell: (topic, payload) => this.webhooks.trigger(topic, payload),
      atOnce: options.bulkAtOnce,
    });
    this.store.onEvent((topic, thing) => this.#tell(topic, thing));
  }

  #tell(topic, thing) {
    const { shapes } = this;
    const [kind, what] = topic.split("/");
    const payload = () => {
      if (what === "delete") return { id: thing.id };
      if (kind === "products") return shapes.productEvent(thing);
      if (kind === "inventory_levels") return shapes.inventoryLevel(thing);
      return kind === "orders" ? shapes.order(thing) : shapes.collection(thing);
    };
    this.webhooks.trigger(topic, payload, this.store.eventId ?? undefined);
  }

  fill(options) {
    return fill(this.store, options);
  }

  mutate(count, seed) {
    return mutate(this.store, count, seed);
  }

  uninstall() {
    this.oauth.revokeAll();
    this.webhooks.trigger("app/uninstalled", () => this.shapes.shop());
    this.webhooks.forgetAll();
  }

  async handle(request, response) {
    try {
      const { pathname, searchParams } = new URL(`http://emulator${request.url}`);
      if (pathname.startsWith("/_")) await this.#control(request, response, pathname);
      else await this.#serve(request, response, pathname, searchParams);
    } catch (error) {
      const isKnown = error instanceof ApiError || error instanceof OauthError;
      const known = isKnown ? error : new ApiError(500, String(error?.stack ?? error));
      if (response.headersSent) response.destroy();
      else sendJson(response, known.status, known.body, known.headers);
    }
  }

  async #control(request, response, pathname) {
    const text = await readBody(request);
    const body = (text === "" ? null : parseJson(text)) ?? {};
    const answer = await answerControl(this, request.method, pathname, body);
    sendJson(response, 200, answer);
  }

  async #serve(request, response, path, query) {
    response.setHeader("x-request-id", randomUUID());
    const seen = this.#remember(request, path);
    response.on("close", () => {
      seen.status = response.headersSent ? response.statusCode : null;
      seen.is_aborted = !response.writableFinished;
    });
    const text = await readBody(request);
    seen.body = text;
    const place = this.#placeOf(path);
    if (!place) throw new ApiError(404, "Not Found");
    this.counters.see(place);
    const fault = this.faults.take(place, request.url);
    if (fault) this.counters.fault(place);
    const call = { request, response, path, query, text, fault, place };
    if (await this.#spoil(call)) return;
    await this.#answer(call);
  }

  #placeOf(path) {
    if (path.startsWith("/admin/oauth/") || path === "/admin/api_permissions/current.json") {
      return "oauth";
    }
    const api = path.match(apiPath);
    if (api) return api[2] === "graphql.json" ? "graphql" : "rest";
    return bulkPath.test(path) ? "bulk_result" : placeOfStorefront(path);
  }

  async #answer(call) {
    switch (call.place) {
      case "oauth":
        this.#answerOauth(call);
        break;
      case "graphql":
        this.#answerGraphql(call);
        break;
      case "rest":
        this.#answerRest(call);
        break;
      case "bulk_result":
        this.#answerBulkResult(call);
        break;
      default:
        answerStorefront({ store: this.store, ...call });
    }
  }

  #remember(request, path) {
    const { method, headers } = request;
    const seen = { method, path, url: request.url, headers: { ...headers }, body: null };
    Object.assign(seen, { status: null, is_aborted: false });
    this.requests.push(seen);
    if (this.requests.length > requestsKept) this.requests.shift();
    return seen;
  }

  // Spoils an answer as a fault asks; says whether nothing is left to answer.
  async #spoil({ response, fault }) {
    const error = errorOf(fault);
    if (error) throw error;
    switch (fault?.kind) {
      case "slow":
        await sleep(fault.delay_ms);
        return false;
      case "hang":
        return true;
      case "drop":
        response.destroy();
        return true;
      case "redirect":
        response.writeHead(302, { location: fault.location ?? "http://169.254.169.254/" });
        response.end();
        return true;
      case "wrong_type":
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
        response.end("<!doctype html><title>Something went wrong</title>");
        return true;
      case "wrong_shape":
        sendJson(response, 200, { nothing: "of the kind" });
        return true;
      default:
        return false;
    }
  }

  #answerOauth({ request, response, path, query, text, fault }) {
    const route = `${request.method} ${path}`;
    if (route === "GET /admin/oauth/authorize") {
      response.writeHead(302, { location: this.oauth.authorize(query) });
      response.end();
    } else if (route === "POST /admin/oauth/access_token") {
      const isForm = mediaTypeOf(request) === "application/x-www-form-urlencoded";
      const body = isForm ? Object.fromEntries(new URLSearchParams(text)) : parseJson(text);
      sendJson(response, 200, this.oauth.grant(body ?? {}), {}, fault);
    } else if (route === "GET /admin/oauth/access_scopes.json") {
      const { granted } = this.#authenticate(request);
      sendJson(response, 200, { access_scopes: granted.map((handle) => ({ handle })) });
    } else if (route === "DELETE /admin/api_permissions/current.json") {
      this.#authenticate(request);
      this.uninstall();
      sendJson(response, 200, {});
    } else throw new ApiError(404, "Not Found");
  }

  #authenticate(request) {
    const token = request.headers["x-shopify-access-token"];
    if (!token) throw unauthorized();
    return this.oauth.check(token);
  }

  // What a call to the API knows; old versions fall forward, others are unknown.
  #callOf({ request, path, query }) {
    const [, asked, place] = path.match(apiPath);
    const { token, scopes, granted } = this.#authenticate(request);
    const oldest = this.shop.versions[0];
    const isDated = /^20\d\d-(01|04|07|10)$/.test(asked) && asked <= this.shop.version;
    if (!isDated && asked !== "unstable") throw new ApiError(404, "Not Found");
    const version = asked < oldest ? oldest : asked;
    const { shop, store, shapes, webhooks, bulk, limits, counters, epoch } = this;
    return {
      ...{ shop, store, shapes, webhooks, bulk, limits, counters, epoch },
      ...{ token, scopes, granted, version, query, path },
      method: request.method,
      place: `/${place}`,
      origin: `http://${request.headers.host ?? ""}`,
    };
  }

  #answerRest({ request, response, path, query, text, fault }) {
    const call = this.#callOf({ request, path, query });
    const headers = {
      "x-shopify-api-version": call.version,
      ...this.limits.admitRest(call.token, this.counters),
    };
    if (/^\/(products|variants)\b/.test(call.place)) {
      headers["x-shopify-api-deprecated-reason"] =
        "https://shopify.dev/api/usage/versioning#deprecation-practices";
    }
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (text !== "") {
      if (mediaTypeOf(request) !== "application/json") {
        throw new ApiError(415, "Unsupported Media Type");
      }
      call.body = parseJson(text);
    }
    const answer = answerRest(call);
    sendJson(response, answer.status, answer.body, answer.headers, fault);
  }

  #answerGraphql({ request, response, path, query, text, fault }) {
    if (request.method !== "POST") throw new ApiError(405, "Method Not Allowed");
    const call = this.#callOf({ request, path, query });
    const headers = { "x-shopify-api-version": call.version };
    const type = mediaTypeOf(request);
    let answer;
    if (fault?.kind === "throttled") answer = throttledAnswer(call);
    else if (fault?.kind === "internal_error") answer = internalError();
    else if (type === "application/graphql") answer = answerQuery(call, { query: text });
    else if (type === "application/json") answer = answerQuery(call, parseJson(text));
    else throw new ApiError(415, "Unsupported Media Type");
    sendJson(response, 200, answer, headers, fault);
  }

  #answerBulkResult({ response, path, query, fault }) {
    const pieces = this.bulk.resultAt(Number(path.match(bulkPath)[1]), query.get("signature"));
    if (!pieces) throw new ApiError(403, "Access denied");
    sendPieces(response, pieces, fault);
  }
}

// Starts a shop and says where it is: {port, origin, close()}, what changes it: fill(options) and
// mutate(count, seed), and its parts: shop, store, oauth, webhooks, faults, limits, counters,
// clock, bulk. Options: port, host, name, domain, currency, clientId, clientSecret, token, scopes,
// redirectUris, plan, throttle, versions, bulkAtOnce, httpsOnly, fill (of shopify/generator.mjs).
export const startShopify = ({ port = 0, host = "127.0.0.1", ...options } = {}) => {
  const emulator = new Emulator(options);
  if (options.fill) emulator.fill(options.fill);
  const server = createServer((request, response) => {
    emulator.handle(request, response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const actual = server.address().port;
      emulator.shop.origin = `http://${host}:${actual}`;
      emulator.port = actual;
      emulator.origin = emulator.shop.origin;
      emulator.close = () =>
        new Promise((closed) => {
          emulator.webhooks.stop();
          server.close(closed);
          server.closeAllConnections();
        });
      resolve(emulator);
    });
  });
};

const text = (usual) => ({ type: "string", default: usual });

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({
    options: {
      port: text("0"),
      host: text("127.0.0.1"),
      token: text("shpat_test"),
      key: text(""),
      "client-id": text("test-client-id"),
      "client-secret": text("test-client-secret"),
      domain: text("aiva-test.myshopify.com"),
      currency: text("USD"),
      scopes: text(readScopes.join(",")),
      products: text("100"),
      images: text("1"),
      variants: text(""),
      orders: text("10"),
      seed: text("1"),
      plan: text("standard"),
      "no-throttle": { type: "boolean", default: false },
    },
  });
  const { port } = await startShopify({
    ...values,
    port: Number(values.port),
    token: values.key || values.token,
    clientId: values["client-id"],
    clientSecret: values["client-secret"],
    scopes: values.scopes.split(","),
    throttle: !values["no-throttle"],
    fill: {
      products: Number(values.products),
      imagesEach: Number(values.images),
      variantsEach: values.variants === "" ? undefined : Number(values.variants),
      orders: Number(values.orders),
      seed: Number(values.seed),
    },
  });
  console.log(JSON.stringify({ port }));
}
