// Where the fields of the schema come from. What has no resolver is a property of the same name.
import { isForSale, stockOf, totalStock, variantTitle, writeMoney } from "./catalogue.mjs";
import { writeUtc } from "./clock.mjs";
import { FieldError } from "./errors.mjs";
import { bulkMutations, bulkResolvers } from "./graphql_bulk.mjs";
import {
  asMedia,
  byId,
  collectionListing,
  countOf,
  idOf,
  imageSorts,
  legacyId,
  listing,
  money,
  numberOf,
  productSorts,
  requireScope,
  small,
  time,
  variantSorts,
} from "./graphql_fields.mjs";
import { orderResolvers } from "./graphql_orders.mjs";
import { queries } from "./graphql_queries.mjs";
import { webhookMutations, webhookResolvers } from "./graphql_webhooks.mjs";
import { gid, levelId } from "./shapes.mjs";

const metafield = (thing, { namespace, key }) => {
  const [space, name] = namespace ? [namespace, key] : key.split(".");
  return thing.metafields.find((one) => one.namespace === space && one.key === name) ?? null;
};
const metafields = (thing, { namespace, keys }) =>
  small(
    thing.metafields.filter(
      (one) =>
        (!namespace || one.namespace === namespace) &&
        (!keys || keys.includes(`${one.namespace}.${one.key}`)),
    ),
    byId,
  );

const plain = (html) =>
  html
    .replace(/<[^>]*>/g, " ")
    .replaceAll("&amp;", "&")
    .replace(/\s+/g, " ")
    .trim();
const shorten = (text, size) =>
  size && text.length > size ? `${text.slice(0, size - 3)}...` : text;
const range = (values, run, low, high) => ({
  [low]: money(Math.min(...values), run),
  [high]: money(Math.max(...values), run),
});

