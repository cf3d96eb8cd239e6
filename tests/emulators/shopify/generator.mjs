// Seeded contents and changes of a shop: the same seed makes the same shop.
import { Random } from "./random.mjs";

const kinds = [
  { type: "T-Shirts", nouns: ["T-Shirt", "Tee", "Polo"], sizes: "clothes", grams: 180 },
  { type: "Hoodies", nouns: ["Hoodie", "Sweatshirt", "Zip Hoodie"], sizes: "clothes", grams: 520 },
  { type: "Jackets", nouns: ["Rain Jacket", "Parka", "Windbreaker"], sizes: "clothes", grams: 900 },
  { type: "Trousers", nouns: ["Chinos", "Jeans", "Cargo Trousers"], sizes: "clothes", grams: 640 },
  { type: "Shoes", nouns: ["Sneakers", "Hiking Boots", "Loafers"], sizes: "shoes", grams: 850 },
  { type: "Bags", nouns: ["Backpack", "Tote Bag", "Duffel"], sizes: null, grams: 700 },
  { type: "Mugs", nouns: ["Mug", "Café Cup", "Travel Mug"], sizes: null, grams: 340 },
  { type: "Lamps", nouns: ["Desk Lamp", "Floor Lamp", "Lantern"], sizes: null, grams: 2100 },
  { type: "Chairs", nouns: ["Armchair", "Stool", "Dining Chair"], sizes: null, grams: 7200 },
  { type: "Notebooks", nouns: ["Notebook", "Journal", "Sketchbook"], sizes: "paper", grams: 260 },
];
const sizes = {
  clothes: ["XS", "S", "M", "L", "XL", "XXL"],
  shoes: ["38", "39", "40", "41", "42", "43", "44"],
  paper: ["A4", "A5", "A6"],
};
const adjectives = [
  "Classic",
  "Urban",
  "Alpine",
  "Coastal",
  "Nordic",
  "Vintage",
  "Everyday",
  "Slim",
];
const materials = ["Cotton", "Linen", "Merino", "Canvas", "Oak", "Steel", "Recycled", "Cork"];
const colours = ["Black", "White", "Navy", "Forest Green", "Rust", "Sand", "Crimson", "Sky Blue"];
const vendors = [
  "Fjellhus",
  "Harbour & Sons",
  "Atelier Brûlé",
  "Kestrel",
  "Umbra Works",
  "Tidewater",
];
const tagWords = ["new", "sale", "summer", "winter", "gift", "organic", "bestseller", "limited"];
const phrases = [
  "Made to last in small batches.",
  "Soft to the touch and easy to care for.",
  "Water repellent, breathable and light.",
  "A favourite for everyday use.",
  "Designed in Bergen, made in Portugal.",
  "Free of plastics &amp; harsh dyes.",
  "Comes with a two-year warranty.",
];
const firstNames = ["Ada", "Björn", "Chloé", "Dmitri", "Emeka", "Fatima", "Grace", "Hiro"];
const lastNames = ["Lind", "Okafor", "Moreau", "Tanaka", "Silva", "Novak", "Haddad", "Jensen"];

const titleOf = (random, kind) =>
  `${random.pick(adjectives)} ${random.pick(materials)} ${random.pick(kind.nouns)}`;

const bodyOf = (random) => {
  const [first, ...rest] = random.some(phrases, random.between(2, 4));
  return `<p>${first}</p>\n<ul>${rest.map((phrase) => `<li>${phrase}</li>`).join("")}</ul>`;
};

const priceOf = (random) => random.between(5, 250) * 100 - random.pick([1, 5, 10, 0]);

