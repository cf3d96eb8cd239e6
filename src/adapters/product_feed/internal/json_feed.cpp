#include "adapters/product_feed/internal/json_feed.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "adapters/product_feed/internal/feed_builder.h"
#include "foundation/json.h"

namespace aiva::product_feed {
namespace {

constexpr std::size_t depth_max = 16;
constexpr std::size_t list_max = 2048;
constexpr std::size_t values_max = 10'000'000;
// Fields that are read apart.
constexpr std::array<std::string_view, 8> lists = {
    "variants", "images", "options", "option1", "option2", "option3", "attributes", "metafields"};

// Without an exponent, as people write prices.
std::string number_text(const json::Value& value) {
  if (value.is_int64()) return std::to_string(value.get_int64());
  if (value.is_uint64()) return std::to_string(value.get_uint64());
  std::array<char, 400> text{};
  auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value.get_double(),
                                    std::chars_format::fixed);
  return error == std::errc() ? std::string(text.data(), end) : std::string();
}

// A value as a cell of a table would have it; nothing for what is no plain value.
std::string text_of(const json::Value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  if (value.is_number()) return number_text(value);
  const auto* array = value.if_array();
  if (array == nullptr) return {};
  std::string text;
  for (std::size_t i = 0; i < std::min(array->size(), list_max); ++i) {
    const auto& one = (*array)[i];
    if (one.is_string()) text += std::string(text.empty() ? "" : "\n") + text_of(one);
  }
  return text;
}

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr ? std::string() : text_of(*value);
}

// An image is its address, or an object with `src` or `url`.
std::string address_of(const json::Value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return text_of(value);
  auto address = text_of(*object, "src");
  return address.empty() ? text_of(*object, "url") : address;
}

void read_fields(const json::Object& object, Item& item) {
  for (const auto& [key, value] : object) {
    auto name = std::string_view(key);
    if (std::ranges::find(lists, name) != lists.end()) continue;
    auto field = known_name(name);
    auto option = option_name(name);
    auto text = value.is_object() && field == "image" ? address_of(value) : text_of(value);
    if (text.empty()) continue;
    if (!field.empty())
      item.set(std::string(field), std::move(text));
    else if (!option.empty())
      item.options.push_back({std::string(option), std::move(text)});
  }
}

// {"Color": "red"} of the plain shape.
void read_chosen(const json::Object& object, Item& item) {
  const auto* value = object.if_contains("options");
  const auto* chosen = value == nullptr ? nullptr : value->if_object();
  if (chosen == nullptr) return;
  for (const auto& [key, option] : *chosen)
    if (auto text = text_of(option); !text.empty())
      item.options.push_back({std::string(key), text});
}

// What a product has besides: {"care": "wash cold"}.
void read_others(const json::Object& object, Item& item) {
  for (std::string_view name : {"attributes", "metafields"}) {
    const auto* value = object.if_contains(name);
    const auto* others = value == nullptr ? nullptr : value->if_object();
    if (others == nullptr) continue;
    for (const auto& [key, other] : *others)
      if (auto text = text_of(other); !text.empty())
        item.others.emplace_back(std::string(key), std::move(text));
  }
}

class JsonFeed {
 public:
  explicit JsonFeed(const FeedLimits& limits) : builder_(limits) {}

  Result<void> add(const json::Value& value, std::size_t index) {
    where_ = "products[" + std::to_string(index) + "]";
    const auto* object = value.if_object();
    if (object == nullptr) return fail(ErrorCode::invalid, where_ + " is not an object");
    Item item{.where = where_ + "."};
    read_fields(*object, item);
    read_others(*object, item);
    // Public lists of Shopify say it by a date.
    if (const auto* published = object->if_contains("published_at"))
      item.set("published", published->is_null() ? "false" : "true");
    auto id = std::string(item.get("id"));
    if (id.empty()) id = item.get("handle");
    TRY(auto place, builder_.add_product(item, id));
    TRY_VOID(add_images(*object, item, place));
    const auto* variants = object->if_contains("variants");
    if (variants == nullptr) {
      read_chosen(*object, item);
      return builder_.add_variant(place, item, id);
    }
    return add_variants(*variants, *object, item, place);
  }

  Result<Feed> finish() { return builder_.finish(); }

