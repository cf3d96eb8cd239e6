// Things as REST and webhooks write them.
import { isForSale, stockOf, variantTitle, writeMoney } from "./catalogue.mjs";
import { writeLocal } from "./clock.mjs";
import { totalOf } from "./store.mjs";

// REST shows this many variants of a product at most.
const variantsShown = 100;

export const gid = (kind, id) => `gid://shopify/${kind}/${id}`;

export const levelId = ({ location, item }, kind = "InventoryLevel") =>
  `${gid(kind, location.id)}?inventory_item_id=${item.id}`;

export class Shapes {
  #shop;

  constructor(shop) {
    this.#shop = shop;
  }

  #time(ms) {
    return writeLocal(ms, this.#shop.offset_minutes);
  }

  product(product) {
    return {
      id: product.id,
      title: product.title,
      body_html: product.bodyHtml,
      vendor: product.vendor,
      product_type: product.productType,
      created_at: this.#time(product.createdAt),
      handle: product.handle,
      updated_at: this.#time(product.updatedAt),
      published_at: this.#time(product.publishedAt),
      template_suffix: null,
      published_scope: "web",
      tags: product.tags.join(", "),
      status: product.status,
      admin_graphql_api_id: gid("Product", product.id),
      variants: product.variants.slice(0, variantsShown).map((variant) => this.variant(variant)),
      options: product.options.map((option) => ({
        id: option.id,
        product_id: product.id,
        name: option.name,
        position: option.position,
        values: option.values.map(({ name }) => name),
      })),
      images: product.images.map((image) => this.image(image)),
      image: product.images.length > 0 ? this.image(product.images[0]) : null,
    };
  }

  // A webhook tells more than REST does.
  productEvent(product) {
    return {
      ...this.product(product),
      media: product.images.map((image) => ({
        id: image.mediaId,
        product_id: product.id,
        position: image.position,
        alt: image.alt,
        status: "READY",
        media_content_type: "IMAGE",
        admin_graphql_api_id: gid("MediaImage", image.mediaId),
      })),
      variant_gids: product.variants.map((variant) => ({
        admin_graphql_api_id: gid("ProductVariant", variant.id),
        updated_at: new Date(variant.updatedAt).toISOString(),
      })),
      has_variants_that_requires_components: false,
      category: null,
    };
  }

  variant(variant) {
    const [first, second, third] = variant.values;
    return {
      id: variant.id,
      product_id: variant.product.id,
      title: variantTitle(variant),
      price: writeMoney(variant.price),
      position: variant.position,
      inventory_policy: variant.policy,
      compare_at_price: writeMoney(variant.compareAt),
      option1: first?.name ?? null,
      option2: second?.name ?? null,
      option3: third?.name ?? null,
      created_at: this.#time(variant.createdAt),
      updated_at: this.#time(variant.updatedAt),
      taxable: variant.isTaxable,
      barcode: variant.barcode,
      fulfillment_service: "manual",
      grams: variant.grams,
      inventory_management: variant.item.isTracked ? "shopify" : null,
      requires_shipping: true,
      sku: variant.sku,
      weight: variant.grams / 1000,
      weight_unit: "kg",
      inventory_item_id: variant.item.id,
      inventory_quantity: stockOf(variant),
      old_inventory_quantity: stockOf(variant),
      admin_graphql_api_id: gid("ProductVariant", variant.id),
      image_id: variant.image?.id ?? null,
    };
  }

  image(image) {
    return {
      id: image.id,
      alt: image.alt || null,
      position: image.position,
      product_id: image.product.id,
      created_at: this.#time(image.createdAt),
      updated_at: this.#time(image.updatedAt),
      admin_graphql_api_id: gid("MediaImage", image.mediaId),
      width: image.width,
      height: image.height,
      src: this.#shop.imageUrl(image),
      variant_ids: image.product.variants
        .filter((variant) => variant.image === image)
        .map(({ id }) => id),
    };
  }

  collection(collection) {
    const common = {
      id: collection.id,
      handle: collection.handle,
      title: collection.title,
      updated_at: this.#time(collection.updatedAt),
      body_html: collection.bodyHtml,
      published_at: this.#time(collection.publishedAt),
      sort_order: collection.rules ? "best-selling" : "manual",
      template_suffix: null,
      published_scope: "web",
      admin_graphql_api_id: gid("Collection", collection.id),
    };
    if (!collection.rules) return common;
    return { ...common, disjunctive: collection.isDisjunctive, rules: collection.rules };
  }

  collect(collection, collect, position) {
    return {
      id: collect.id,
      collection_id: collection.id,
      product_id: collect.productId,
      created_at: this.#time(collect.createdAt),
      updated_at: this.#time(collect.createdAt),
      position,
      sort_value: String(position).padStart(10, "0"),
    };
  }

  metafield(metafield) {
    return {
      id: metafield.id,
      namespace: metafield.namespace,
      key: metafield.key,
      value: metafield.value,
      description: null,
      owner_id: metafield.owner.id,
      created_at: this.#time(metafield.createdAt),
      updated_at: this.#time(metafield.updatedAt),
      owner_resource: metafield.owner.kind === "ProductVariant" ? "variant" : "product",
      type: metafield.type,
      admin_graphql_api_id: gid("Metafield", metafield.id),
    };
  }

