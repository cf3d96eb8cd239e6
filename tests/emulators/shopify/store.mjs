// What a shop has beside its products: collections and orders.
import { Catalogue, slug, variantTitle } from "./catalogue.mjs";
import { productsOfRules } from "./rules.mjs";

export class Store extends Catalogue {
  orders = new Map();
  #orderNumber = 1000;

  // With rules it is a smart collection, else a custom one with members.
  createCollection({ title, bodyHtml = "", rules = null, isDisjunctive = false, products = [] }) {
    const now = this.now();
    const collection = {
      kind: "Collection",
      id: this.newId("Collection"),
      title,
      bodyHtml,
      handle: slug(title),
      rules,
      isDisjunctive,
      members: new Map(),
      createdAt: now,
      updatedAt: now,
      publishedAt: now,
      metafields: [],
    };
    this.collections.set(collection.id, collection);
    for (const id of products) this.#join(collection, id, now);
    this.emit("collections/create", collection);
    return collection;
  }

  #join(collection, productId, now) {
    collection.members.set(productId, { id: this.newId("Collect"), productId, createdAt: now });
  }

  updateCollection(id, changes) {
    const collection = this.collections.get(id);
    Object.assign(collection, changes, { updatedAt: this.now() });
    this.emit("collections/update", collection);
    return collection;
  }

  joinCollection(id, productId) {
    this.#join(this.collections.get(id), productId, this.now());
    this.updateCollection(id, {});
  }

  leaveCollection(id, productId) {
    this.collections.get(id).members.delete(productId);
    this.updateCollection(id, {});
  }

  deleteCollection(id) {
    this.collections.delete(id);
    this.emit("collections/delete", { id });
  }

  productsOf(collection) {
    return this.view(`collection ${collection.id}`, () =>
      collection.rules
        ? productsOfRules(collection, this.products.values())
        : [...collection.members.keys()].map((id) => this.products.get(id)),
    );
  }

  collectionsOf(product) {
    return [...this.collections.values()].filter((collection) =>
      collection.rules
        ? productsOfRules(collection, [product]).length > 0
        : collection.members.has(product.id),
    );
  }

  // `lines` are [variant id, quantity].
  createOrder({
    email,
    lines,
    firstName = "Alex",
    lastName = "Doe",
    fulfillmentStatus = null,
    financialStatus = "paid",
    tracking = null,
    createdAt,
  }) {
    const now = createdAt ?? this.now();
    this.#orderNumber += 1;
    const order = {
      kind: "Order",
      id: this.newId("Order"),
      number: this.#orderNumber - 1000,
      orderNumber: this.#orderNumber,
      name: `#${this.#orderNumber}`,
      email,
      customer: { kind: "Customer", id: this.newId("Customer"), email, firstName, lastName },
      fulfillmentStatus,
      financialStatus,
      cancelledAt: null,
      closedAt: null,
      createdAt: now,
      updatedAt: now,
      lines: [],
      fulfillments: [],
      metafields: [],
      tags: [],
    };
    order.lines = lines.map(([variantId, quantity]) => this.#orderLine(variantId, quantity));
    if (fulfillmentStatus) this.#fulfil(order, tracking, now);
    this.orders.set(order.id, order);
    this.emit("orders/create", order);
    return order;
  }

  #orderLine(variantId, quantity) {
    const variant = this.variants.get(variantId);
    return {
      kind: "LineItem",
      id: this.newId("LineItem"),
      variantId,
      productId: variant.product.id,
      title: variant.product.title,
      variantTitle: variantTitle(variant),
      sku: variant.sku,
      vendor: variant.product.vendor,
      price: variant.price,
      quantity,
    };
  }

  #fulfil(order, tracking, now) {
    order.fulfillments.push({
      kind: "Fulfillment",
      id: this.newId("Fulfillment"),
      order,
      status: "success",
      tracking,
      createdAt: now,
      updatedAt: now,
    });
  }

  // FinancialStatus, fulfillmentStatus (with `tracking`), cancelledAt, tags, email.
  updateOrder(id, { tracking = null, ...changes }) {
    const order = this.orders.get(id);
    Object.assign(order, changes, { updatedAt: this.now() });
    if (changes.fulfillmentStatus) this.#fulfil(order, tracking, order.updatedAt);
    this.emit("orders/updated", order);
    return order;
  }
}

export const totalOf = (order) =>
  order.lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