 private:
  Result<void> add_images(const json::Object& object, const Item& item, std::size_t place) {
    auto first = item.get("image");
    if (!first.empty()) TRY_VOID(builder_.add_image(place, item, first, item.get("image_alt")));
    for (const auto& url : split_list(item.get("images"), " ,|\n", list_max))
      TRY_VOID(builder_.add_image(place, item, url, {}));
    const auto* value = object.if_contains("images");
    const auto* list = value == nullptr ? nullptr : value->if_array();
    if (list == nullptr) return {};
    for (const auto& one : *list) {
      const auto* image = one.if_object();
      auto alt = image == nullptr ? std::string() : text_of(*image, "alt");
      TRY_VOID(builder_.add_image(place, item, address_of(one), alt));
    }
    return {};
  }

  Result<void> add_variants(const json::Value& value, const json::Object& product,
                            const Item& product_item, std::size_t place) {
    const auto* variants = value.if_array();
    if (variants == nullptr) return fail(item_error(product_item, "variants", {}, "is not a list"));
    for (std::size_t i = 0; i < variants->size(); ++i) {
      auto where = where_ + ".variants[" + std::to_string(i) + "]";
      const auto* variant = (*variants)[i].if_object();
      if (variant == nullptr) return fail(ErrorCode::invalid, where + " is not an object");
      TRY_VOID(add_variant(*variant, product, product_item, place, where));
    }
    return {};
  }

  Result<void> add_variant(const json::Object& variant, const json::Object& product,
                           const Item& product_item, std::size_t place, const std::string& where) {
    Item item{.where = where + "."};
    read_fields(variant, item);
    read_chosen(variant, item);
    read_numbered(variant, product, item);
    item.set("variant_title", text_of(variant, "title"));
    item.set("policy", text_of(variant, "inventory_policy"));
    if (const auto* image = variant.if_contains("featured_image"))
      item.set("image", address_of(*image));
    for (std::string_view name : {"currency", "price"})
      if (item.get(name).empty()) item.set(std::string(name), std::string(product_item.get(name)));
    forget_uncounted(variant, item);
    auto id = std::string(item.get("id"));
    if (id.empty()) id = name_variant(place, item);
    return builder_.add_variant(place, item, std::move(id));
  }

  // Of one without an id: below its product, since shops give a SKU to several.
  std::string name_variant(std::size_t place, const Item& item) {
    const auto& owner = builder_.product(place);
    auto id = owner.id;
    for (const auto& option : item.options) id += "/" + option.value;
    if (!item.options.empty()) return id;
    auto sku = std::string(item.get("sku"));
    return id + "/" + (sku.empty() ? std::to_string(owner.variants.size() + 1) : sku);
  }

  // "option1": "red" of Shopify, whose name is with the product.
  static void read_numbered(const json::Object& variant, const json::Object& product, Item& item) {
    constexpr std::array<std::string_view, 3> names = {"option1", "option2", "option3"};
    const auto* value = product.if_contains("options");
    const auto* options = value == nullptr ? nullptr : value->if_array();
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto chosen = text_of(variant, names[i]);
      if (chosen.empty()) continue;
      auto name = "Option" + std::to_string(i + 1);
      if (options != nullptr && i < options->size()) {
        const auto* option = (*options)[i].if_object();
        auto told = option == nullptr ? text_of((*options)[i]) : text_of(*option, "name");
        if (!told.empty()) name = told;
      }
      item.options.push_back({std::move(name), std::move(chosen)});
    }
  }

  // A number beside `inventory_management: null` counts nothing.
  static void forget_uncounted(const json::Object& variant, Item& item) {
    const auto* management = variant.if_contains("inventory_management");
    if (management == nullptr || !management->is_null()) return;
    std::erase_if(item.fields, [](const auto& field) { return field.first == "stock"; });
  }

  FeedBuilder builder_;
  std::string where_{};
};

}  // namespace

Result<Feed> read_json_feed(std::string_view content, const FeedLimits& limits) {
  // At least as many as there are values. A value takes much more memory than it may have bytes.
  auto values =
      std::ranges::count_if(content, [](char c) { return c == ',' || c == '[' || c == '{'; });
  if (static_cast<std::size_t>(values) > values_max)
    return fail(ErrorCode::too_large, "The feed has too many values");
  TRY(auto value, json::parse(content, {.bytes_max = limits.bytes_max, .depth_max = depth_max}));
  const auto* list = value.if_array();
  if (const auto* object = value.if_object()) {
    const auto* products = object->if_contains("products");
    list = products == nullptr ? nullptr : products->if_array();
  }
  if (list == nullptr)
    return fail(ErrorCode::invalid, "The feed is neither a list nor {\"products\": […]}");
  JsonFeed feed(limits);
  for (std::size_t i = 0; i < list->size(); ++i) TRY_VOID(feed.add((*list)[i], i));
  return feed.finish();
}

}  // namespace aiva::product_feed