  inventoryLevel(level) {
    return {
      inventory_item_id: level.item.id,
      location_id: level.location.id,
      available: level.available,
      updated_at: this.#time(level.updatedAt),
      admin_graphql_api_id: levelId(level),
    };
  }

  inventoryItem(item) {
    return {
      id: item.id,
      sku: item.variant.sku,
      created_at: this.#time(item.createdAt),
      updated_at: this.#time(item.updatedAt),
      requires_shipping: true,
      cost: writeMoney(item.cost),
      country_code_of_origin: null,
      province_code_of_origin: null,
      harmonized_system_code: null,
      tracked: item.isTracked,
      country_harmonized_system_codes: [],
      admin_graphql_api_id: gid("InventoryItem", item.id),
    };
  }

  location(location) {
    return {
      id: location.id,
      name: location.name,
      address1: null,
      address2: null,
      city: location.city,
      zip: null,
      province: null,
      country: location.country,
      phone: null,
      created_at: this.#time(location.createdAt),
      updated_at: this.#time(location.updatedAt),
      country_code: location.country,
      active: true,
      legacy: false,
      admin_graphql_api_id: gid("Location", location.id),
    };
  }

  order(order) {
    const total = writeMoney(totalOf(order));
    const { customer } = order;
    return {
      id: order.id,
      admin_graphql_api_id: gid("Order", order.id),
      name: order.name,
      number: order.number,
      order_number: order.orderNumber,
      email: order.email,
      contact_email: order.email,
      created_at: this.#time(order.createdAt),
      updated_at: this.#time(order.updatedAt),
      processed_at: this.#time(order.createdAt),
      cancelled_at: this.#time(order.cancelledAt),
      cancel_reason: order.cancelledAt === null ? null : "customer",
      closed_at: this.#time(order.closedAt),
      confirmed: true,
      test: false,
      currency: this.#shop.currency,
      total_price: total,
      subtotal_price: total,
      current_total_price: total,
      total_tax: "0.00",
      total_discounts: "0.00",
      financial_status: order.financialStatus,
      fulfillment_status: order.fulfillmentStatus,
      tags: order.tags.join(", "),
      note: null,
      order_status_url: `https://${this.#shop.domain}/orders/${order.id}/status`,
      customer: {
        id: customer.id,
        email: customer.email,
        first_name: customer.firstName,
        last_name: customer.lastName,
        admin_graphql_api_id: gid("Customer", customer.id),
      },
      line_items: order.lines.map((line) => ({
        id: line.id,
        admin_graphql_api_id: gid("LineItem", line.id),
        product_id: line.productId,
        variant_id: line.variantId,
        title: line.title,
        variant_title: line.variantTitle,
        name: `${line.title} - ${line.variantTitle}`,
        sku: line.sku,
        vendor: line.vendor,
        price: writeMoney(line.price),
        quantity: line.quantity,
        fulfillment_status: order.fulfillmentStatus,
        requires_shipping: true,
      })),
      fulfillments: order.fulfillments.map((fulfillment) => ({
        id: fulfillment.id,
        order_id: order.id,
        status: fulfillment.status,
        created_at: this.#time(fulfillment.createdAt),
        updated_at: this.#time(fulfillment.updatedAt),
        tracking_company: fulfillment.tracking?.company ?? null,
        tracking_number: fulfillment.tracking?.number ?? null,
        tracking_url: fulfillment.tracking?.url ?? null,
      })),
    };
  }

  shop() {
    const { id, name, email, domain, currency, timezone, plan, createdAt } = this.#shop;
    return {
      id,
      name,
      email,
      domain,
      province: null,
      country: "CO",
      country_code: "CO",
      currency,
      money_format: `${currency} {{amount}}`,
      timezone: `(GMT${this.#time(createdAt).slice(-6)}) ${timezone}`,
      iana_timezone: timezone,
      primary_locale: "en",
      shop_owner: "Sam Keeper",
      plan_name: plan,
      plan_display_name: plan,
      myshopify_domain: domain,
      weight_unit: "kg",
      enabled_presentment_currencies: [currency],
      created_at: this.#time(createdAt),
      updated_at: this.#time(createdAt),
    };
  }

  webhook(subscription) {
    return {
      id: subscription.id,
      address: subscription.address,
      topic: subscription.topic,
      created_at: this.#time(subscription.createdAt),
      updated_at: this.#time(subscription.updatedAt),
      format: "json",
      fields: subscription.fields,
      metafield_namespaces: [],
      private_metafield_namespaces: [],
      api_version: subscription.version,
    };
  }
}

// The whole catalogue in a flat form that a test can compare with what AIVA has.
export const catalogueOf = (store) =>
  [...store.products.values()].map((product) => ({
    id: product.id,
    title: product.title,
    handle: product.handle,
    body_html: product.bodyHtml,
    vendor: product.vendor,
    product_type: product.productType,
    tags: product.tags,
    status: product.status,
    is_published: product.publishedAt !== null,
    images: product.images.map(({ id }) => id),
    variants: product.variants.map((variant) => ({
      id: variant.id,
      title: variantTitle(variant),
      sku: variant.sku,
      barcode: variant.barcode,
      price: writeMoney(variant.price),
      compare_at_price: writeMoney(variant.compareAt),
      stock: stockOf(variant),
      is_for_sale: isForSale(variant),
      options: Object.fromEntries(
        product.options.map(({ name }, index) => [name, variant.values[index].name]),
      ),
    })),
  }));
