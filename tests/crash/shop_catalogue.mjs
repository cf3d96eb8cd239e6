// What a shop has, compared with what AIVA has of it.

const optionsOf = (variant) =>
  Object.fromEntries(variant.options.map(({ name, value }) => [name, value]));

const comparedVariant = ({ id, sku, barcode, price, compare_at_price, is_for_sale, options }) => ({
  id: String(id),
  sku: sku ?? "",
  barcode: barcode ?? "",
  price,
  compare_at_price,
  is_for_sale,
  options,
});

const byId = (a, b) => (a.id < b.id ? -1 : 1);

/** A product of the shop's `/_catalogue`, as far as it is compared. */
export const productOfShop = (product) => ({
  id: String(product.id),
  title: product.title,
  handle: product.handle,
  vendor: product.vendor,
  product_type: product.product_type,
  tags: product.tags.toSorted(),
  status: product.status,
  is_published: product.is_published,
  images: product.images.length,
  variants: product.variants.map(comparedVariant).toSorted(byId),
});

/** The same of a product as AIVA answers it. */
export const productOfAiva = (product) => ({
  id: product.shopify_id,
  title: product.title,
  handle: product.handle,
  vendor: product.vendor,
  product_type: product.product_type,
  tags: product.tags.toSorted(),
  status: product.status,
  is_published: product.published,
  images: product.images.length,
  variants: product.variants
    .map((variant) =>
      comparedVariant({
        ...variant,
        id: variant.shopify_id,
        is_for_sale: variant.available,
        // A product without a choice has one option in the one shop and none in the other.
        options: optionsOf(variant),
      }),
    )
    .toSorted(byId),
});

const isChosen = ([name, value]) => !(name === "Title" && value === "Default Title");

const text = (product) =>
  JSON.stringify({
    ...product,
    variants: product.variants.map((variant) => ({
      ...variant,
      options: Object.entries(variant.options).filter(isChosen).toSorted(),
    })),
  });

/** Sentences on what differs between a shop's `/_catalogue` and AIVA's products; none: nothing. */
export const compareCatalogues = (shop, aiva) => {
  const differences = [];
  const ours = new Map();
  for (const product of aiva.map(productOfAiva)) {
    if (ours.has(product.id)) differences.push(`product ${product.id} is there twice`);
    ours.set(product.id, product);
  }
  for (const product of shop.map(productOfShop)) {
    const own = ours.get(product.id);
    ours.delete(product.id);
    if (own === undefined) differences.push(`product ${product.id} is missing`);
    else if (text(own) !== text(product)) {
      differences.push(`product ${product.id} is ${text(own)} instead of ${text(product)}`);
    }
  }
  for (const id of ours.keys()) differences.push(`product ${id} is not in the shop`);
  return differences;
};

/** Stock is compared where the shop counts it. */
export const compareStock = (shop, aiva) => {
  const counts = new Map(
    shop.flatMap(({ variants }) => variants.map(({ id, stock }) => [String(id), stock])),
  );
  return aiva
    .flatMap(({ variants }) => variants)
    .filter(
      ({ inventory, shopify_id }) => inventory !== null && inventory !== counts.get(shopify_id),
    )
    .map(
      ({ shopify_id, inventory }) =>
        `variant ${shopify_id} has ${inventory} instead of ${counts.get(shopify_id)}`,
    );
};
