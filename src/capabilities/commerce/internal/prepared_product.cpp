#include "capabilities/commerce/internal/prepared_product.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "foundation/crypto.h"
#include "foundation/json_writer.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t id_bytes_max = 255;
constexpr std::size_t name_bytes_max = 1024;
constexpr std::size_t description_bytes_max = 64UL * 1024;
constexpr std::size_t url_bytes_max = 2048;
constexpr std::size_t value_bytes_max = 16UL * 1024;
constexpr std::size_t tags_max = 500;
constexpr std::size_t collections_max = 500;
constexpr std::size_t metafields_max = 250;
constexpr std::size_t variants_max = 2048;
constexpr std::size_t options_max = 10;
constexpr std::size_t option_values_told = 20;  // of one name, in the text of the vector
constexpr double rating_max = 5;

void fit(std::string& text, std::size_t bytes_max) {
  if (!is_valid_utf8(text)) text = repair_utf8(text);
  if (text.size() > bytes_max) text = std::string(utf8_prefix(text, bytes_max));
  // A row of text holds no zero byte.
  std::erase(text, '\0');
}

template <class T>
void cut(std::vector<T>& list, std::size_t count_max) {
  if (list.size() > count_max) list.erase(list.begin() + std::ptrdiff_t(count_max), list.end());
}

// Where it stands; of one place the order is always the same.
template <class T>
std::pair<int, std::string_view> place_of(const T& part) {
  return {part.position, part.id};
}

