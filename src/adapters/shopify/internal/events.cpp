#include "adapters/shopify/internal/events.h"

#include <array>
#include <utility>

#include "adapters/shopify/internal/address.h"
#include "adapters/shopify/internal/reading.h"
#include "foundation/crypto.h"

namespace aiva::shopify {
namespace {

using Kind = StoreEvent::Kind;

constexpr std::size_t body_bytes_max = 16UL * 1024 * 1024;
constexpr std::size_t header_bytes_max = 200;

constexpr std::array kinds = {
    std::pair{std::string_view("products/create"), Kind::product_changed},
    std::pair{std::string_view("products/update"), Kind::product_changed},
    std::pair{std::string_view("products/delete"), Kind::product_deleted},
    std::pair{std::string_view("collections/create"), Kind::collection_changed},
    std::pair{std::string_view("collections/update"), Kind::collection_changed},
    std::pair{std::string_view("collections/delete"), Kind::collection_changed},
    std::pair{std::string_view("inventory_levels/update"), Kind::inventory_changed},
    std::pair{std::string_view("orders/create"), Kind::order_changed},
    std::pair{std::string_view("orders/updated"), Kind::order_changed},
    std::pair{std::string_view("app/uninstalled"), Kind::uninstalled},
    std::pair{std::string_view("customers/data_request"), Kind::customer_data_request},
    std::pair{std::string_view("customers/redact"), Kind::customer_redact},
    std::pair{std::string_view("shop/redact"), Kind::shop_redact},
};

Kind kind_of(std::string_view topic) {
  for (const auto& [name, kind] : kinds)
    if (name == topic) return kind;
  return Kind::other;
}

std::string header_of(const HttpResponse& delivery, std::string_view name) {
  return std::string(delivery.header(name).substr(0, header_bytes_max));
}

// A number of the body as text; fails when it is missing.
Result<std::string> id_of(const json::Object& body, std::string_view name) {
  auto id = integer_of(body, name);
  if (!id || *id <= 0) return fail(invalid_field(std::string(name), "must be a number"));
  return std::to_string(*id);
}

// Topic and shop stand in headers, which nobody signs. What takes something away counts only for
// the shop that its signed body names.
Result<void> check_shop(const json::Object& body, const StoreEvent& event) {
  bool is_for_law = event.kind == Kind::customer_data_request ||
                    event.kind == Kind::customer_redact || event.kind == Kind::shop_redact;
  auto named = lower(text_of(body, is_for_law ? "shop_domain" : "myshopify_domain"));
  bool may_be_silent = event.kind == Kind::uninstalled;
  if (!is_for_law && !may_be_silent) return {};
  if (named == event.domain || (may_be_silent && named.empty())) return {};
  return fail(ErrorCode::unauthenticated, "The event is not about this shop");
}

Result<void> read_body(const json::Object& body, StoreEvent& event) {
  switch (event.kind) {
    case Kind::product_changed:
    case Kind::product_deleted: {
      TRY(event.product_id, id_of(body, "id"));
      return {};
    }
    case Kind::inventory_changed: {
      TRY(event.inventory_item_id, id_of(body, "inventory_item_id"));
      event.available = integer_of(body, "available");
      return {};
    }
    case Kind::collection_changed: {
      TRY(event.collection.id, id_of(body, "id"));
      event.collection.title = text_of(body, "title");
      return {};
    }
    case Kind::order_changed: {
      TRY(event.order_id, id_of(body, "id"));
      return {};
    }
    case Kind::customer_data_request:
    case Kind::customer_redact:
      if (const auto* customer = object_of(body, "customer"))
        event.customer_email = text_of(*customer, "email");
      return {};
    case Kind::uninstalled:
    case Kind::shop_redact:
    case Kind::other: return {};
  }
  return {};
}

}  // namespace

Result<StoreEvent> read_event(const std::vector<HttpHeader>& headers, std::string_view body,
                              std::string_view secret) {
  HttpResponse delivery{.headers = headers};
  auto digest = hmac_sha256(secret, body);
  auto signature =
      to_base64(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
  bool is_signed = !secret.empty() &&
                   equal_in_constant_time(delivery.header("x-shopify-hmac-sha256"), signature);
  if (!is_signed) return fail(ErrorCode::unauthenticated, "The event's signature does not fit");
  StoreEvent event{.topic = header_of(delivery, "x-shopify-topic"),
                   .delivery = header_of(delivery, "x-shopify-webhook-id"),
                   .event = header_of(delivery, "x-shopify-event-id"),
                   .domain = lower(header_of(delivery, "x-shopify-shop-domain"))};
  event.kind = kind_of(event.topic);
  event.triggered_at = parse_iso8601(delivery.header("x-shopify-triggered-at")).value_or(0);
  if (event.event.empty()) event.event = event.delivery;
  bool is_whole = !event.topic.empty() && !event.event.empty() && is_shop_address(event.domain);
  if (!is_whole) return fail(ErrorCode::invalid, "The event's headers are not complete");
  // One thing that happens may be told under several topics.
  event.event += " " + event.topic;
  TRY(auto value, json::parse(body, {.bytes_max = body_bytes_max, .depth_max = 32}));
  const auto* object = value.if_object();
  if (object == nullptr) return fail(ErrorCode::invalid, "The event is no JSON object");
  TRY_VOID(check_shop(*object, event));
  TRY_VOID(read_body(*object, event));
  return event;
}

}  // namespace aiva::shopify
