#include "adapters/shopify/internal/orders.h"

#include <algorithm>
#include <utility>

#include "adapters/shopify/internal/reading.h"

namespace aiva::shopify {
namespace {

constexpr std::size_t number_bytes_max = 40;
constexpr double orders_cost = 503;
constexpr std::string_view orders_text =
    "query($search: String!) { orders(first: 3, query: $search) { nodes { id name email createdAt "
    "cancelledAt displayFinancialStatus displayFulfillmentStatus currencyCode "
    "totalPriceSet { shopMoney { amount } } "
    "lineItems(first: 100) { nodes { title variantTitle sku quantity unfulfilledQuantity } } "
    "fulfillments(first: 10) { status displayStatus "
    "trackingInfo(first: 3) { company number url } } } } }";

// "#1001" as "1001", in small letters.
std::string plain_number(std::string_view number) {
  auto first = number.find_first_not_of(" #");
  if (first == std::string_view::npos) return {};
  return lower(number.substr(first, number.find_last_not_of(' ') - first + 1));
}

// Shops may put letters around the number: "EN1001-A". Nothing that a search understands.
bool is_order_number(std::string_view number) {
  auto is_allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
  };
  return !number.empty() && number.size() <= number_bytes_max &&
         std::ranges::all_of(number, is_allowed);
}

void add_shipments(const json::Object& fulfilment, StoreOrder& order) {
  auto status = text_of(fulfilment, "displayStatus");
  if (status.empty()) status = text_of(fulfilment, "status");
  const auto* ways = array_of(fulfilment, "trackingInfo");
  if (ways == nullptr || ways->empty()) {
    order.shipments.push_back({.status = lower(status)});
    return;
  }
  for (const auto& value : *ways) {
    const auto* way = value.if_object();
    if (way == nullptr) continue;
    order.shipments.push_back({.status = lower(status),
                               .carrier = text_of(*way, "company"),
                               .number = text_of(*way, "number"),
                               .url = text_of(*way, "url")});
  }
}

OrderLine read_line(const json::Object& node) {
  OrderLine line{.title = text_of(node, "title"),
                 .variant = text_of(node, "variantTitle"),
                 .sku = text_of(node, "sku"),
                 .quantity = integer_of(node, "quantity").value_or(1)};
  line.fulfilled = line.quantity - integer_of(node, "unfulfilledQuantity").value_or(line.quantity);
  return line;
}

StoreOrder read_order(const json::Object& node) {
  StoreOrder order{.id = number_of_gid(text_of(node, "id"), "Order"),
                   .name = text_of(node, "name"),
                   .email = text_of(node, "email"),
                   .created_at = instant_of(node, "createdAt"),
                   .cancelled_at = instant_of(node, "cancelledAt"),
                   .payment_status = lower(text_of(node, "displayFinancialStatus")),
                   .fulfilment_status = lower(text_of(node, "displayFulfillmentStatus")),
                   .currency = text_of(node, "currencyCode")};
  if (order.fulfilment_status == "partially_fulfilled") order.fulfilment_status = "partial";
  const auto* total = object_of(node, "totalPriceSet");
  const auto* money = total == nullptr ? nullptr : object_of(*total, "shopMoney");
  if (money != nullptr) order.total = parse_money(text_of(*money, "amount")).value_or(0);
  if (const auto* lines = nodes_of(node, "lineItems"))
    for (const auto& value : *lines)
      if (const auto* line = value.if_object()) order.lines.push_back(read_line(*line));
  if (const auto* fulfilments = array_of(node, "fulfillments"))
    for (const auto& value : *fulfilments)
      if (const auto* fulfilment = value.if_object()) add_shipments(*fulfilment, order);
  return order;
}

}  // namespace

Task<Result<std::optional<StoreOrder>>> find_order(AdminApi& api, CallContext context,
                                                   StoreAccess access, std::string number) {
  auto wanted = plain_number(number);
  if (!is_order_number(wanted)) co_return std::nullopt;
  Query query{.text = std::string(orders_text), .cost = orders_cost};
  query.variables["search"] = "name:\"" + wanted + "\"";
  auto asking = api.query(context, std::move(access), std::move(query));
  CO_TRY(auto data, co_await std::move(asking));
  const auto* nodes = nodes_of(data.get_object(), "orders");
  if (nodes == nullptr)
    co_return fail(ErrorCode::unavailable, "The shop's answer makes no sense", "no orders");
  for (const auto& value : *nodes) {
    const auto* node = value.if_object();
    // A search finds what is like it, too.
    if (node != nullptr && plain_number(text_of(*node, "name")) == wanted)
      co_return read_order(*node);
  }
  co_return std::nullopt;
}

}  // namespace aiva::shopify