bool is_web_address(std::string_view url) {
  bool is_web = url.starts_with("https://") || url.starts_with("http://");
  return is_web && url.size() <= url_bytes_max && is_valid_utf8(url) &&
         std::ranges::none_of(
             url, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7F'; });
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

void fit_words(StoreProduct& product) {
  fit(product.handle, name_bytes_max);
  fit(product.title, name_bytes_max);
  fit(product.description, description_bytes_max);
  fit(product.vendor, name_bytes_max);
  fit(product.product_type, name_bytes_max);
  if (!is_web_address(product.url)) product.url.clear();
  for (auto& tag : product.tags) fit(tag, name_bytes_max);
  std::erase_if(product.tags, [](const std::string& tag) { return is_blank(tag); });
  cut(product.tags, tags_max);
  for (auto& collection : product.collections) {
    fit(collection.id, id_bytes_max);
    fit(collection.title, name_bytes_max);
  }
  cut(product.collections, collections_max);
  std::erase_if(product.metafields,
                [](const Metafield& field) { return field.value.size() > value_bytes_max; });
  for (auto& field : product.metafields) {
    fit(field.space, id_bytes_max);
    fit(field.key, id_bytes_max);
    fit(field.type, id_bytes_max);
    fit(field.value, value_bytes_max);
  }
  cut(product.metafields, metafields_max);
  if (product.rating && !(*product.rating >= 0 && *product.rating <= rating_max))
    product.rating.reset();
  product.rating_count = std::max<std::int64_t>(product.rating_count, 0);
}

// Pictures with an address and an id of their own.
void fit_images(StoreProduct& product, int images_max) {
  std::unordered_set<std::string> ids;
  std::erase_if(product.images, [&ids](const StoreImage& image) {
    return !is_store_id(image.id) || !is_web_address(image.url) || !ids.insert(image.id).second;
  });
  std::ranges::sort(product.images, {}, place_of<StoreImage>);
  cut(product.images, static_cast<std::size_t>(std::max(images_max, 0)));
  int position = 0;
  for (auto& image : product.images) {
    fit(image.alt, name_bytes_max);
    image.position = ++position;
  }
}

Result<void> fit_variants(StoreProduct& product) {
  if (product.variants.empty()) return fail(ErrorCode::invalid, "The product has no variant");
  if (product.variants.size() > variants_max)
    return fail(ErrorCode::invalid, "The product has too many variants");
  std::ranges::sort(product.variants, {}, place_of<StoreVariant>);
  std::unordered_set<std::string> ids;
  int position = 0;
  for (auto& variant : product.variants) {
    if (!is_store_id(variant.id)) return fail(ErrorCode::invalid, "A variant has no id");
    if (!ids.insert(variant.id).second)
      return fail(ErrorCode::invalid, "Two variants have the same id");
    if (variant.price < 0) return fail(ErrorCode::invalid, "A variant costs less than nothing");
    fit(variant.title, name_bytes_max);
    fit(variant.sku, id_bytes_max);
    fit(variant.barcode, id_bytes_max);
    fit(variant.image_id, id_bytes_max);
    fit(variant.inventory_item_id, id_bytes_max);
    cut(variant.options, options_max);
    for (auto& option : variant.options) {
      fit(option.name, id_bytes_max);
      fit(option.value, name_bytes_max);
    }
    variant.position = ++position;
  }
  return {};
}

void write_variant(JsonWriter& json, const StoreVariant& variant) {
  json.begin_object().field("id", variant.id).field("title", variant.title);
  json.field("sku", variant.sku).field("barcode", variant.barcode).field("price", variant.price);
  if (variant.compare_at_price) json.field("compare_at_price", *variant.compare_at_price);
  if (variant.inventory) json.field("inventory", *variant.inventory);
  json.field("beyond_stock", variant.is_sold_beyond_stock).field("image", variant.image_id);
  json.field("item", variant.inventory_item_id).key("options").begin_array();
  for (const auto& option : variant.options) json.value(option.name).value(option.value);
  json.end_array().end_object();
}

// All that is kept of a product, in one text.
std::string content_of(const StoreProduct& product, const std::string& currency) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("handle", product.handle).field("title", product.title);
  json.field("description", product.description).field("vendor", product.vendor);
  json.field("type", product.product_type).field("state", to_string(product.state));
  json.field("is_published", product.is_published).field("url", product.url);
  json.field("currency", currency);
  if (product.rating) json.field("rating", *product.rating);
  json.field("rating_count", product.rating_count).key("tags").begin_array();
  for (const auto& tag : product.tags) json.value(tag);
  json.end_array().key("collections").begin_array();
  for (const auto& collection : product.collections)
    json.value(collection.id).value(collection.title);
  json.end_array().key("metafields").begin_array();
  for (const auto& field : product.metafields)
    json.value(field.space).value(field.key).value(field.type).value(field.value);
  json.end_array().key("variants").begin_array();
  for (const auto& variant : product.variants) write_variant(json, variant);
  json.end_array().key("images").begin_array();
  for (const auto& image : product.images) json.value(image.id).value(image.url).value(image.alt);
  json.end_array().end_object();
  return out;
}

void add_part(std::string& text, std::string_view part) {
  if (is_blank(part)) return;
  if (!text.empty()) text += ". ";
  text += part;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

// "Colour: red, blue" of every name, as they come.
std::vector<std::string> option_lines(const StoreProduct& product) {
  std::vector<std::pair<std::string, std::vector<std::string>>> names;
  for (const auto& variant : product.variants)
    for (const auto& option : variant.options) {
      auto found = std::ranges::find(names, option.name,
                                     [](const auto& name) -> const auto& { return name.first; });
      if (found == names.end()) found = names.insert(names.end(), {option.name, {}});
      auto& values = found->second;
      bool is_new = std::ranges::find(values, option.value) == values.end();
      if (is_new && values.size() < option_values_told) values.push_back(option.value);
    }
  std::vector<std::string> lines;
  for (const auto& [name, values] : names) {
    // What shops call the only variant of a product says nothing.
    bool is_said = name != "Title" || values != std::vector<std::string>{"Default Title"};
    if (is_said) lines.push_back(name + ": " + joined(values));
  }
  return lines;
}

std::string text_of(const StoreProduct& product, std::size_t bytes_max) {
  std::string text;
  add_part(text, product.title);
  add_part(text, product.vendor);
  add_part(text, product.product_type);
  add_part(text, joined(product.tags));
  for (const auto& line : option_lines(product)) add_part(text, line);
  add_part(text, product.description);
  return std::string(utf8_prefix(text, bytes_max));
}

void add_figures(PreparedProduct& prepared) {
  const auto& variants = prepared.there.variants;
  auto [least, most] = std::ranges::minmax_element(variants, {}, &StoreVariant::price);
  prepared.price_min = least->price;
  prepared.price_max = most->price;
  for (const auto& variant : variants)
    if (variant.inventory) prepared.inventory = prepared.inventory.value_or(0) + *variant.inventory;
}

}  // namespace

bool is_store_id(std::string_view id) {
  return !id.empty() && id.size() <= id_bytes_max && is_valid_utf8(id) &&
         std::ranges::none_of(
             id, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
}

bool is_in_scope(const StoreProduct& product, const ProductScope& scope) {
  if (!scope.states.empty() && std::ranges::find(scope.states, product.state) == scope.states.end())
    return false;
  if (scope.collections.empty()) return true;
  return std::ranges::any_of(product.collections, [&scope](const StoreCollection& collection) {
    return std::ranges::find(scope.collections, collection.id) != scope.collections.end();
  });
}

Result<PreparedProduct> prepare(StoreProduct product, const PrepareSettings& settings) {
  if (!is_store_id(product.id)) return fail(ErrorCode::invalid, "The product has no id");
  fit_words(product);
  if (is_blank(product.title)) return fail(ErrorCode::invalid, "The product has no title");
  TRY_VOID(fit_variants(product));
  fit_images(product, settings.images_max);
  PreparedProduct prepared{.there = std::move(product)};
  add_figures(prepared);
  prepared.content_hash = to_hex(sha256(content_of(prepared.there, settings.currency)));
  prepared.text = text_of(prepared.there, settings.text_bytes_max);
  prepared.text_hash = to_hex(sha256(prepared.text));
  return prepared;
}

}  // namespace aiva::commerce
