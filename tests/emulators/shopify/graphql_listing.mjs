// Connections: a listing is {items, keyOf}, sorted; a page is cut out of it by first and after, or
// by last and before.
import { badRequest } from "./errors.mjs";
import { placeOf, readCursor, writeCursor } from "./paging.mjs";

const sizeMax = 250;
export const connectionCost = 2;

const readPlace = (text, { items, keyOf }, isAfter) => {
  const cursor = readCursor(text);
  const [value] = items.length > 0 ? keyOf(items[0]) : [cursor?.last_value];
  const isOurs = Number.isInteger(cursor?.last_id) && typeof cursor.last_value === typeof value;
  if (!isOurs) throw badRequest("Invalid cursor for current pagination sort.");
  return placeOf(items, keyOf, [cursor.last_value, cursor.last_id], isAfter);
};

const checkSize = (name, size) => {
  if (size === null || size === undefined) return;
  if (size < 0) throw badRequest(`${name} cannot be negative`);
  if (size > sizeMax) {
    throw badRequest(
      `${name} cannot exceed ${sizeMax}. To query larger amounts of data with fewer limits, ` +
        "bulk operations should be used instead.",
    );
  }
};

const cursorOf = (item, keyOf) => {
  const [last_value, last_id] = keyOf(item);
  return writeCursor({ last_id, last_value });
};

export const pageOfListing = (listing, { first, last, after, before, reverse }) => {
  const isNone = (value) => value === null || value === undefined;
  if (isNone(first) && isNone(last)) throw badRequest("you must provide one of first or last");
  if (!isNone(first) && !isNone(last)) {
    throw badRequest("providing both first and last is not supported");
  }
  checkSize("first", first);
  checkSize("last", last);
  const { items, keyOf } = listing;
  // Places count from the side the list is read from.
  const place = (text, isAfter) =>
    reverse ? items.length - readPlace(text, listing, !isAfter) : readPlace(text, listing, isAfter);
  const low = isNone(after) ? 0 : place(after, true);
  const high = isNone(before) ? items.length : place(before, false);
  const start = isNone(last) ? low : Math.max(high - last, low);
  const end = isNone(first) ? high : Math.min(low + first, high);
  const nodes = reverse
    ? items.slice(items.length - Math.max(end, start), items.length - start).reverse()
    : items.slice(start, Math.max(end, start));
  return {
    nodes,
    get edges() {
      return nodes.map((node) => ({ node, cursor: cursorOf(node, keyOf) }));
    },
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: nodes.length > 0 ? cursorOf(nodes[0], keyOf) : null,
      endCursor: nodes.length > 0 ? cursorOf(nodes.at(-1), keyOf) : null,
    },
  };
};