// Option names, and as many combinations of their values as are wanted.
const combinations = (random, kind, wanted) => {
  if (wanted === 1) return { options: [], values: [undefined] };
  const sizeList = sizes[kind.sizes] ?? ["Small", "Large"];
  const colourList = random.shuffle([...colours]);
  const values = [];
  for (let index = 0; index < wanted; index += 1) {
    const size = sizeList[index % sizeList.length];
    const turn = Math.floor(index / sizeList.length);
    const colour = colourList[turn % colourList.length];
    values.push([size, colour, `Edition ${Math.floor(turn / colourList.length) + 1}`]);
  }
  const count = wanted > sizeList.length * colourList.length ? 3 : 2;
  return {
    options: ["Size", "Color", "Edition"].slice(0, count),
    values: values.map((triple) => triple.slice(0, count)),
  };
};

const makeVariants = (random, kind, { values }, imagesEach, number) => {
  const price = priceOf(random);
  const isOnSale = random.chance(0.2);
  return values.map((names, index) => ({
    values: names,
    sku: `${kind.type.replace("-", "").slice(0, 2).toUpperCase()}-${number}-${index + 1}`,
    barcode: random.chance(0.7) ? String(4_000_000_000_000 + random.below(1e12)) : null,
    price: price + (index % 3) * 100,
    compareAt: isOnSale ? Math.round(price * 1.25) : null,
    policy: random.chance(0.05) ? "continue" : "deny",
    isTracked: !random.chance(0.03),
    grams: kind.grams,
    cost: Math.round(price * 0.4),
    levels: random.chance(0.3)
      ? [random.below(40), random.below(10)]
      : [random.chance(0.1) ? 0 : random.below(60)],
    image: imagesEach > 0 ? index % imagesEach : undefined,
  }));
};

// One product as the shop would have it; `variantsEach` fixes how many variants it has.
const makeProduct = (random, number, { imagesEach, variantsEach, createdAt }) => {
  const kind = random.pick(kinds);
  const title = titleOf(random, kind);
  const chosen = combinations(random, kind, variantsEach ?? random.pick([1, 1, 2, 3, 4, 6]));
  const luck = random.next();
  return {
    title,
    bodyHtml: bodyOf(random),
    vendor: random.pick(vendors),
    productType: kind.type,
    tags: random.some(tagWords, random.below(4)),
    status: luck < 0.05 ? "draft" : luck < 0.09 ? "archived" : "active",
    options: chosen.options,
    variants: makeVariants(random, kind, chosen, imagesEach, number),
    images: Array.from({ length: imagesEach }, (_, index) => ({
      alt: `${title}, view ${index + 1}`,
      seed: random.below(2 ** 31),
    })),
    createdAt,
  };
};

// The standard metafields of reviews, which apps for them fill.
const rate = (store, random, product) => {
  const value = (random.between(20, 50) / 10).toFixed(1);
  const rating = JSON.stringify({ value, scale_min: "1.0", scale_max: "5.0" });
  const namespace = "reviews";
  store.setMetafield(product, { namespace, key: "rating", type: "rating", value: rating });
  const count = random.between(1, 300);
  const type = "number_integer";
  store.setMetafield(product, { namespace, key: "rating_count", type, value: count });
};

const fillOrders = (store, random, count) => {
  const variants = [...store.variants.keys()];
  for (let index = 0; index < count; index += 1) {
    const firstName = random.pick(firstNames);
    const lastName = random.pick(lastNames);
    const isShipped = random.chance(0.6);
    const number = `TRK${random.between(1e6, 9e6)}`;
    store.createOrder({
      email: `${firstName}.${lastName}.${index}@example.com`
        .normalize("NFKD")
        .replace(/[\u0300-\u036f]/g, "")
        .toLowerCase(),
      firstName,
      lastName,
      lines: random
        .some(variants.slice(0, 50), random.between(1, 3))
        .map((id) => [id, random.between(1, 3)]),
      fulfillmentStatus: isShipped ? "fulfilled" : null,
      financialStatus: random.chance(0.9) ? "paid" : "pending",
      tracking: isShipped
        ? { company: "DHL", number, url: `https://tracking.example.com/${number}` }
        : null,
      createdAt: store.now() - random.below(30) * 86_400_000,
    });
  }
};

