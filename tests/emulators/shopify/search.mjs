// The search syntax of `query:` arguments: terms with AND, OR, NOT and -, parentheses, field:value
// with comparators, quotes and a trailing *. A field that is not known is passed over with a
// warning, as the provider does: it then finds too much.
import { stockOf, totalStock } from "./catalogue.mjs";
import { readInstant } from "./clock.mjs";
import { badRequest } from "./errors.mjs";

const quoted = String.raw`"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'`;
const term = String.raw`(-)?(?:([A-Za-z_][\w.]*):)?\s*(<=|>=|<|>)?(?:${quoted}|([^\s()"']+))`;
const token = new RegExp(String.raw`\s*(?:([()])|${term})`, "y");

const tokens = (text) => {
  const all = [];
  let at = 0;
  while (/\S/.test(text.slice(at))) {
    token.lastIndex = at;
    const match = token.exec(text);
    // A lone quote or colon is a term like any other.
    if (!match) return [...all, { value: text.slice(at).trim().toLowerCase() }];
    at = token.lastIndex;
    const [, bracket, minus, field, comparator, double, single, bare] = match;
    const inQuotes = double ?? single;
    if (bracket) all.push({ bracket });
    else if (!field && !comparator && ["AND", "OR", "NOT"].includes(bare)) all.push({ word: bare });
    else {
      const value = inQuotes === undefined ? bare : inQuotes.replace(/\\(.)/g, "$1");
      all.push({
        isNot: Boolean(minus),
        field,
        comparator,
        value,
      });
    }
  }
  return all;
};

const same = (a, b) => String(a).toLowerCase() === String(b).toLowerCase();
const words = (text) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);

const compare = (value, comparator, wanted) => {
  switch (comparator) {
    case "<":
      return value < wanted;
    case "<=":
      return value <= wanted;
    case ">":
      return value > wanted;
    case ">=":
      return value >= wanted;
    default:
      return value === wanted;
  }
};

const startsWith = (value, prefix) => String(value).toLowerCase().startsWith(prefix.toLowerCase());

// How a kind of field is compared: from its term to a test of one value.
const kinds = {
  exact: ({ value }) =>
    value.endsWith("*")
      ? (one) => one !== null && startsWith(one, value.slice(0, -1))
      : (one) => one !== null && same(one, value),
  words: ({ value }) => {
    if (value.endsWith("*")) {
      const prefix = value.slice(0, -1).toLowerCase();
      return (one) => startsWith(one, prefix) || words(one).some((word) => word.startsWith(prefix));
    }
    const wanted = words(value);
    return (one) => {
      const there = words(String(one));
      return wanted.every((word) => there.includes(word));
    };
  },
  number: ({ comparator, value }) => {
    const wanted = Number(value);
    return (one) => compare(one, comparator, wanted);
  },
  id: ({ comparator, value }) => {
    const wanted = Number(value.split("/").at(-1));
    return (one) => compare(one, comparator, wanted);
  },
  time: ({ field, comparator, value }, shop) => {
    const wanted = value === "now" ? shop.clock.now() : readInstant(value, shop.offset_minutes);
    if (Number.isNaN(wanted)) {
      throw badRequest(`Invalid timestamp for query filter \`${field}\`.`);
    }
    return (one) => one !== null && compare(one, comparator, wanted);
  },
  collection: ({ value }, { store }) => {
    const collection = store.collections.get(Number(value.split("/").at(-1)));
    const members = new Set(collection ? store.productsOf(collection).map((one) => one.id) : []);
    return (one) => members.has(one);
  },
  flag: ({ value }) => {
    const wanted = value === "true";
    return (one) => one === wanted;
  },
};

const termTest = (term, fields, shop, warnings) => {
  if (!term.field) {
    const test = kinds.words(term);
    return (item) => fields.default(item).some((text) => text !== null && test(text));
  }
  const known = fields[term.field];
  if (!known || term.field === "default") {
    warnings.push({
      field: term.field,
      message: "Invalid search field for this query.",
      code: "invalid_field",
    });
    return null;
  }
  const { kind, of, isNot = false } = known;
  const test = kinds[kind](term, shop);
  return (item) => [of(item)].flat().some(test) !== isNot;
};

// A test of items, by recursive descent: OR binds least, terms side by side are AND.
class Query {
  #left;
  #make;

  constructor(text, make) {
    this.#left = tokens(text);
    this.#make = make;
  }

