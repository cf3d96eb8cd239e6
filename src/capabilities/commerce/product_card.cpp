#include "capabilities/commerce/product_card.h"

#include <algorithm>

#include "foundation/json_writer.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t description_bytes_max = 240;
constexpr std::size_t sentence_bytes_least = 60;

void write_card(JsonWriter& writer, const ProductHit& hit) {
  const auto& product = hit.product;
  const auto& variant = best_variant(hit).there;
  writer.begin_object()
      .field("id", product.id)
      .field("title", product.there.title)
      .field("description", in_short(product.there.description, description_bytes_max))
      .field("vendor", product.there.vendor)
      .field("price_micro", variant.price);
  if (variant.compare_at_price) writer.field("compare_at_micro", *variant.compare_at_price);
  writer.field("currency", product.currency).field("in_stock", variant.is_available());
  if (variant.inventory) writer.field("stock", *variant.inventory);
  writer.field("url", product.there.url)
      .field("image_url", hit.image_url)
      .field("thumbnail_url", hit.thumbnail_url)
      .field("variant_id", best_variant(hit).id)
      .field("variant_title", variant.title)
      .field("kb_id", product.knowledge_base)
      .field("score", hit.score)
      .end_object();
}

}  // namespace

const Variant& best_variant(const ProductHit& hit) {
  const auto& variants = hit.product.variants;
  AIVA_ASSERT(!variants.empty());
  if (hit.variants.empty()) return variants.front();
  auto best = std::ranges::find(variants, hit.variants.front(), &Variant::id);
  return best == variants.end() ? variants.front() : *best;
}

std::string in_short(std::string_view text, std::size_t bytes_max) {
  std::string line;
  for (char c : utf8_prefix(text, 4 * bytes_max)) {
    bool is_space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!is_space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  if (line.ends_with(' ')) line.pop_back();
  if (line.size() <= bytes_max) return line;
  std::string cut(utf8_prefix(line, bytes_max));
  auto sentence = cut.find_last_of(".!?");
  if (sentence != std::string::npos && sentence >= sentence_bytes_least)
    return cut.substr(0, sentence + 1);
  auto word = cut.find_last_of(' ');
  if (word != std::string::npos && word > 0) cut.resize(word);
  return cut + "…";
}

std::string product_cards(std::span<const ProductHit> hits) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& hit : hits)
    if (!hit.product.variants.empty()) write_card(writer, hit);
  writer.end_array();
  return text;
}

}  // namespace aiva::commerce
