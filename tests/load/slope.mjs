// Whether a figure that is measured again and again grows: a line through it, and how sure that is.

/** Student's t for 97.5 %, by degrees of freedom (Abramowitz and Stegun, 26.7.5, three terms). */
export function studentT(freedom) {
  const z = 1.959964;
  const one = (z ** 3 + z) / 4;
  const two = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const three = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + one / freedom + two / freedom ** 2 + three / freedom ** 3;
}

/** Means of so many stretches of the points, which lie in order of their time. */
function blocksOf(points, count) {
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * points.length) / count);
    const to = Math.floor(((index + 1) * points.length) / count);
    const part = points.slice(from, to);
    const mean = (pick) => part.reduce((sum, point) => sum + pick(point), 0) / part.length;
    return [mean(([x]) => x), mean(([, y]) => y)];
  });
}

/**
 * The slope of points [x, y], least squares, with the bounds of 95 %. Neighbours of a figure of a
 * process are much alike, so that what counts as independent are means of stretches.
 */
export function slopeOf(points, blocks = 24) {
  const used = points.length > blocks ? blocksOf(points, blocks) : points;
  const count = used.length;
  if (count < 4) throw new Error("too few points for a slope");
  const meanX = used.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = used.reduce((sum, [, y]) => sum + y, 0) / count;
  const spread = used.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = used.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / spread;
  const rest = used.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  const error = studentT(count - 2) * Math.sqrt(rest / (count - 2) / spread);
  return { slope, low: slope - error, high: slope + error, mean: meanY };
}