  whole() {
    const parts = [this.#all()];
    while (this.#left[0]?.word === "OR") {
      this.#left.shift();
      parts.push(this.#all());
    }
    const known = parts.filter(Boolean);
    return known.length === 0 ? null : (item) => known.some((test) => test(item));
  }

  #all() {
    const tests = [];
    while (this.#left.length > 0 && this.#left[0].word !== "OR" && this.#left[0].bracket !== ")") {
      if (this.#left[0].word === "AND") this.#left.shift();
      else tests.push(this.#one());
    }
    const known = tests.filter(Boolean);
    return known.length === 0 ? null : (item) => known.every((test) => test(item));
  }

  #one() {
    const first = this.#left.shift();
    if (first.word === "NOT") {
      const test = this.#left.length > 0 ? this.#one() : null;
      return test && ((item) => !test(item));
    }
    if (first.bracket) {
      const test = first.bracket === "(" ? this.whole() : null;
      if (this.#left[0]?.bracket === ")") this.#left.shift();
      return test;
    }
    const test = this.#make(first);
    return test && first.isNot ? (item) => !test(item) : test;
  }
}

const skus = ({ variants }) => variants.map(({ sku }) => sku);
const commonTimes = {
  created_at: { kind: "time", of: ({ createdAt }) => createdAt },
  updated_at: { kind: "time", of: ({ updatedAt }) => updatedAt },
};
const id = { kind: "id", of: (item) => item.id };

export const productSearch = {
  ...commonTimes,
  id,
  default: (product) => [
    ...[product.title, product.vendor, product.productType],
    ...product.tags,
    ...skus(product),
  ],
  title: { kind: "words", of: ({ title }) => title },
  status: { kind: "exact", of: ({ status }) => status },
  vendor: { kind: "exact", of: ({ vendor }) => vendor },
  product_type: { kind: "exact", of: ({ productType }) => productType },
  handle: { kind: "exact", of: ({ handle }) => handle },
  tag: { kind: "exact", of: ({ tags }) => tags },
  tag_not: { kind: "exact", of: ({ tags }) => tags, isNot: true },
  sku: { kind: "exact", of: skus },
  barcode: { kind: "exact", of: ({ variants }) => variants.map(({ barcode }) => barcode) },
  price: { kind: "number", of: ({ variants }) => variants.map(({ price }) => price / 100) },
  published_at: { kind: "time", of: ({ publishedAt }) => publishedAt },
  published_status: {
    kind: "exact",
    of: ({ publishedAt }) => (publishedAt === null ? "unpublished" : "published"),
  },
  collection_id: { kind: "collection", of: (product) => product.id },
  inventory_total: { kind: "number", of: totalStock },
  out_of_stock_somewhere: {
    kind: "flag",
    of: ({ variants }) => variants.some((variant) => stockOf(variant) <= 0),
  },
};

export const variantSearch = {
  ...commonTimes,
  id,
  default: (variant) => [variant.sku, variant.barcode, variant.product.title],
  sku: { kind: "exact", of: ({ sku }) => sku },
  barcode: { kind: "exact", of: ({ barcode }) => barcode },
  title: {
    kind: "words",
    of: ({ product, values }) => `${product.title} ${values.map(({ name }) => name).join(" ")}`,
  },
  product_id: { kind: "id", of: ({ product }) => product.id },
  product_status: { kind: "exact", of: ({ product }) => product.status },
  vendor: { kind: "exact", of: ({ product }) => product.vendor },
  product_type: { kind: "exact", of: ({ product }) => product.productType },
  tag: { kind: "exact", of: ({ product }) => product.tags },
  inventory_quantity: { kind: "number", of: stockOf },
};

export const collectionSearch = {
  updated_at: commonTimes.updated_at,
  id,
  default: ({ title }) => [title],
  title: { kind: "words", of: ({ title }) => title },
  handle: { kind: "exact", of: ({ handle }) => handle },
  collection_type: { kind: "exact", of: ({ rules }) => (rules ? "smart" : "custom") },
};

export const inventorySearch = {
  ...commonTimes,
  id,
  default: ({ variant }) => [variant.sku],
  sku: { kind: "exact", of: ({ variant }) => variant.sku },
};

export const locationSearch = {
  default: ({ name }) => [name],
  name: { kind: "words", of: ({ name }) => name },
};

export const orderSearch = {
  ...commonTimes,
  id,
  default: ({ name, email, customer }) => [name, email, customer.firstName, customer.lastName],
  name: { kind: "exact", of: ({ name, orderNumber }) => [name, orderNumber] },
  email: { kind: "exact", of: ({ email }) => email },
  processed_at: { kind: "time", of: ({ createdAt }) => createdAt },
  customer_id: { kind: "id", of: ({ customer }) => customer.id },
  tag: { kind: "exact", of: ({ tags }) => tags },
  sku: { kind: "exact", of: ({ lines }) => lines.map(({ sku }) => sku) },
  financial_status: { kind: "exact", of: ({ financialStatus }) => financialStatus },
  fulfillment_status: {
    kind: "exact",
    of: ({ fulfillmentStatus }) => fulfillmentStatus ?? "unfulfilled",
  },
  status: {
    kind: "exact",
    of: ({ cancelledAt, closedAt }) => {
      if (cancelledAt !== null) return "cancelled";
      return closedAt === null ? "open" : "closed";
    },
  },
};

export const bulkSearch = {
  created_at: commonTimes.created_at,
  id,
  default: () => [],
  status: { kind: "exact", of: ({ status }) => status },
  operation_type: { kind: "exact", of: ({ type }) => type },
};

// A test of items for a query, or null where all fit; what was passed over goes to `warnings`.
export const readSearch = (text, fields, shop, warnings) =>
  text ? new Query(text, (term) => termTest(term, fields, shop, warnings)).whole() : null;