export const resolvers = {
  QueryRoot: queries,
  Mutation: { ...bulkMutations, ...webhookMutations },
  Shop: {
    id: ({ id }) => gid("Shop", id),
    contactEmail: ({ email }) => email,
    myshopifyDomain: ({ domain }) => domain,
    primaryDomain: ({ domain }) => ({
      id: gid("Domain", 1),
      host: domain,
      url: `https://${domain}`,
      sslEnabled: true,
    }),
    url: ({ domain }) => `https://${domain}`,
    currencyCode: ({ currency }) => currency,
    currencyFormats: ({ currency }) => ({
      moneyFormat: `${currency} {{amount}}`,
      moneyWithCurrencyFormat: `{{amount}} ${currency}`,
    }),
    enabledPresentmentCurrencies: ({ currency }) => [currency],
    ianaTimezone: ({ timezone }) => timezone,
    timezoneAbbreviation: ({ offset }) => offset,
    timezoneOffset: ({ offset }) => offset,
    timezoneOffsetMinutes: ({ offset_minutes }) => offset_minutes,
    plan: ({ plan }) => ({
      displayName: plan,
      publicDisplayName: plan,
      partnerDevelopment: false,
      shopifyPlus: plan === "plus",
    }),
    shopOwnerName: () => "Sam Keeper",
    weightUnit: () => "KILOGRAMS",
    taxesIncluded: () => true,
    createdAt: time("createdAt"),
    updatedAt: time("createdAt"),
    metafield,
    metafields,
  },
  Product: {
    id: idOf("Product"),
    legacyResourceId: legacyId,
    description: ({ bodyHtml }, { truncateAt }) => shorten(plain(bodyHtml), truncateAt),
    descriptionHtml: ({ bodyHtml }) => bodyHtml,
    status: ({ status }) => status.toUpperCase(),
    createdAt: time("createdAt"),
    updatedAt: time("updatedAt"),
    publishedAt: time("publishedAt"),
    onlineStoreUrl: ({ status, publishedAt, handle }, args, { shop }) =>
      status === "active" && publishedAt !== null
        ? `https://${shop.domain}/products/${handle}`
        : null,
    onlineStorePreviewUrl: ({ handle }, args, { shop }) =>
      `https://${shop.domain}/products/${handle}`,
    templateSuffix: () => null,
    isGiftCard: () => false,
    hasOnlyDefaultVariant: ({ options }) => options[0].name === "Title",
    hasOutOfStockVariants: ({ variants }) => variants.some((variant) => !isForSale(variant)),
    totalInventory: totalStock,
    tracksInventory: ({ variants }) => variants.some(({ item }) => item.isTracked),
    requiresSellingPlan: () => false,
    category: () => null,
    seo: () => ({ title: null, description: null }),
    defaultCursor: ({ id }) => String(id),
    options: ({ options }, { first }) => options.slice(0, first ?? options.length),
    priceRangeV2: ({ variants }, args, run) =>
      range(
        variants.map(({ price }) => price),
        run,
        "minVariantPrice",
        "maxVariantPrice",
      ),
    compareAtPriceRange: ({ variants }, args, run) => {
      const values = variants.map(({ compareAt }) => compareAt).filter((cents) => cents !== null);
      const names = ["minVariantCompareAtPrice", "maxVariantCompareAtPrice"];
      return values.length > 0 ? range(values, run, ...names) : null;
    },
    variants: ({ variants }, { sortKey }) =>
      small(variants, variantSorts[sortKey] ?? variantSorts.POSITION),
    variantsCount: ({ variants }) => countOf({ items: variants }, {}),
    media: ({ images }, { sortKey }) => mediaListing(images, sortKey),
    mediaCount: ({ images }) => countOf({ items: images }, {}),
    featuredMedia: ({ images }) => (images.length > 0 ? asMedia(images[0]) : null),
    featuredImage: ({ images }) => images[0] ?? null,
    images: ({ images }, { sortKey }) => small(images, imageSorts[sortKey]),
    collections: (product, args, run, field) => {
      const items = () => run.store.collectionsOf(product);
      const options = collectionListing(run, field, args, items);
      return listing(run, field, { ...options, scope: product.id });
    },
    inCollection: (product, { id }, { store }) => {
      const collection = store.collections.get(numberOf(id, "Collection"));
      return collection ? store.productsOf(collection).includes(product) : false;
    },
    metafield,
    metafields,
  },
  ProductOption: {
    id: idOf("ProductOption"),
    values: ({ values }) => values.map(({ name }) => name),
    optionValues: ({ values }) => values,
  },
  ProductOptionValue: { id: idOf("ProductOptionValue"), hasVariants: () => true },
  ProductVariant: {
    id: idOf("ProductVariant"),
    legacyResourceId: legacyId,
    title: variantTitle,
    displayName: (variant) => `${variant.product.title} - ${variantTitle(variant)}`,
    price: ({ price }) => writeMoney(price),
    compareAtPrice: ({ compareAt }) => writeMoney(compareAt),
    taxable: ({ isTaxable }) => isTaxable,
    availableForSale: isForSale,
    inventoryPolicy: ({ policy }) => policy.toUpperCase(),
    inventoryQuantity: stockOf,
    sellableOnlineQuantity: stockOf,
    selectedOptions: ({ product, values }) =>
      values.map((value, index) => ({
        name: product.options[index].name,
        value: value.name,
        optionValue: value,
      })),
    createdAt: time("createdAt"),
    updatedAt: time("updatedAt"),
    inventoryItem: ({ item }) => item,
    requiresComponents: () => false,
    defaultCursor: ({ id }) => String(id),
    media: ({ image }) => mediaListing(image ? [image] : [], "POSITION"),
    metafield,
    metafields,
  },
  Image: {
    id: ({ mediaId }) => gid("ImageSource", mediaId),
    altText: ({ alt }) => alt || null,
    url: (image, { transform }, { shop }) => shop.imageUrl(image, transform?.maxWidth),
    thumbhash: () => null,
    originalSrc: (image, args, { shop }) => shop.imageUrl(image),
    src: (image, args, { shop }) => shop.imageUrl(image),
  },
  MediaImage: {
    id: ({ image }) => gid("MediaImage", image.mediaId),
    alt: ({ image }) => image.alt || null,
    mediaContentType: () => "IMAGE",
    preview: ({ image }) => ({ image, status: "READY" }),
    status: () => "READY",
    fileStatus: () => "READY",
    mimeType: ({ image }) => (image.format === "png" ? "image/png" : "image/jpeg"),
    createdAt: ({ image }) => writeUtc(image.createdAt),
    updatedAt: ({ image }) => writeUtc(image.updatedAt),
  },
  InventoryItem: {
    id: idOf("InventoryItem"),
    legacyResourceId: legacyId,
    sku: ({ variant }) => variant.sku,
    tracked: ({ isTracked }) => isTracked,
    requiresShipping: () => true,
    unitCost: ({ cost }, args, run) => (cost === null ? null : money(cost, run)),
    measurement: ({ id, variant }) => ({
      id: gid("InventoryItemMeasurement", id),
      weight: { value: variant.grams / 1000, unit: "KILOGRAMS" },
    }),
    createdAt: time("createdAt"),
    updatedAt: time("updatedAt"),
    inventoryLevel: ({ levels }, { locationId }, run, field) => {
      requireScope(run, "read_inventory", field);
      const wanted = numberOf(locationId, "Location");
      return levels.find(({ location }) => location.id === wanted) ?? null;
    },
    inventoryLevels: ({ levels }, args, run, field) => {
      requireScope(run, "read_inventory", field);
      return small(levels, ({ location }) => [0, location.id]);
    },
    locationsCount: ({ levels }) => countOf({ items: levels }, {}),
  },
  InventoryLevel: {
    id: (level) => levelId(level),
    canDeactivate: () => false,
    createdAt: time("createdAt"),
    updatedAt: time("updatedAt"),
    quantities: (level, { names }) =>
      names.map((name) => ({
        id: `${levelId(level, "InventoryQuantity")}&name=${name}`,
        name,
        quantity: quantityOf(level, name),
        updatedAt: name === "available" ? writeUtc(level.updatedAt) : null,
      })),
  },
  Location: {
    id: idOf("Location"),
    legacyResourceId: legacyId,
    isActive: () => true,
    fulfillsOnlineOrders: () => true,
    shipsInventory: () => true,
    address: ({ city, country }) => ({
      city,
      country,
      countryCode: country,
      formatted: [city, country],
    }),
    createdAt: time("createdAt"),
    updatedAt: time("updatedAt"),
  },
  Collection: {
    id: idOf("Collection"),
    legacyResourceId: legacyId,
    description: ({ bodyHtml }, { truncateAt }) => shorten(plain(bodyHtml), truncateAt),
    descriptionHtml: ({ bodyHtml }) => bodyHtml,
    sortOrder: ({ rules }) => (rules ? "BEST_SELLING" : "MANUAL"),
    updatedAt: time("updatedAt"),
    templateSuffix: () => null,
    image: () => null,
    seo: () => ({ title: null, description: null }),
    ruleSet: ({ rules, isDisjunctive }) =>
      rules && {
        appliedDisjunctively: isDisjunctive,
        rules: rules.map(({ column, relation, condition }) => ({
          column: column.toUpperCase(),
          relation: relation.toUpperCase(),
          condition,
        })),
      },
    productsCount: (collection, args, { store }) =>
      countOf({ items: store.productsOf(collection) }, {}),
    hasProduct: (collection, { id }, { store }) =>
      store.productsOf(collection).some((product) => product.id === numberOf(id, "Product")),
    products: (collection, { sortKey }, { store }) => {
      const keyOf = productSorts[sortKey] ?? byId;
      return store.view(`members ${collection.id} ${sortKey}`, () =>
        small(store.productsOf(collection), keyOf),
      );
    },
    metafield,
    metafields,
  },
  Metafield: {
    id: idOf("Metafield"),
    legacyResourceId: legacyId,
    jsonValue: ({ type, value }) => {
      const isJson = /^(json|list\.|number_integer|boolean|dimension|money|rating)/.test(type);
      return isJson ? JSON.parse(value) : value;
    },
    description: () => null,
    ownerType: ({ owner }) => owner.kind.toUpperCase(),
    createdAt: time("createdAt"),
    updatedAt: time("updatedAt"),
    compareDigest: ({ value }) => Buffer.from(value).toString("base64url").slice(0, 32),
  },
  ...orderResolvers,
  ...bulkResolvers,
  ...webhookResolvers,
};

const quantityNames = ["available", "on_hand", "committed", "incoming", "reserved", "damaged"];
const quantityOf = ({ available }, name) => {
  if (!quantityNames.includes(name)) {
    throw new FieldError(`The quantity name '${name}' is not known.`, { code: "BAD_REQUEST" });
  }
  return ["available", "on_hand"].includes(name) ? available : 0;
};

const mediaListing = (images, sortKey) => {
  const { items } = small(images, imageSorts[sortKey] ?? imageSorts.POSITION);
  const keyOf = ({ image }) => (sortKey === "ID" ? [0, image.mediaId] : [image.position, image.id]);
  return { items: items.map(asMedia), keyOf };
};
