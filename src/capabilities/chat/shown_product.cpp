#include "capabilities/chat/shown_product.h"

#include <cstddef>

#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::chat {
namespace {

constexpr std::size_t products_max = 100;

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

std::optional<std::int64_t> integer_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

void write(JsonWriter& writer, const ShownProduct& product) {
  writer.begin_object()
      .field("id", product.id)
      .field("title", product.title)
      .field("description", product.description)
      .field("vendor", product.vendor)
      .field("price_micro", product.price);
  if (product.compare_at_price) writer.field("compare_at_micro", *product.compare_at_price);
  writer.field("currency", product.currency).field("in_stock", product.in_stock);
  if (product.stock) writer.field("stock", *product.stock);
  writer.field("url", product.url)
      .field("image_url", product.image_url)
      .field("thumbnail_url", product.thumbnail_url)
      .field("variant_id", product.variant_id)
      .field("variant_title", product.variant_title)
      .field("kb_id", product.knowledge_base)
      .field("score", product.score)
      .end_object();
}

std::optional<ShownProduct> read(const json::Object& object) {
  auto base = KnowledgeBaseId::parse(text_of(object, "kb_id"));
  auto price = integer_of(object, "price_micro");
  auto id = text_of(object, "id");
  if (!base || !price || !Uuid::parse(id)) return std::nullopt;
  const auto* stock = object.if_contains("in_stock");
  const auto* score = object.if_contains("score");
  return ShownProduct{
      .id = std::move(id),
      .title = text_of(object, "title"),
      .description = text_of(object, "description"),
      .vendor = text_of(object, "vendor"),
      .price = *price,
      .compare_at_price = integer_of(object, "compare_at_micro"),
      .currency = text_of(object, "currency"),
      .in_stock = stock != nullptr && stock->is_bool() && stock->get_bool(),
      .stock = integer_of(object, "stock"),
      .url = text_of(object, "url"),
      .image_url = text_of(object, "image_url"),
      .thumbnail_url = text_of(object, "thumbnail_url"),
      .variant_id = text_of(object, "variant_id"),
      .variant_title = text_of(object, "variant_title"),
      .knowledge_base = *base,
      .score = score != nullptr && score->is_number() ? score->to_number<double>() : 0.0};
}

}  // namespace

std::string products_to_json(const std::vector<ShownProduct>& products) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& product : products) write(writer, product);
  writer.end_array();
  return text;
}

std::vector<ShownProduct> products_from_json(std::string_view text) {
  std::vector<ShownProduct> products;
  if (text.empty() || text == "[]") return products;
  auto parsed = json::parse(text);
  if (!parsed || !parsed->is_array()) return products;
  for (const auto& entry : parsed->get_array()) {
    const auto* object = entry.if_object();
    if (object == nullptr || products.size() == products_max) continue;
    if (auto product = read(*object)) products.push_back(*std::move(product));
  }
  return products;
}

}  // namespace aiva::chat
