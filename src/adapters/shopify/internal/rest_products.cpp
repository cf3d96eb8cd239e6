#include "adapters/shopify/internal/rest_products.h"

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/shopify/internal/reading.h"
#include "foundation/text/html_text.h"

namespace aiva::shopify {
namespace {

constexpr std::size_t images_max = 250;
constexpr std::size_t tags_max = 250;

std::string id_of(const json::Object& shown, std::string_view name) {
  auto number = integer_of(shown, name);
  return number && *number > 0 ? std::to_string(*number) : std::string();
}

std::optional<MicroMoney> money_of(const json::Object& shown, std::string_view name) {
  auto text = text_of(shown, name);
  return text.empty() ? std::nullopt : parse_money(text);
}

// "new, sale" of REST.
std::vector<std::string> split_tags(std::string_view text) {
  std::vector<std::string> tags;
  while (!text.empty() && tags.size() < tags_max) {
    auto comma = text.find(',');
    auto tag = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    auto first = tag.find_first_not_of(' ');
    if (first == std::string_view::npos) continue;
    tags.emplace_back(tag.substr(first, tag.find_last_not_of(' ') - first + 1));
  }
  return tags;
}

// Everywhere else images are named by their number as media.
void add_image(const json::Object& shown, StoreProduct& product) {
  auto id = number_of_gid(text_of(shown, "admin_graphql_api_id"), "MediaImage");
  if (id.empty()) id = id_of(shown, "id");
  auto url = text_of(shown, "src");
  if (id.empty() || url.empty()) return;
  product.images.push_back(
      {.id = std::move(id),
       .url = std::move(url),
       .alt = text_of(shown, "alt"),
       .position = static_cast<int>(integer_of(shown, "position").value_or(1))});
}

// The address of an image of a product by its number in REST.
std::string address_of(const json::Object& shown_product, const std::string& id) {
  const auto* images = array_of(shown_product, "images");
  if (id.empty() || images == nullptr) return {};
  for (const auto& value : *images) {
    const auto* image = value.if_object();
    if (image != nullptr && id_of(*image, "id") == id) return text_of(*image, "src");
  }
  return {};
}

std::vector<ChosenOption> read_options(const json::Object& shown,
                                       const json::Object& shown_product) {
  constexpr std::array names = {"option1", "option2", "option3"};
  const auto* options = array_of(shown_product, "options");
  std::vector<ChosenOption> chosen;
  for (std::size_t i = 0; options != nullptr && i < std::min(options->size(), names.size()); ++i) {
    const auto* option = (*options)[i].if_object();
    auto value = text_of(shown, names[i]);
    if (option != nullptr && !value.empty()) chosen.push_back({text_of(*option, "name"), value});
  }
  return chosen;
}

}  // namespace

StoreVariant read_rest_variant(const json::Object& shown, const json::Object& shown_product) {
  StoreVariant variant{.id = id_of(shown, "id"),
                       .title = text_of(shown, "title"),
                       .sku = text_of(shown, "sku"),
                       .barcode = text_of(shown, "barcode"),
                       .price = money_of(shown, "price").value_or(0),
                       .compare_at_price = money_of(shown, "compare_at_price")};
  variant.position = static_cast<int>(integer_of(shown, "position").value_or(1));
  variant.is_sold_beyond_stock = text_of(shown, "inventory_policy") == "continue";
  if (!text_of(shown, "inventory_management").empty())
    variant.inventory = integer_of(shown, "inventory_quantity");
  variant.options = read_options(shown, shown_product);
  variant.image_id = address_of(shown_product, id_of(shown, "image_id"));
  variant.inventory_item_id = id_of(shown, "inventory_item_id");
  return variant;
}

Result<StoreProduct> read_rest_product(const json::Object& shown) {
  StoreProduct product{.id = id_of(shown, "id")};
  if (product.id.empty())
    return fail(ErrorCode::unavailable, "The shop's answer makes no sense", "a product without id");
  product.handle = text_of(shown, "handle");
  product.title = text_of(shown, "title");
  product.description = html_to_text(text_of(shown, "body_html"));
  product.vendor = text_of(shown, "vendor");
  product.product_type = text_of(shown, "product_type");
  auto status = text_of(shown, "status");
  product.state = parse_product_state(status).value_or(ProductState::active);
  product.is_published = instant_of(shown, "published_at") != 0 && status != "unlisted";
  product.tags = split_tags(text_of(shown, "tags"));
  product.created_at = instant_of(shown, "created_at");
  product.updated_at = instant_of(shown, "updated_at");
  const auto* images = array_of(shown, "images");
  for (std::size_t i = 0; images != nullptr && i < std::min(images->size(), images_max); ++i)
    if (const auto* image = (*images)[i].if_object()) add_image(*image, product);
  const auto* variants = array_of(shown, "variants");
  for (std::size_t i = 0; variants != nullptr && i < variants->size(); ++i)
    if (const auto* variant = (*variants)[i].if_object())
      product.variants.push_back(read_rest_variant(*variant, shown));
  return product;
}

Result<ProductTrace> read_rest_trace(const json::Object& shown) {
  ProductTrace trace{.id = id_of(shown, "id"), .updated_at = instant_of(shown, "updated_at")};
  if (trace.id.empty())
    return fail(ErrorCode::unavailable, "The shop's answer makes no sense", "a product without id");
  const auto* variants = array_of(shown, "variants");
  if (variants == nullptr || variants->size() >= rest_variants_shown) return trace;
  for (const auto& value : *variants) {
    const auto* variant = value.if_object();
    if (variant == nullptr) continue;
    bool is_counted = !text_of(*variant, "inventory_management").empty();
    trace.inventories.emplace_back(
        id_of(*variant, "id"),
        is_counted ? integer_of(*variant, "inventory_quantity") : std::nullopt);
  }
  return trace;
}

bool is_for_rest(const ProductScope& scope) { return scope.collections.size() <= 1; }

Result<std::string> rest_path(const ProductScope& scope, UnixMs updated_since, bool is_trace) {
  // From an id on, the list is in the order of ids, which stays.
  std::string path = "products.json?limit=250&since_id=0";
  for (const auto& id : scope.collections) {
    if (!is_number(id)) return fail(invalid_field("collections", "must be numbers"));
    path += "&collection_id=" + id;
  }
  for (std::size_t i = 0; i < scope.states.size(); ++i) {
    path += i == 0 ? "&status=" : ",";
    path += to_string(scope.states[i]);
  }
  if (updated_since > 0) {
    auto instant = to_iso8601(updated_since);
    path += "&updated_at_min=" + instant.substr(0, instant.find('.')) + "Z";
  }
  if (is_trace) path += "&fields=id,updated_at,variants";
  return path;
}

}  // namespace aiva::shopify
