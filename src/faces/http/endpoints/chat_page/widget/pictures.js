// Pictures of answers want the visitor's token, so they are fetched; they are drawn on a canvas,
// which pages with a strict policy for images allow, too.

/**
 * @param {Connection} connection
 * @param {string} address below the server's
 * @param {string} words what it shows; empty: it only decorates
 */
function makePicture(connection, address, words) {
  const canvas = make(
    "canvas",
    words ? { role: "img", "aria-label": words } : { "aria-hidden": "true" },
  );
  canvas.width = canvas.height = 0;
  draw(connection, address, canvas).catch(() => canvas.remove());
  return canvas;
}

/**
 * @param {Connection} connection
 * @param {string} address
 * @param {HTMLCanvasElement} canvas
 */
async function draw(connection, address, canvas) {
  const bitmap = await createImageBitmap(await connection.picture(address));
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  bitmap.close();
}

/**
 * The pictures of an answer, which grow when they are pressed.
 * @param {VisitorImage[]} images
 * @param {Connection} connection
 * @param {Words} words
 * @param {(image: VisitorImage, opener: HTMLElement) => void} enlarge
 */
function makePictures(images, connection, words, enlarge) {
  const list = make("ul", { class: "pictures", "aria-label": words.pictures });
  for (const image of images) {
    const label = fillIn(words.enlarge, { name: image.description });
    const button = make("button", { type: "button", "aria-label": label });
    button.append(makePicture(connection, image.thumbnail_url, ""));
    button.addEventListener("click", () => enlarge(image, button));
    list.append(make("li", {}, button));
  }
  return list;
}

/**
 * One picture in full, over the conversation; `closed` is told when it goes.
 * @param {VisitorImage} image
 * @param {Connection} connection
 * @param {Words} words
 * @param {() => void} closed
 */
function makeLightbox(image, connection, words, closed) {
  const label = image.description || words.pictures;
  const box = make("div", {
    class: "lightbox",
    role: "dialog",
    "aria-label": label,
    tabindex: "-1",
  });
  const close = makeIconButton("close", words.closePicture, closed);
  const caption = make("p", {}, image.description);
  box.append(close, makePicture(connection, image.url, image.description), caption);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && event.key !== "Tab") return;
    event.stopPropagation();
    event.preventDefault();
    if (event.key === "Escape") closed();
    else close.focus();
  });
  return box;
}
