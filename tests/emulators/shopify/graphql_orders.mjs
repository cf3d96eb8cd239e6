// Orders in GraphQL.
import { writeUtc } from "./clock.mjs";
import {
  byId,
  commonSorts,
  countOf,
  idOf,
  legacyId,
  listing,
  moneyBag,
  numberOf,
  requireScope,
  small,
  time,
} from "./graphql_fields.mjs";
import { ordersFor } from "./rest.mjs";
import { orderSearch } from "./search.mjs";
import { totalOf } from "./store.mjs";

const orderSorts = {
  ID: byId,
  RELEVANCE: byId,
  CREATED_AT: commonSorts.CREATED_AT,
  PROCESSED_AT: commonSorts.CREATED_AT,
  UPDATED_AT: commonSorts.UPDATED_AT,
  ORDER_NUMBER: (order) => [order.orderNumber, order.id],
  TOTAL_PRICE: (order) => [totalOf(order), order.id],
  CURRENT_TOTAL_PRICE: (order) => [totalOf(order), order.id],
};
const fulfilments = { null: "UNFULFILLED", partial: "PARTIALLY_FULFILLED", fulfilled: "FULFILLED" };

const orderListing = (run, field, args) => {
  requireScope(run, "read_orders", field);
  return listing(run, field, {
    name: "orders",
    scope: run.scopes.has("read_all_orders") ? "all" : "",
    args,
    items: () => ordersFor(run.shop, run.scopes),
    search: orderSearch,
    sorts: orderSorts,
  });
};
// What is left to send: nothing of an order that was sent, half of one that was sent in part.
const linesOf = ({ lines, fulfillmentStatus }) =>
  lines.map((line) => ({
    ...line,
    unfulfilledQuantity:
      fulfillmentStatus === "fulfilled"
        ? 0
        : Math.floor(line.quantity / (fulfillmentStatus === "partial" ? 2 : 1)),
  }));
const quantityOf = ({ lines }) => lines.reduce((sum, { quantity }) => sum + quantity, 0);

export const orderQueries = {
  order: (_, { id }, run, field) => {
    requireScope(run, "read_orders", field);
    const wanted = numberOf(id, "Order");
    return ordersFor(run.shop, run.scopes).find((order) => order.id === wanted) ?? null;
  },
  orders: (_, args, run, field) => orderListing(run, field, args),
  ordersCount: (_, args, run, field) => countOf(orderListing(run, field, args), args),
};

export const orderResolvers = {
  Order: {
    id: idOf("Order"),
    legacyResourceId: legacyId,
    phone: () => null,
    note: () => null,
    createdAt: time("createdAt"),
    updatedAt: time("updatedAt"),
    processedAt: time("createdAt"),
    cancelledAt: time("cancelledAt"),
    closedAt: time("closedAt"),
    cancelReason: ({ cancelledAt }) => (cancelledAt === null ? null : "CUSTOMER"),
    closed: ({ closedAt }) => closedAt !== null,
    confirmed: () => true,
    test: () => false,
    currencyCode: (_, args, { shop }) => shop.currency,
    statusPageUrl: ({ id }, args, { shop }) => `https://${shop.domain}/orders/${id}/status`,
    displayFulfillmentStatus: ({ fulfillmentStatus }) => fulfilments[fulfillmentStatus],
    displayFinancialStatus: ({ financialStatus }) => financialStatus.toUpperCase(),
    totalPriceSet: (order, args, run) => moneyBag(totalOf(order), run),
    currentTotalPriceSet: (order, args, run) => moneyBag(totalOf(order), run),
    subtotalPriceSet: (order, args, run) => moneyBag(totalOf(order), run),
    lineItems: (order) => small(linesOf(order), byId),
    fulfillments: ({ fulfillments }, { first }) =>
      fulfillments.slice(0, first ?? fulfillments.length),
    metafield: () => null,
    metafields: () => small([], byId),
  },
  Customer: {
    id: idOf("Customer"),
    legacyResourceId: legacyId,
    displayName: ({ firstName, lastName }) => `${firstName} ${lastName}`,
  },
  LineItem: {
    id: idOf("LineItem"),
    name: ({ title, variantTitle }) => `${title} - ${variantTitle}`,
    currentQuantity: ({ quantity }) => quantity,
    requiresShipping: () => true,
    originalUnitPriceSet: ({ price }, args, run) => moneyBag(price, run),
    originalTotalSet: ({ price, quantity }, args, run) => moneyBag(price * quantity, run),
    product: ({ productId }, args, { store }) => store.products.get(productId) ?? null,
    variant: ({ variantId }, args, { store }) => store.variants.get(variantId) ?? null,
  },
  Fulfillment: {
    id: idOf("Fulfillment"),
    legacyResourceId: legacyId,
    name: ({ order }) => `${order.name}-F1`,
    status: ({ status }) => status.toUpperCase(),
    displayStatus: () => "FULFILLED",
    createdAt: ({ createdAt }) => writeUtc(createdAt),
    updatedAt: ({ updatedAt }) => writeUtc(updatedAt),
    deliveredAt: () => null,
    estimatedDeliveryAt: () => null,
    inTransitAt: () => null,
    totalQuantity: ({ order }) => quantityOf(order),
    trackingInfo: ({ tracking }) => (tracking ? [tracking] : []),
  },
};
