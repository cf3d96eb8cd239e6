// Sorted lists and places in them: a cursor names the last thing seen by what the list is sorted by
// and its id, so that a list which changes meanwhile goes on from there, skipping or repeating what
// moved, as the provider's does.

const compareKeys = (a, b) => {
  if (a[0] !== b[0]) return a[0] < b[0] ? -1 : 1;
  return a[1] - b[1];
};

export const sortBy = (items, keyOf) =>
  [...items]
    .map((item) => [keyOf(item), item])
    .sort(([a], [b]) => compareKeys(a, b))
    .map(([, item]) => item);

// The index of the first item whose key is not below (or, with `isAfter`, is above) that one.
export const placeOf = (items, keyOf, key, isAfter) => {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = compareKeys(keyOf(items[middle]), key);
    if (order < 0 || (isAfter && order === 0)) low = middle + 1;
    else high = middle;
  }
  return low;
};

export const writeCursor = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

// Null for anything that was not written here.
export const readCursor = (text) => {
  try {
    const value = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return writeCursor(value) === text && value !== null && typeof value === "object"
      ? value
      : null;
  } catch {
    return null;
  }
};