// Fills a shop without telling anybody. Products were created one second after the other, the
// newest an hour ago.
export const fill = (
  store,
  { products = 100, imagesEach = 1, variantsEach, orders = 0, collections = true, seed = 1 } = {},
) => {
  const random = new Random(seed);
  const wasQuiet = store.quiet;
  store.quiet = true;
  if (store.locations.size === 0) {
    store.createLocation({ name: "Main warehouse", city: "Bergen", country: "NO" });
    store.createLocation({ name: "Shop front", city: "Porto", country: "PT" });
  }
  const start = store.now() - 3_600_000 - products * 1000;
  const made = [];
  for (let index = 0; index < products; index += 1) {
    const createdAt = start + index * 1000;
    const product = store.createProduct(
      makeProduct(random, index + 1, { imagesEach, variantsEach, createdAt }),
    );
    if (random.chance(0.5)) {
      store.setMetafield(product, { namespace: "custom", key: "care", value: "Wash cold" });
    }
    if (random.chance(0.4)) rate(store, random, product);
    product.updatedAt = createdAt;
    made.push(product);
  }
  if (collections && made.length > 0) {
    store.createCollection({
      title: "On sale",
      rules: [{ column: "tag", relation: "equals", condition: "sale" }],
    });
    store.createCollection({
      title: "Staff picks",
      products: random.some(made.slice(0, 200), Math.min(made.length, 20)).map(({ id }) => id),
    });
  }
  fillOrders(store, random, orders);
  store.quiet = wasQuiet;
  return made;
};

const changes = {
  create: (store, random) => {
    const number = 1_000_000 + random.below(1_000_000);
    return store.createProduct(makeProduct(random, number, { imagesEach: 1 }));
  },
  retitle: (store, random, product) =>
    store.updateProduct(product.id, { title: titleOf(random, random.pick(kinds)) }),
  describe: (store, random, product) =>
    store.updateProduct(product.id, { bodyHtml: bodyOf(random) }),
  reprice: (store, random, product) =>
    store.updateVariant(random.pick(product.variants).id, { price: priceOf(random) }).product,
  retag: (store, random, product) =>
    store.updateProduct(product.id, { tags: random.some(tagWords, random.below(5)) }),
  restock: (store, random, product) => {
    store.setInventory(random.pick(product.variants).id, random.below(80));
    return product;
  },
  picture: (store, random, product) => {
    if (product.images.length > 2) store.removeImage(random.pick(product.images).id);
    else store.addImage(product.id, { alt: product.title, seed: random.below(2 ** 31) });
    return product;
  },
  archive: (store, random, product) => store.archive(product.id),
  draft: (store, random, product) => store.updateProduct(product.id, { status: "draft" }),
  publish: (store, random, product) => store.publish(product.id),
  delete: (store, random, product) => {
    store.deleteProduct(product.id);
    return product;
  },
};
const weights = [
  ["restock", 25],
  ["reprice", 20],
  ["retitle", 12],
  ["retag", 10],
  ["describe", 5],
  ["picture", 5],
  ["create", 7],
  ["delete", 5],
  ["archive", 4],
  ["draft", 2],
  ["publish", 5],
];
const lots = weights.flatMap(([name, weight]) => Array(weight).fill(name));

// Changes the shop `count` times and says how: [{change, productId}].
export const mutate = (store, count, seed = 1) => {
  const random = new Random(seed);
  const ids = [...store.products.keys()];
  const done = [];
  for (let index = 0; index < count; index += 1) {
    const change = ids.length === 0 ? "create" : random.pick(lots);
    const place = random.below(ids.length);
    const product = change === "create" ? null : store.products.get(ids[place]);
    const { id } = changes[change](store, random, product);
    if (change === "create") ids.push(id);
    if (change === "delete") {
      ids[place] = ids.at(-1);
      ids.pop();
    }
    done.push({ change, productId: id });
  }
  return done;
};
