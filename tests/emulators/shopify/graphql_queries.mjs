// The fields of the root: single things, lists, and nodes of any kind.
import {
  asMedia,
  byId,
  collectionListing,
  countOf,
  listing,
  numberOf,
  productSorts,
  requireScope,
  variantSorts,
} from "./graphql_fields.mjs";
import { bulkQueries } from "./graphql_bulk.mjs";
import { orderQueries } from "./graphql_orders.mjs";
import { webhookQueries } from "./graphql_webhooks.mjs";
import { inventorySearch, locationSearch, productSearch, variantSearch } from "./search.mjs";
import { gid } from "./shapes.mjs";

const productListing = (run, field, args) => {
  requireScope(run, "read_products", field);
  const items = () => run.store.products.values();
  return listing(run, field, {
    name: "products",
    args,
    items,
    search: productSearch,
    sorts: productSorts,
  });
};
const variantListing = (run, field, args) => {
  requireScope(run, "read_products", field);
  const items = () => run.store.variants.values();
  return listing(run, field, {
    name: "variants",
    args,
    items,
    search: variantSearch,
    sorts: variantSorts,
  });
};
const levelById = (run, id) => {
  const match = id.match(/^gid:\/\/shopify\/InventoryLevel\/(\d+)\?inventory_item_id=(\d+)$/);
  const item = match && run.store.items.get(Number(match[2]));
  return item?.levels.find(({ location }) => location.id === Number(match[1])) ?? null;
};

const byKind = {
  Product: { scope: "read_products", of: (store) => store.products },
  ProductVariant: { scope: "read_products", of: (store) => store.variants },
  Collection: { scope: "read_products", of: (store) => store.collections },
  Metafield: { scope: "read_products", of: (store) => store.metafields },
  InventoryItem: { scope: ["read_inventory", "read_products"], of: (store) => store.items },
  Location: { scope: "read_locations", of: (store) => store.locations },
};
const thingOf =
  (kind) =>
  (_, { id }, run, field) => {
    requireScope(run, byKind[kind].scope, field);
    return byKind[kind].of(run.store).get(numberOf(id, kind)) ?? null;
  };

const nodeById = (id, run, field) => {
  const [, kind] = id.match(/^gid:\/\/shopify\/(\w+)\//);
  if (kind === "MediaImage") {
    requireScope(run, "read_products", field);
    const wanted = numberOf(id, kind);
    const image = [...run.store.images.values()].find(({ mediaId }) => mediaId === wanted);
    return image ? asMedia(image) : null;
  }
  if (kind === "InventoryLevel") return levelById(run, id);
  if (byKind[kind]) return thingOf(kind)(null, { id }, run, field);
  const query = { Order: "order", BulkOperation: "bulkOperation" }[kind];
  if (query) return queries[query](null, { id }, run, field);
  return kind === "WebhookSubscription"
    ? queries.webhookSubscription(null, { id }, run, field)
    : null;
};

export const queries = {
  shop: (_, args, { shop }) => shop,
  node: (_, { id }, run, field) => nodeById(id, run, field),
  nodes: (_, { ids }, run, field) => ids.map((id) => nodeById(id, run, field)),
  product: thingOf("Product"),
  productByHandle: (_, { handle }, run, field) => {
    requireScope(run, "read_products", field);
    return run.store.products.get(run.store.handles.get(handle)) ?? null;
  },
  productByIdentifier: (_, { identifier: { id, handle } }, run, field) =>
    id
      ? thingOf("Product")(_, { id }, run, field)
      : queries.productByHandle(_, { handle }, run, field),
  products: (_, args, run, field) => productListing(run, field, args),
  productsCount: (_, args, run, field) => countOf(productListing(run, field, args), args),
  productVariant: thingOf("ProductVariant"),
  productVariants: (_, args, run, field) => variantListing(run, field, args),
  productVariantsCount: (_, args, run, field) => countOf(variantListing(run, field, args), args),
  collection: thingOf("Collection"),
  collections: (_, args, run, field) => listing(run, field, collectionListing(run, field, args)),
  collectionsCount: (_, args, run, field) =>
    countOf(listing(run, field, collectionListing(run, field, args)), args),
  inventoryItem: thingOf("InventoryItem"),
  inventoryItems: (_, args, run, field) => {
    requireScope(run, "read_inventory", field);
    const items = () => run.store.items.values();
    const sorts = { ID: byId };
    return listing(run, field, { name: "items", args, items, search: inventorySearch, sorts });
  },
  inventoryLevel: (_, { id }, run, field) => {
    requireScope(run, "read_inventory", field);
    return levelById(run, id);
  },
  location: (_, { id }, run, field) => {
    requireScope(run, "read_locations", field);
    const { locations } = run.store;
    return (id ? locations.get(numberOf(id, "Location")) : [...locations.values()][0]) ?? null;
  },
  locations: (_, args, run, field) => {
    requireScope(run, "read_locations", field);
    const items = () => run.store.locations.values();
    const sorts = { ID: byId, NAME: (location) => [location.name, location.id] };
    return listing(run, field, { name: "locations", args, items, search: locationSearch, sorts });
  },
  currentAppInstallation: (_, args, run) => ({
    id: gid("AppInstallation", 1),
    accessScopes: run.granted.map((handle) => ({ handle, description: handle })),
    app: { id: gid("App", 1), title: "AIVA", apiKey: run.shop.clientId },
  }),
  publicApiVersions: (_, args, { shop }) =>
    shop.versions.map((handle) => ({ handle, displayName: handle, supported: true })),
  ...orderQueries,
  ...bulkQueries,
  ...webhookQueries,
};
