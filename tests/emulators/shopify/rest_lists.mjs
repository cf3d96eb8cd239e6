// Lists of the REST Admin API: parameters, filters, pages behind Link headers.
import { readInstant } from "./clock.mjs";
import { ApiError } from "./errors.mjs";
import { placeOf, readCursor, sortBy, writeCursor } from "./paging.mjs";

const limitMax = 250;
const limitUsual = 50;
const idsMax = 250;
const withCursor = ["page_info", "limit", "fields"];

const wrong = (name, message) => new ApiError(400, { [name]: message });

const readInteger = (name, text) => {
  if (!/^\d{1,16}$/.test(text)) throw wrong(name, "Invalid value.");
  return Number(text);
};
const readIds = (name, text) => {
  const ids = text.split(",").map((one) => readInteger(name, one.trim()));
  if (ids.length > idsMax) throw wrong(name, `Exceeds the maximum of ${idsMax} ids.`);
  return new Set(ids);
};
const oneOf =
  (...allowed) =>
  (name, text) => {
    if (!allowed.includes(text)) throw wrong(name, `must be one of ${allowed.join(", ")}`);
    return text;
  };
const someOf =
  (...allowed) =>
  (name, text) =>
    new Set(text.split(",").map((one) => oneOf(...allowed)(name, one.trim())));
const asIs = (name, text) => text;
const equal = (field) => ({ read: asIs, fits: (item, value) => item[field] === value });

// For each time field, its two filters.
const times = (names) =>
  Object.fromEntries(
    Object.entries(names).flatMap(([name, field]) => [
      [`${name}_min`, { isTime: true, fits: (item, ms) => (item[field] ?? 0) >= ms }],
      [`${name}_max`, { isTime: true, fits: (item, ms) => (item[field] ?? Infinity) <= ms }],
    ]),
  );
const usual = {
  ids: { read: readIds, fits: ({ id }, ids) => ids.has(id) },
  since_id: { read: readInteger, fits: ({ id }, least) => id > least },
};

export const productFilters = {
  ...usual,
  ...times({ created_at: "createdAt", updated_at: "updatedAt", published_at: "publishedAt" }),
  title: equal("title"),
  vendor: equal("vendor"),
  handle: { read: (name, text) => new Set(text.split(",")), fits: (p, all) => all.has(p.handle) },
  product_type: equal("productType"),
  status: {
    read: someOf("active", "archived", "draft"),
    fits: ({ status }, all) => all.has(status),
  },
  published_status: {
    read: oneOf("published", "unpublished", "any"),
    fits: ({ publishedAt }, value) =>
      value === "any" || (value === "published") === (publishedAt !== null),
  },
  collection_id: {
    read: (name, text, store) => {
      const collection = store.collections.get(readInteger(name, text));
      return new Set(collection ? store.productsOf(collection).map(({ id }) => id) : []);
    },
    fits: ({ id }, members) => members.has(id),
  },
  presentment_currencies: { read: asIs, fits: () => true },
};

export const collectionFilters = {
  ...usual,
  ...times({ updated_at: "updatedAt", published_at: "publishedAt" }),
  title: equal("title"),
  handle: equal("handle"),
  product_id: {
    read: readInteger,
    fits: (collection, id, store) => store.productsOf(collection).some((one) => one.id === id),
  },
};

export const collectFilters = {
  since_id: usual.since_id,
  product_id: { read: readInteger, fits: ({ productId }, id) => productId === id },
  collection_id: { read: readInteger, fits: ({ collectionId }, id) => collectionId === id },
};

const financial = ["authorized", "pending", "paid", "partially_paid", "refunded", "voided"];
export const orderFilters = {
  ...usual,
  ...times({ created_at: "createdAt", updated_at: "updatedAt", processed_at: "createdAt" }),
  name: {
    read: asIs,
    fits: ({ name, orderNumber }, wanted) => name === wanted || String(orderNumber) === wanted,
  },
  email: { read: asIs, fits: ({ email }, wanted) => email.toLowerCase() === wanted.toLowerCase() },
  status: {
    usual: "open",
    read: oneOf("open", "closed", "cancelled", "any"),
    fits: ({ closedAt, cancelledAt }, value) =>
      value === "any" ||
      (value === "cancelled" && cancelledAt !== null) ||
      (value === "closed" && closedAt !== null) ||
      (value === "open" && closedAt === null && cancelledAt === null),
  },
  financial_status: {
    read: oneOf(...financial, "any"),
    fits: ({ financialStatus }, value) => value === "any" || financialStatus === value,
  },
  fulfillment_status: {
    read: oneOf("shipped", "partial", "unshipped", "unfulfilled", "any"),
    fits: ({ fulfillmentStatus }, value) =>
      value === "any" ||
      (value === "shipped" && fulfillmentStatus === "fulfilled") ||
      (value === "partial" && fulfillmentStatus === "partial") ||
      (value === "unshipped" && fulfillmentStatus === null) ||
      (value === "unfulfilled" && fulfillmentStatus !== "fulfilled"),
  },
};

