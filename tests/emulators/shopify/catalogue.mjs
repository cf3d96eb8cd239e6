// Products, in memory: variants, stock, pictures, metafields. Prices are cents, instants
// milliseconds at whole seconds, ids numbers. Every change is told to the listeners of `onEvent` as
// (topic, thing), unless the catalogue is quiet.
import { randomUUID } from "node:crypto";
import { wholeSecond } from "./clock.mjs";

// Ids of different things never meet, and are as large as the provider's.
const firstIds = {
  Product: 8_012_345_000_000,
  ProductVariant: 44_012_345_000_000,
  InventoryItem: 46_012_345_000_000,
  Image: 38_012_345_000_000,
  MediaImage: 31_012_345_000_000,
  ProductOption: 10_012_345_000_000,
  ProductOptionValue: 2_012_345_000_000,
  Metafield: 23_012_345_000_000,
  Collection: 412_345_000_000,
  Collect: 33_012_345_000_000,
  Location: 65_012_345_000,
  Order: 5_412_345_000_000,
  LineItem: 13_012_345_000_000,
  Fulfillment: 4_812_345_000_000,
  Customer: 7_012_345_000_000,
};
const idStep = 33;
const viewsKept = 64;
const optionsMax = 3;
const variantsMax = 2048;

export const slug = (title) =>
  title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "") || "item";

export class Catalogue {
  products = new Map();
  variants = new Map();
  items = new Map();
  images = new Map();
  collections = new Map();
  locations = new Map();
  metafields = new Map();
  handles = new Map(); // of products
  revision = 0;
  quiet = false;
  eventId = null; // of what is being told, where it is more than one webhook
  #next = { ...firstIds };
  #listeners = [];
  #views = new Map();
  #viewsOf = -1;

  constructor(clock) {
    this.clock = clock;
  }

  onEvent(listener) {
    this.#listeners.push(listener);
  }

  emit(topic, thing) {
    this.revision += 1;
    if (!this.quiet) for (const listener of this.#listeners) listener(topic, thing);
  }

  now() {
    return wholeSecond(this.clock.now());
  }

  newId(kind) {
    this.#next[kind] += idStep;
    return this.#next[kind];
  }

  // What `build` makes of the store, kept while nothing changes.
  view(key, build) {
    if (this.#viewsOf !== this.revision) {
      this.#views.clear();
      this.#viewsOf = this.revision;
    }
    if (!this.#views.has(key)) {
      if (this.#views.size >= viewsKept) this.#views.clear();
      this.#views.set(key, build());
    }
    return this.#views.get(key);
  }

  createLocation({ name, city = "", country = "US" }) {
    const now = this.now();
    const location = {
      kind: "Location",
      id: this.newId("Location"),
      name,
      city,
      country,
      createdAt: now,
      updatedAt: now,
    };
    this.locations.set(location.id, location);
    this.revision += 1;
    return location;
  }

  // `variants` name their option values in the order of `options`; without options there is one,
  // "Default Title", as in every shop.
  createProduct({
    title,
    bodyHtml = "",
    vendor = "",
    productType = "",
    tags = [],
    status = "active",
    handle,
    options = [],
    variants = [{}],
    images = [],
    isPublished = status === "active",
    createdAt,
  }) {
    if (options.length > optionsMax) throw new Error(`more than ${optionsMax} options`);
    if (variants.length > variantsMax) throw new Error(`more than ${variantsMax} variants`);
    const now = createdAt ?? this.now();
    const product = {
      kind: "Product",
      id: this.newId("Product"),
      title,
      bodyHtml,
      vendor,
      productType,
      tags: [...tags],
      status,
      handle: "",
      createdAt: now,
      updatedAt: now,
      publishedAt: isPublished ? now : null,
      options: [],
      variants: [],
      images: [],
      metafields: [],
    };
    product.handle = this.#freeHandle(handle ?? slug(title), product.id);
    product.options = (options.length > 0 ? options : ["Title"]).map((name, index) => ({
      kind: "ProductOption",
      id: this.newId("ProductOption"),
      name,
      position: index + 1,
      values: [],
    }));
    this.products.set(product.id, product);
    for (const image of images) this.#addImage(product, image, now);
    for (const variant of variants) this.#addVariant(product, variant, now);
    this.emit("products/create", product);
    return product;
  }

  #freeHandle(wanted, id) {
    let handle = wanted;
    for (let count = 1; this.handles.has(handle); count += 1) handle = `${wanted}-${count}`;
    this.handles.set(handle, id);
    return handle;
  }

  #optionValue(option, name) {
    let value = option.values.find((known) => known.name === name);
    if (!value) {
      value = { kind: "ProductOptionValue", id: this.newId("ProductOptionValue"), name };
      option.values.push(value);
    }
    return value;
  }

  #addVariant(product, changes, now) {
    const { values = ["Default Title"], available = 0, levels } = changes;
    if (values.length !== product.options.length) throw new Error("a value for each option");
    const variant = {
      kind: "ProductVariant",
      id: this.newId("ProductVariant"),
      product,
      position: product.variants.length + 1,
      values: product.options.map((option, index) => this.#optionValue(option, values[index])),
      sku: changes.sku ?? null,
      barcode: changes.barcode ?? null,
      price: changes.price ?? 0,
      compareAt: changes.compareAt ?? null,
      policy: changes.policy ?? "deny",
      isTaxable: changes.isTaxable ?? true,
      grams: changes.grams ?? 0,
      image: product.images[changes.image ?? -1] ?? null,
      createdAt: now,
      updatedAt: now,
      metafields: [],
      item: null,
    };
    variant.item = {
      kind: "InventoryItem",
      id: this.newId("InventoryItem"),
      variant,
      isTracked: changes.isTracked ?? true,
      cost: changes.cost ?? null,
      createdAt: now,
      updatedAt: now,
      levels: [],
    };
    const locations = [...this.locations.values()];
    const counts = levels ?? (locations.length > 0 ? [available] : []);
    variant.item.levels = counts.map((count, index) => ({
      kind: "InventoryLevel",
      item: variant.item,
      location: locations[index],
      available: count,
      createdAt: now,
      updatedAt: now,
    }));
    product.variants.push(variant);
    this.variants.set(variant.id, variant);
    this.items.set(variant.item.id, variant.item);
    return variant;
  }

