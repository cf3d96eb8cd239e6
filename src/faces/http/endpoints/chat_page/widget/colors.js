// Colours that can be read, whatever accent somebody has chosen
// (contrast after https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).

const contrastMin = 4.5;
const surfaces = { light: "#ffffff", dark: "#16191e" };

/** @param {string | undefined} text */
function isColor(text) {
  return /^#[0-9a-f]{6}$/i.test(text ?? "");
}

/** @param {string} color #rrggbb */
function channelsOf(color) {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

/** @param {number[]} channels 0…255 */
function toColor(channels) {
  return `#${channels.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;
}

/** @param {string} color */
function luminanceOf(color) {
  const [red = 0, green = 0, blue = 0] = channelsOf(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * @param {string} one
 * @param {string} other
 */
function contrastOf(one, other) {
  const [low = 0, high = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Black or white, which can be read better. @param {string} background */
function textOn(background) {
  return contrastOf("#ffffff", background) >= contrastOf("#000000", background)
    ? "#ffffff"
    : "#000000";
}

/**
 * The colour moved towards black or white until it can be read as text on the background.
 * @param {string} color
 * @param {string} background
 */
function readableOn(color, background) {
  const goal = textOn(background) === "#ffffff" ? 255 : 0;
  for (let share = 0; share < 1; share += 0.05) {
    const moved = toColor(channelsOf(color).map((value) => value + (goal - value) * share));
    if (contrastOf(moved, background) >= contrastMin) return moved;
  }
  return textOn(background);
}