export const levelFilters = {
  inventory_item_ids: { read: readIds, fits: ({ item }, ids) => ids.has(item.id) },
  location_ids: { read: readIds, fits: ({ location }, ids) => ids.has(location.id) },
  updated_at_min: times({ updated_at: "updatedAt" }).updated_at_min,
};

export const itemFilters = { ids: usual.ids };
export const plainFilters = { since_id: usual.since_id };
export const webhookFilters = {
  ...plainFilters,
  ...times({ created_at: "createdAt", updated_at: "updatedAt" }),
  topic: equal("topic"),
  address: equal("address"),
};
export const metafieldFilters = {
  ...plainFilters,
  namespace: equal("namespace"),
  key: equal("key"),
};

const readLimit = (query) => {
  if (!query.has("limit")) return limitUsual;
  const limit = readInteger("limit", query.get("limit"));
  if (limit < 1 || limit > limitMax) throw wrong("limit", `must be between 1 and ${limitMax}`);
  return limit;
};

// The filters a query asks for, {name: text}. The provider ignores what it does not know, which
// hides mistakes: here it is refused.
const readFilters = (query, filters, others) => {
  const asked = {};
  for (const [name, text] of query) {
    if (filters[name]) asked[name] = text;
    else if (!others.includes(name)) throw wrong(name, "is not a parameter of this endpoint");
  }
  for (const [name, filter] of Object.entries(filters)) {
    if (filter.usual !== undefined) asked[name] ??= filter.usual;
  }
  return asked;
};

const readTime = (name, text, offset_minutes) => {
  const ms = readInstant(text, offset_minutes);
  if (Number.isNaN(ms)) throw wrong(name, "Invalid value.");
  return ms;
};

const applyFilters = (items, asked, filters, shop) => {
  const tests = Object.entries(asked).map(([name, text]) => {
    const filter = filters[name];
    const value = filter.isTime
      ? readTime(name, text, shop.offset_minutes)
      : filter.read(name, text, shop.store);
    return (item) => filter.fits(item, value, shop.store);
  });
  return [...items].filter((item) => tests.every((test) => test(item)));
};

export const countOf = ({ query, items, filters, shop }) =>
  applyFilters(items(), readFilters(query, filters, []), filters, shop).length;

const pickFields = (query, shaped) => {
  if (!query.has("fields")) return shaped;
  const fields = query
    .get("fields")
    .split(",")
    .map((name) => name.trim());
  return shaped.map((one) =>
    Object.fromEntries(Object.entries(one).filter(([name]) => fields.includes(name))),
  );
};

const readPageInfo = (query, epoch) => {
  for (const name of query.keys()) {
    if (!withCursor.includes(name)) {
      throw wrong(
        name,
        `${name} cannot be passed when page_info is present. ` +
          "See https://shopify.dev/api/usage/pagination-rest for more information.",
      );
    }
  }
  const cursor = readCursor(query.get("page_info"));
  if (!cursor || cursor.epoch !== epoch || !["next", "previous"].includes(cursor.direction)) {
    throw wrong("page_info", "Invalid value.");
  }
  return cursor;
};

// One page of a list: {items, headers}. `items()` are all, `keyOf` sorts them unless since_id does.
export const pageOf = (options) => {
  const { path, token, query, origin, name, items, filters, keyOf, shape, shop, epoch } = options;
  const limit = readLimit(query);
  const cursor = query.has("page_info") ? readPageInfo(query, epoch) : null;
  const asked = cursor ? cursor.filters : readFilters(query, filters, withCursor);
  const byId = ({ id }) => [0, id];
  const key = "since_id" in asked || !keyOf ? byId : keyOf;
  const all = shop.store.view(`rest ${token} ${path} ${JSON.stringify(asked)}`, () =>
    sortBy(applyFilters(items(), asked, filters, shop), key),
  );
  const last = cursor && [cursor.last_value, cursor.last_id];
  let start = 0;
  let end = limit;
  if (cursor?.direction === "next") {
    start = placeOf(all, key, last, true);
    end = start + limit;
  } else if (cursor) {
    end = placeOf(all, key, last, false);
    start = Math.max(end - limit, 0);
  }
  const page = all.slice(start, end);
  const link = (rel, item) => {
    const [last_value, last_id] = key(item);
    const page_info = writeCursor({ direction: rel, last_id, last_value, filters: asked, epoch });
    const fields = query.has("fields") ? `&fields=${query.get("fields")}` : "";
    return `<${origin}${path}?limit=${limit}${fields}&page_info=${page_info}>; rel="${rel}"`;
  };
  const links = [];
  if (page.length > 0 && start > 0) links.push(link("previous", page[0]));
  if (page.length > 0 && end < all.length) links.push(link("next", page.at(-1)));
  return {
    body: { [name]: pickFields(query, page.map(shape)) },
    headers: links.length > 0 ? { link: links.join(", ") } : {},
  };
};
