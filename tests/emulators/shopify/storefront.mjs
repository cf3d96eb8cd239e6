// What shoppers see: pictures, product pages, and links that fill a cart.
import { isForSale } from "./catalogue.mjs";
import { ApiError } from "./errors.mjs";
import { makeBomb, makeHuge, makeImage, mediaType } from "./images.mjs";

const imagePath = /^\/cdn\/shop\/files\/(\d+)\.(jpg|png)$/;
const cartPath = /^\/cart\/(\d+:\d+(?:,\d+:\d+)*)$/;
const productPath = /^\/products\/([^/]+)$/;
const quantityMax = 1_000_000;
let bomb = null;

const sendBytes = (response, type, bytes, headers = {}) => {
  response.writeHead(200, { "content-type": type, "content-length": bytes.length, ...headers });
  response.end(bytes);
};

const sendHtml = (response, status, text) => {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(`<!doctype html><title>${text}</title><h1>${text}</h1>`);
};

const sendImage = (response, image, query, fault) => {
  if (fault?.kind === "huge") {
    response.writeHead(200, { "content-type": "image/png" });
    const pieces = makeHuge({ ...image, format: "png" }, fault.bytes);
    const pump = () => {
      for (let next = pieces.next(); !next.done; next = pieces.next()) {
        if (response.destroyed) return;
        if (!response.write(next.value)) {
          response.once("drain", pump);
          return;
        }
      }
      response.end();
    };
    pump();
    return;
  }
  if (fault?.kind === "bomb") {
    bomb ??= makeBomb();
    sendBytes(response, "image/png", bomb);
    return;
  }
  const wide = Number(query.get("width") ?? image.width);
  const width = wide >= 1 && wide < image.width ? Math.floor(wide) : image.width;
  const height = Math.max(Math.round((image.height * width) / image.width), 1);
  const bytes = makeImage({ ...image, width, height });
  sendBytes(response, mediaType(image), bytes, { "cache-control": "public, max-age=31557600" });
};

const fillCart = (store, lines) => {
  for (const line of lines.split(",")) {
    const [id, quantity] = line.split(":").map(Number);
    const variant = store.variants.get(id);
    const isThere = variant?.product.status === "active" && variant.product.publishedAt !== null;
    if (!isThere || quantity < 1 || quantity > quantityMax) return "not found";
    if (!isForSale(variant)) return "sold out";
  }
  return null;
};

// Whether the path is one of a storefront's.
export const placeOfStorefront = (path) => {
  if (imagePath.test(path)) return "image";
  return path.startsWith("/cart/") || productPath.test(path) ? "storefront" : null;
};

export const answerStorefront = ({ store, path, query, response, fault }) => {
  const image = path.match(imagePath);
  if (image) {
    const found = store.images.get(Number(image[1]));
    if (!found || found.format !== image[2]) throw new ApiError(404, "Not Found");
    sendImage(response, found, query, fault);
    return;
  }
  const cart = path.match(cartPath);
  if (cart) {
    const problem = fillCart(store, cart[1]);
    if (problem) sendHtml(response, problem === "sold out" ? 422 : 404, problem);
    else {
      response.writeHead(302, { location: `/checkouts/cn/${cart[1].replace(/\W/g, "-")}` });
      response.end();
    }
    return;
  }
  const product = store.products.get(store.handles.get(path.match(productPath)?.[1]));
  if (product?.status === "active" && product.publishedAt !== null) {
    sendHtml(response, 200, product.title.replace(/[<&>]/g, " "));
  } else sendHtml(response, 404, "not found");
};
