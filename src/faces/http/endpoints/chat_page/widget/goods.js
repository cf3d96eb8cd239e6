// Products of a shop that go with an answer.

/**
 * @param {string} amount like "49.90"
 * @param {string} currency
 * @param {string} language
 */
function formatMoney(amount, currency, language) {
  try {
    const options = /** @type {const} */ ({ style: "currency", currency });
    return new Intl.NumberFormat(language, options).format(Number(amount));
  } catch {
    return `${amount} ${currency}`;
  }
}

/**
 * The picture of a product: this server's, or the shop's own, where the page's policy shows it.
 * @param {VisitorProduct} product
 * @param {Connection} connection
 */
function makeProductPicture(product, connection) {
  const address = product.thumbnail_url || product.image_url;
  if (!/^(\/|https:\/\/)/.test(address)) return undefined;
  if (address.startsWith("/")) return makePicture(connection, address, "");
  const picture = make("img", { alt: "", loading: "lazy", referrerpolicy: "no-referrer" });
  picture.addEventListener("error", () => picture.remove());
  picture.src = address;
  return picture;
}

/**
 * @param {VisitorProduct} product
 * @param {Connection} connection
 * @param {Words} words
 * @param {string} language
 */
function makeProduct(product, connection, words, language) {
  const card = make("li", { class: "product" });
  const frame = make("div", { class: "product-picture" });
  const picture = makeProductPicture(product, connection);
  frame.append(picture ?? "");
  const address = /^https?:/.test(product.url) ? safeAddress(product.url) : undefined;
  const title = address === undefined ? make("span") : makeLink(address);
  title.className = "product-title";
  title.textContent = product.title;
  const price = make("p", { class: "price" });
  price.append(formatMoney(product.price, product.currency, language));
  if (product.compare_at_price) {
    const before = formatMoney(product.compare_at_price, product.currency, language);
    const label = make("span", { class: "unseen" }, fillIn(words.formerly, { price: before }));
    price.append(" ", make("s", { "aria-hidden": "true" }, before), label);
  }
  const stock = make("p", { class: product.in_stock ? "stock" : "stock out" });
  stock.textContent = product.in_stock ? words.inStock : words.soldOut;
  card.append(frame, title);
  if (product.vendor) card.append(make("p", { class: "vendor" }, product.vendor));
  card.append(price, stock);
  return card;
}

/**
 * @param {VisitorProduct[]} products
 * @param {Connection} connection
 * @param {Words} words
 * @param {string} language
 */
function makeProducts(products, connection, words, language) {
  const list = make("ul", { class: "products", "aria-label": words.products, tabindex: "0" });
  for (const product of products) list.append(makeProduct(product, connection, words, language));
  return list;
}
