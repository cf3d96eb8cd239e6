// Makes elements; text is only ever text.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | undefined>} [attributes] true: without a value
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

// Outlines in a square of 24; each is one path.
const icons = {
  chat: "M4 5h16v11H9l-5 4z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M4 12h15M13 6l6 6-6 6",
  stop: "M7 7h10v10H7z",
  again: "M19 12a7 7 0 1 1-2-5M18 3v4h-4",
  call: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5z",
  back: "M20 12H5M11 6l-6 6 6 6",
  up: "M7 11v9H4v-9zM7 11l4-7a2 2 0 0 1 2 2v4h5a2 2 0 0 1 2 2l-1.5 6a2 2 0 0 1-2 2H7",
  down: "M17 13V4h3v9zM17 13l-4 7a2 2 0 0 1-2-2v-4H6a2 2 0 0 1-2-2l1.5-6a2 2 0 0 1 2-2H17",
};

const svg = "http://www.w3.org/2000/svg";

/** @param {keyof typeof icons} name */
function makeIcon(name) {
  const icon = document.createElementNS(svg, "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  icon.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(svg, "path");
  path.setAttribute("d", icons[name]);
  icon.append(path);
  return icon;
}

/**
 * A button that shows an icon and is named by its words.
 * @param {keyof typeof icons} icon
 * @param {string} words
 * @param {() => void} act
 */
function makeIconButton(icon, words, act) {
  const button = make("button", { type: "button", class: "icon-button", "aria-label": words });
  button.title = words;
  button.append(makeIcon(icon));
  button.addEventListener("click", act);
  return button;
}
