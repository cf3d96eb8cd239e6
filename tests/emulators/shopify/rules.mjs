// Smart collections: which products their rules choose.
const columns = {
  tag: (product) => product.tags,
  title: (product) => [product.title],
  type: (product) => [product.productType],
  vendor: (product) => [product.vendor],
  variant_title: (product) =>
    product.variants.map(({ values }) => values.map(({ name }) => name).join(" / ")),
  variant_price: (product) => product.variants.map(({ price }) => price / 100),
  variant_compare_at_price: (product) =>
    product.variants.map(({ compareAt }) => (compareAt ?? 0) / 100),
  variant_inventory: (product) =>
    product.variants.map(({ item }) =>
      item.levels.reduce((sum, { available }) => sum + available, 0),
    ),
  variant_weight: (product) => product.variants.map(({ grams }) => grams),
};

const same = (value, wanted) =>
  typeof value === "number"
    ? value === Number(wanted)
    : value.toLowerCase() === wanted.toLowerCase();
const text = (value) => String(value).toLowerCase();

const relations = {
  equals: (values, wanted) => values.some((value) => same(value, wanted)),
  not_equals: (values, wanted) => !values.some((value) => same(value, wanted)),
  greater_than: (values, wanted) => values.some((value) => value > Number(wanted)),
  less_than: (values, wanted) => values.some((value) => value < Number(wanted)),
  starts_with: (values, wanted) => values.some((value) => text(value).startsWith(text(wanted))),
  ends_with: (values, wanted) => values.some((value) => text(value).endsWith(text(wanted))),
  contains: (values, wanted) => values.some((value) => text(value).includes(text(wanted))),
  not_contains: (values, wanted) => !values.some((value) => text(value).includes(text(wanted))),
};

const fits = (product, { column, relation, condition }) => {
  if (!columns[column] || !relations[relation]) throw new Error(`no rule ${column} ${relation}`);
  return relations[relation](columns[column](product), condition);
};

export const productsOfRules = ({ rules, isDisjunctive }, products) =>
  [...products].filter((product) =>
    isDisjunctive
      ? rules.some((rule) => fits(product, rule))
      : rules.every((rule) => fits(product, rule)),
  );
