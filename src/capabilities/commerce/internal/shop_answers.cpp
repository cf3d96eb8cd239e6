#include "capabilities/commerce/internal/shop_answers.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "capabilities/commerce/product_card.h"
#include "foundation/json_writer.h"
#include "foundation/time.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t description_bytes_max = 160;
constexpr std::size_t variants_max = 6;   // of a product that was found
constexpr std::size_t in_stock_max = 30;  // of a product that was asked for
constexpr std::size_t lines_max = 20;     // of an order

void write_variant(JsonWriter& writer, const Variant& variant) {
  const auto& there = variant.there;
  writer.begin_object().field("variant_id", variant.id).field("title", there.title);
  if (!there.sku.empty()) writer.field("sku", there.sku);
  writer.field("price", money_text(there.price));
  if (there.compare_at_price && *there.compare_at_price > there.price)
    writer.field("price_before", money_text(*there.compare_at_price));
  writer.field("in_stock", there.is_available());
  if (there.inventory) writer.field("stock", *there.inventory);
  writer.end_object();
}

void write_hit(JsonWriter& writer, const ProductHit& hit) {
  const auto& product = hit.product;
  writer.begin_object()
      .field("product_id", product.id)
      .field("title", product.there.title)
      .field("vendor", product.there.vendor)
      .field("description", in_short(product.there.description, description_bytes_max))
      .field("currency", product.currency)
      .field("url", product.there.url)
      .key("variants")
      .begin_array();
  std::size_t count = 0;
  for (auto id : hit.variants) {
    auto variant = std::ranges::find(product.variants, id, &Variant::id);
    if (variant == product.variants.end() || count == variants_max) continue;
    write_variant(writer, *variant);
    ++count;
  }
  writer.end_array().end_object();
}

// Nothing when it is more than can be reckoned with: prices are what a feed says.
std::optional<MicroMoney> total_of(const std::vector<CartEntry>& cart) {
  constexpr auto most = std::numeric_limits<MicroMoney>::max();
  MicroMoney total = 0;
  for (const auto& entry : cart) {
    auto price = entry.variant->there.price;
    if (entry.quantity > 0 && price > (most - total) / entry.quantity) return std::nullopt;
    total += price * entry.quantity;
  }
  return total;
}

}  // namespace

std::string write_search_result(const ProductAnswer& answer) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("total", answer.total);
  if (!answer.corrected.empty()) writer.field("understood_as", answer.corrected);
  writer.key("products").begin_array();
  for (const auto& hit : answer.hits) write_hit(writer, hit);
  writer.end_array().end_object();
  return text;
}

std::string write_stock(const Product& product, std::string_view name) {
  std::vector<const Variant*> variants;
  for (const auto& variant : product.variants)
    if (is_named(variant, name)) variants.push_back(&variant);
  if (variants.empty())
    for (const auto& variant : product.variants) variants.push_back(&variant);
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("product_id", product.id)
      .field("title", product.there.title)
      .field("currency", product.currency)
      .field("variants_count", variants.size())
      .key("variants")
      .begin_array();
  for (std::size_t i = 0; i < std::min(variants.size(), in_stock_max); ++i)
    write_variant(writer, *variants[i]);
  writer.end_array().end_object();
  return text;
}

std::string write_order(const StoreOrder& order) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object()
      .field("found", true)
      .field("order", order.name)
      .field("ordered_at", to_iso8601(order.created_at))
      .field("is_cancelled", order.cancelled_at != 0)
      .field("payment", order.payment_status)
      .field("fulfilment", order.fulfilment_status)
      .field("total", money_text(order.total))
      .field("currency", order.currency)
      .key("items")
      .begin_array();
  for (std::size_t i = 0; i < std::min(order.lines.size(), lines_max); ++i) {
    const auto& line = order.lines[i];
    writer.begin_object()
        .field("title", line.title)
        .field("variant", line.variant)
        .field("quantity", line.quantity)
        .field("sent", line.fulfilled)
        .end_object();
  }
  writer.end_array().key("shipments").begin_array();
  for (std::size_t i = 0; i < std::min(order.shipments.size(), lines_max); ++i) {
    const auto& shipment = order.shipments[i];
    writer.begin_object()
        .field("status", shipment.status)
        .field("carrier", shipment.carrier)
        .field("tracking_number", shipment.number)
        .field("tracking_url", shipment.url)
        .end_object();
  }
  writer.end_array().end_object();
  return text;
}

std::string write_no_order() {
  std::string text;
  JsonWriter(text)
      .begin_object()
      .field("found", false)
      .field("message", "There is no order of this number with this e-mail address")
      .end_object();
  return text;
}

std::string write_cart(const std::vector<CartEntry>& cart, std::string_view url) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("url", url).key("items").begin_array();
  for (const auto& entry : cart) {
    writer.begin_object()
        .field("title", entry.product->there.title)
        .field("variant", entry.variant->there.title)
        .field("quantity", entry.quantity)
        .field("price", money_text(entry.variant->there.price))
        .end_object();
  }
  writer.end_array();
  if (auto total = total_of(cart)) writer.field("total", money_text(*total));
  writer.field("currency", cart.empty() ? "" : cart.front().product->currency).end_object();
  return text;
}

}  // namespace aiva::commerce
