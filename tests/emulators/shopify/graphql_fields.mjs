// What resolvers share: scopes, ids, money, and lists that can be searched and sorted.
import { stockOf, totalStock, variantTitle } from "./catalogue.mjs";
import { writeUtc } from "./clock.mjs";
import { FieldError } from "./errors.mjs";
import { sortBy } from "./paging.mjs";
import { collectionSearch, readSearch } from "./search.mjs";
import { gid } from "./shapes.mjs";

export const requireScope = (run, scopes, field) => {
  const wanted = [scopes].flat();
  if (wanted.some((scope) => run.scopes.has(scope))) return;
  const requiredAccess = `${wanted.map((scope) => `\`${scope}\``).join(" or ")} access scope.`;
  throw new FieldError(
    `Access denied for ${field.name} field. Required access: ${requiredAccess}`,
    {
      code: "ACCESS_DENIED",
      documentation: "https://shopify.dev/api/usage/access-scopes",
      requiredAccess,
    },
  );
};

export const idOf = (kind) => (thing) => gid(kind, thing.id);
export const legacyId = ({ id }) => String(id);
export const time = (name) => (thing) => writeUtc(thing[name]);
export const money = (cents, run) => ({
  amount: (cents / 100).toFixed(cents % 10 === 0 ? 1 : 2),
  currencyCode: run.shop.currency,
});
export const moneyBag = (cents, run) => ({
  shopMoney: money(cents, run),
  presentmentMoney: money(cents, run),
});

// A number of a gid of that kind, or null.
export const numberOf = (id, kind) => {
  const match = id.match(/^gid:\/\/shopify\/(\w+)\/(\d+)(?:\?.*)?$/);
  return match && match[1] === kind ? Number(match[2]) : null;
};

// The provider searches an index that lags behind: what changed last is not found by its time yet.
const isIndexed = (item, { clock, searchLag_ms }) => !(item.updatedAt > clock.now() - searchLag_ms);

// A searchable, sortable list, kept while the store stays as it is.
export const listing = (run, field, { name, args, items, search, sorts, scope = "" }) => {
  const sortKey = args.sortKey ?? "ID";
  const keyOf = sorts[sortKey] ?? sorts.ID;
  const key = `graphql ${name} ${scope} ${sortKey} ${args.query ?? ""}`;
  const kept = run.store.view(key, () => {
    const warnings = [];
    const test = readSearch(args.query, search, run.shop, warnings);
    const all = [...items()];
    return { items: sortBy(test ? all.filter(test) : all, keyOf), warnings };
  });
  if (kept.warnings.length > 0) {
    run.searches.push({ path: [field.key], query: args.query, warnings: kept.warnings });
  }
  const isLate = run.shop.searchLag_ms > 0 && /\bupdated_at:/.test(args.query ?? "");
  const found = isLate ? kept.items.filter((item) => isIndexed(item, run.shop)) : kept.items;
  return { items: found, keyOf };
};

export const small = (items, keyOf) => ({ items: sortBy(items, keyOf), keyOf });

export const byId = ({ id }) => [0, id];
export const commonSorts = {
  ID: byId,
  RELEVANCE: byId,
  TITLE: (item) => [item.title, item.id],
  CREATED_AT: (item) => [item.createdAt, item.id],
  UPDATED_AT: (item) => [item.updatedAt, item.id],
};
export const countOf = ({ items }, { limit }) => ({
  count: limit ? Math.min(items.length, limit) : items.length,
  precision: limit && items.length > limit ? "AT_LEAST" : "EXACT",
});

export const productSorts = {
  ...commonSorts,
  VENDOR: (product) => [product.vendor, product.id],
  PRODUCT_TYPE: (product) => [product.productType, product.id],
  PUBLISHED_AT: (product) => [product.publishedAt ?? 0, product.id],
  INVENTORY_TOTAL: (product) => [totalStock(product), product.id],
};
export const variantSorts = {
  ID: byId,
  POSITION: (variant) => [variant.position, variant.id],
  SKU: (variant) => [variant.sku ?? "", variant.id],
  TITLE: (variant) => [variantTitle(variant), variant.id],
  NAME: (variant) => [variantTitle(variant), variant.id],
  FULL_TITLE: (variant) => [`${variant.product.title} ${variantTitle(variant)}`, variant.id],
  INVENTORY_QUANTITY: (variant) => [stockOf(variant), variant.id],
};
export const imageSorts = {
  ID: byId,
  POSITION: (image) => [image.position, image.id],
  CREATED_AT: (image) => [image.createdAt, image.id],
};

export const collectionListing = (
  run,
  field,
  args,
  items = () => run.store.collections.values(),
) => {
  requireScope(run, "read_products", field);
  return { name: "collections", args, items, search: collectionSearch, sorts: commonSorts };
};

export const asMedia = (image) => ({ kind: "MediaImage", image });