  addVariant(productId, changes) {
    const product = this.products.get(productId);
    const variant = this.#addVariant(product, changes, this.now());
    this.#touch(product);
    return variant;
  }

  removeVariant(variantId) {
    const variant = this.variants.get(variantId);
    const { product } = variant;
    if (product.variants.length === 1) throw new Error("a product has a variant");
    product.variants.splice(product.variants.indexOf(variant), 1);
    product.variants.forEach((left, index) => {
      left.position = index + 1;
    });
    this.#forgetVariant(variant);
    this.#touch(product);
  }

  #forgetVariant(variant) {
    this.variants.delete(variant.id);
    this.items.delete(variant.item.id);
  }

  #addImage(product, { alt = "", width = 64, height = 64, seed } = {}, now) {
    const id = this.newId("Image");
    const image = {
      kind: "Image",
      id,
      mediaId: this.newId("MediaImage"),
      product,
      position: product.images.length + 1,
      alt,
      width,
      height,
      seed: seed ?? id,
      format: Math.floor(id / idStep) % 3 === 0 ? "png" : "jpg",
      createdAt: now,
      updatedAt: now,
    };
    product.images.push(image);
    this.images.set(id, image);
    return image;
  }

  addImage(productId, changes) {
    const product = this.products.get(productId);
    const image = this.#addImage(product, changes, this.now());
    this.#touch(product);
    return image;
  }

  removeImage(imageId) {
    const { product } = this.images.get(imageId);
    product.images = product.images.filter((image) => image.id !== imageId);
    product.images.forEach((image, index) => {
      image.position = index + 1;
    });
    for (const variant of product.variants) {
      if (variant.image?.id === imageId) variant.image = null;
    }
    this.images.delete(imageId);
    this.#touch(product);
  }

  // Title, bodyHtml, vendor, productType, tags, status, handle.
  updateProduct(id, changes) {
    const product = this.products.get(id);
    const { handle, ...rest } = changes;
    Object.assign(product, rest);
    if (handle !== undefined && handle !== product.handle) {
      this.handles.delete(product.handle);
      product.handle = this.#freeHandle(handle, id);
    }
    this.#touch(product);
    return product;
  }

  publish(id) {
    return this.updateProduct(id, { status: "active", publishedAt: this.now() });
  }

  archive(id) {
    return this.updateProduct(id, { status: "archived" });
  }

  unpublish(id) {
    return this.updateProduct(id, { publishedAt: null });
  }

  // Price, compareAt, sku, barcode, grams, policy, image.
  updateVariant(id, changes) {
    const variant = this.variants.get(id);
    Object.assign(variant, changes, { updatedAt: this.now() });
    this.#touch(variant.product);
    return variant;
  }

  // Told as inventory_levels/update, and as an update of the product as the provider does: one
  // event, two webhooks.
  setInventory(variantId, available, locationId) {
    const variant = this.variants.get(variantId);
    const { levels } = variant.item;
    const level = locationId
      ? levels.find(({ location }) => location.id === locationId)
      : levels[0];
    level.available = available;
    level.updatedAt = this.now();
    variant.updatedAt = level.updatedAt;
    this.eventId = randomUUID();
    this.emit("inventory_levels/update", level);
    this.#touch(variant.product);
    this.eventId = null;
    return level;
  }

  deleteProduct(id) {
    const product = this.products.get(id);
    this.products.delete(id);
    this.handles.delete(product.handle);
    for (const variant of product.variants) this.#forgetVariant(variant);
    for (const image of product.images) this.images.delete(image.id);
    for (const collection of this.collections.values()) {
      collection.members.delete(id);
    }
    for (const metafield of product.metafields) this.metafields.delete(metafield.id);
    this.emit("products/delete", { id });
  }

  #touch(product) {
    product.updatedAt = this.now();
    this.emit("products/update", product);
  }

  setMetafield(owner, { namespace, key, type = "single_line_text_field", value }) {
    const now = this.now();
    let metafield = owner.metafields.find(
      (known) => known.namespace === namespace && known.key === key,
    );
    if (!metafield) {
      metafield = { kind: "Metafield", id: this.newId("Metafield"), owner, createdAt: now };
      owner.metafields.push(metafield);
      this.metafields.set(metafield.id, metafield);
    }
    Object.assign(metafield, { namespace, key, type, value: String(value), updatedAt: now });
    if (owner.kind === "Product") this.#touch(owner);
    else if (owner.kind === "ProductVariant") this.#touch(owner.product);
    else this.revision += 1;
    return metafield;
  }
}

export const variantTitle = (variant) => variant.values.map(({ name }) => name).join(" / ");

export const stockOf = (variant) =>
  variant.item.levels.reduce((sum, level) => sum + level.available, 0);

export const totalStock = (product) =>
  product.variants.reduce(
    (sum, variant) => sum + (variant.item.isTracked ? stockOf(variant) : 0),
    0,
  );

export const isForSale = (variant) =>
  !variant.item.isTracked || variant.policy === "continue" || stockOf(variant) > 0;

export const writeMoney = (cents) => (cents === null ? null : (cents / 100).toFixed(2));
