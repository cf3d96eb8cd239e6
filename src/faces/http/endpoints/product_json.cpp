#include "faces/http/endpoints/product_json.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capabilities/images/types.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using commerce::Facets;
using commerce::FacetValue;
using commerce::Product;
using commerce::ProductImage;
using commerce::Variant;

template <class Number>
void write_optional(JsonWriter& writer, std::string_view name, std::optional<Number> number) {
  if (number)
    writer.field(name, *number);
  else
    writer.null_field(name);
}

void write_money(JsonWriter& writer, std::string_view name, std::optional<MicroMoney> amount) {
  if (amount)
    writer.field(name, money_text(*amount));
  else
    writer.null_field(name);
}

void write_text_or_null(JsonWriter& writer, std::string_view name, const std::string& text) {
  if (text.empty())
    writer.null_field(name);
  else
    writer.field(name, text);
}

void write_variant(JsonWriter& writer, const Variant& variant, const std::string& currency) {
  const auto& there = variant.there;
  writer.begin_object()
      .field("id", variant.id)
      .field("shopify_id", there.id)
      .field("title", there.title)
      .field("sku", there.sku)
      .field("barcode", there.barcode);
  write_money(writer, "price", there.price);
  write_money(writer, "compare_at_price", there.compare_at_price);
  writer.field("currency", currency);
  write_optional(writer, "inventory", there.inventory);
  writer.field("available", there.is_available()).key("options").begin_array();
  for (const auto& option : there.options)
    writer.begin_object().field("name", option.name).field("value", option.value).end_object();
  writer.end_array().end_object();
}

// The picture is the shop's own; a smaller one is ours once it is kept here.
void write_image(JsonWriter& writer, const ProductImage& image, KnowledgeBaseId base) {
  writer.begin_object().field("shopify_id", image.store_id).field("url", image.source_url);
  if (image.image.is_nil()) {
    writer.null_field("image_id").null_field("thumbnail_url");
  } else {
    images::Image kept{.id = image.image, .knowledge_base = base};
    writer.field("image_id", kept.id).field("thumbnail_url", kept.thumbnail_url());
  }
  writer.field("alt", image.alt).field("status", image.status);
  write_text_or_null(writer, "error_message", image.error);
  writer.end_object();
}

struct PriceRange {
  std::optional<MicroMoney> least{};
  std::optional<MicroMoney> most{};
};

PriceRange prices_of(const std::vector<Variant>& variants) {
  PriceRange range;
  for (const auto& variant : variants) {
    auto price = variant.there.price;
    range.least = std::min(range.least.value_or(price), price);
    range.most = std::max(range.most.value_or(price), price);
  }
  return range;
}

// Of all variants that are counted; nothing when none is.
std::optional<std::int64_t> inventory_of(const std::vector<Variant>& variants) {
  std::optional<std::int64_t> sum;
  for (const auto& variant : variants)
    if (variant.there.inventory) sum = sum.value_or(0) + *variant.there.inventory;
  return sum;
}

// Within an object.
void write_offer(JsonWriter& writer, const Product& product) {
  const auto& there = product.there;
  auto prices = prices_of(product.variants);
  write_money(writer, "price_min", prices.least);
  write_money(writer, "price_max", prices.most);
  writer.field("currency", product.currency);
  write_optional(writer, "inventory", inventory_of(product.variants));
  bool is_available = std::ranges::any_of(
      product.variants, [](const Variant& variant) { return variant.there.is_available(); });
  writer.field("available", is_available && !product.is_deleted);
  write_optional(writer, "rating", there.rating);
  writer.field("rating_count", there.rating_count);
  write_text_or_null(writer, "url", there.url);
}

void write_facet(JsonWriter& writer, std::string_view name, const std::vector<FacetValue>& values) {
  writer.key(name).begin_array();
  for (const auto& value : values)
    writer.begin_object().field("value", value.value).field("count", value.count).end_object();
  writer.end_array();
}

void write_facets(JsonWriter& writer, const Facets& facets) {
  writer.key("facets").begin_object();
  write_facet(writer, "vendors", facets.vendors);
  write_facet(writer, "product_types", facets.types);
  write_facet(writer, "tags", facets.tags);
  write_facet(writer, "collections", facets.collections);
  writer.key("options").begin_array();
  for (const auto& option : facets.options) {
    writer.begin_object().field("name", option.name);
    write_facet(writer, "values", option.values);
    writer.end_object();
  }
  writer.end_array();
  write_money(writer, "price_min", facets.price_least);
  write_money(writer, "price_max", facets.price_most);
  writer.field("in_stock", facets.in_stock).field("out_of_stock", facets.out_of_stock).end_object();
}

}  // namespace

void write_product(JsonWriter& writer, const Product& product) {
  const auto& there = product.there;
  writer.begin_object()
      .field("id", product.id)
      .field("store_id", product.store)
      .field("kb_id", product.knowledge_base)
      .field("shopify_id", there.id)
      .field("title", there.title)
      .field("handle", there.handle)
      .field("description", there.description)
      .field("vendor", there.vendor)
      .field("product_type", there.product_type)
      .field("status", product.is_deleted ? "deleted" : to_string(there.state))
      .field("published", there.is_published)
      .key("tags")
      .begin_array();
  for (const auto& tag : there.tags) writer.value(tag);
  writer.end_array().key("collections").begin_array();
  for (const auto& collection : there.collections)
    writer.begin_object().field("id", collection.id).field("title", collection.title).end_object();
  writer.end_array();
  write_offer(writer, product);
  writer.key("variants").begin_array();
  for (const auto& variant : product.variants) write_variant(writer, variant, product.currency);
  writer.end_array().key("images").begin_array();
  for (const auto& image : product.images) write_image(writer, image, product.knowledge_base);
  writer.end_array()
      .field("embedding_status", product.embedding_status)
      .field("synced_at", to_iso8601(product.synced_at))
      .end_object();
}

void write_product_hit(JsonWriter& writer, const commerce::ProductHit& hit) {
  const auto& product = hit.product;
  writer.begin_object()
      .field("result_id", product.id)
      .field("type", "product")
      .field("kb_id", product.knowledge_base)
      .field("score", hit.score)
      .key("scoring_details")
      .begin_object();
  write_optional(writer, "cosine_similarity", hit.cosine);
  write_optional(writer, "bm25", hit.bm25);
  write_optional(writer, "picture_similarity", hit.picture_cosine);
  writer.end_object().key("product");
  write_product(writer, product);
  writer.key("matching_variants").begin_array();
  for (auto id : hit.variants) {
    auto found = std::ranges::find(product.variants, id, &Variant::id);
    if (found != product.variants.end()) write_variant(writer, *found, product.currency);
  }
  writer.end_array();
  write_text_or_null(writer, "image_url", hit.image_url);
  write_text_or_null(writer, "thumbnail_url", hit.thumbnail_url);
  writer.end_object();
}

void write_product_answer(JsonWriter& writer, const commerce::ProductAnswer& answer) {
  writer.begin_object()
      .field("total_found", answer.total)
      .field("returned", answer.hits.size())
      .key("product_results")
      .begin_array();
  for (const auto& hit : answer.hits) write_product_hit(writer, hit);
  writer.end_array();
  if (answer.facets)
    write_facets(writer, *answer.facets);
  else
    writer.null_field("facets");
  write_text_or_null(writer, "corrected_query", answer.corrected);
  write_text_or_null(writer, "embedding_model", answer.embedding_model);
  writer.field("products_searched", answer.products_searched)
      .field("search_time_ms", answer.search_time_ms)
      .end_object();
}

}  // namespace aiva::http
