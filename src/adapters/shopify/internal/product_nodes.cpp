#include "adapters/shopify/internal/product_nodes.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "adapters/shopify/internal/reading.h"
#include "foundation/text/html_text.h"

namespace aiva::shopify {
namespace {

// The most of each that a product is read with; shops allow 2048 variants and 250 images.
constexpr std::size_t variants_max = 2048;
constexpr std::size_t images_max = 250;
constexpr std::size_t collections_max = 1000;
constexpr std::size_t metafields_max = 250;
constexpr std::size_t tags_max = 250;
constexpr std::size_t options_max = 10;
constexpr double rating_max = 5;

constexpr std::array<std::string_view, 4> list_names = {"variants", "media", "collections",
                                                        "metafields"};

// An unlisted product is active, and nobody finds it in the shop.
void read_state(const json::Object& node, StoreProduct& product) {
  auto status = lower(text_of(node, "status"));
  product.state = parse_product_state(status).value_or(ProductState::active);
  product.is_published = instant_of(node, "publishedAt") != 0 && status != "unlisted";
}

std::optional<MicroMoney> money_of(const json::Object& node, std::string_view name) {
  auto text = text_of(node, name);
  return text.empty() ? std::nullopt : parse_money(text);
}

StoreVariant read_variant(const json::Object& node, std::string id) {
  StoreVariant variant{.id = std::move(id),
                       .title = text_of(node, "title"),
                       .sku = text_of(node, "sku"),
                       .barcode = text_of(node, "barcode"),
                       .price = money_of(node, "price").value_or(0),
                       .compare_at_price = money_of(node, "compareAtPrice")};
  variant.position = static_cast<int>(integer_of(node, "position").value_or(1));
  variant.is_sold_beyond_stock = text_of(node, "inventoryPolicy") == "CONTINUE";
  if (const auto* image = object_of(node, "image")) variant.image_id = text_of(*image, "url");
  if (const auto* item = object_of(node, "inventoryItem")) {
    variant.inventory_item_id = number_of_gid(text_of(*item, "id"), "InventoryItem");
    if (flag_of(*item, "tracked")) variant.inventory = integer_of(node, "inventoryQuantity");
  }
  const auto* options = array_of(node, "selectedOptions");
  for (std::size_t i = 0; options != nullptr && i < std::min(options->size(), options_max); ++i)
    if (const auto* option = (*options)[i].if_object())
      variant.options.push_back({text_of(*option, "name"), text_of(*option, "value")});
  return variant;
}

void add_image(const json::Object& node, std::string id, StoreProduct& product) {
  const auto* image = object_of(node, "image");
  auto url = image == nullptr ? std::string() : text_of(*image, "url");
  // One that is still being worked on has no address yet.
  if (url.empty() || product.images.size() >= images_max) return;
  product.images.push_back({.id = std::move(id),
                            .url = std::move(url),
                            .alt = text_of(node, "alt"),
                            .position = static_cast<int>(product.images.size()) + 1});
}

// An address without its version and size.
std::string_view plain_address(std::string_view url) { return url.substr(0, url.find('?')); }

void join_images(StoreProduct& product) {
  for (auto& variant : product.variants) {
    auto address = std::exchange(variant.image_id, {});
    if (address.empty()) continue;
    auto found = std::ranges::find_if(product.images, [&address](const StoreImage& image) {
      return plain_address(image.url) == plain_address(address);
    });
    if (found != product.images.end()) variant.image_id = found->id;
  }
}

// The standard definitions "reviews.rating": {"value": "4.5", "scale_min": "1.0", "scale_max":
// "5.0"} and "reviews.rating_count".
void read_rating(StoreProduct& product) {
  for (const auto& field : product.metafields) {
    if (field.space != "reviews") continue;
    auto value = json::parse(field.value, {.bytes_max = 1024, .depth_max = 4});
    if (!value) continue;
    if (field.key == "rating_count" && value->is_int64())
      product.rating_count = std::max<std::int64_t>(value->get_int64(), 0);
    const auto* rating = field.key == "rating" ? value->if_object() : nullptr;
    if (rating == nullptr) continue;
    auto stars = number_of(*rating, "value");
    auto most = number_of(*rating, "scale_max").value_or(rating_max);
    if (stars && most > 0) product.rating = std::clamp(*stars * rating_max / most, 0.0, rating_max);
  }
}

}  // namespace

void add_to_product(const json::Object& node, StoreProduct& product) {
  auto gid = text_of(node, "id");
  if (auto id = number_of_gid(gid, "ProductVariant"); !id.empty()) {
    if (product.variants.size() < variants_max)
      product.variants.push_back(read_variant(node, std::move(id)));
  } else if (id = number_of_gid(gid, "MediaImage"); !id.empty()) {
    add_image(node, std::move(id), product);
  } else if (id = number_of_gid(gid, "Collection"); !id.empty()) {
    if (product.collections.size() < collections_max)
      product.collections.push_back({std::move(id), text_of(node, "title")});
  } else if (gid.starts_with("gid://shopify/Metafield/")) {
    if (product.metafields.size() < metafields_max)
      product.metafields.push_back({.space = text_of(node, "namespace"),
                                    .key = text_of(node, "key"),
                                    .type = text_of(node, "type"),
                                    .value = text_of(node, "value")});
  }
}

void read_lists(const json::Object& node, PartialProduct& partial) {
  for (auto name : list_names) {
    const auto* nodes = nodes_of(node, name);
    if (nodes == nullptr) continue;
    for (const auto& one : *nodes)
      if (const auto* object = one.if_object()) add_to_product(*object, partial.product);
    const auto* info = object_of(*object_of(node, name), "pageInfo");
    if (info == nullptr || !flag_of(*info, "hasNextPage")) continue;
    partial.unfinished.push_back({std::string(name), text_of(*info, "endCursor")});
  }
}

Result<PartialProduct> read_product_node(const json::Object& node) {
  PartialProduct partial;
  auto& product = partial.product;
  product.id = number_of_gid(text_of(node, "id"), "Product");
  if (product.id.empty())
    return fail(ErrorCode::unavailable, "The shop's answer makes no sense", "a product without id");
  product.handle = text_of(node, "handle");
  product.title = text_of(node, "title");
  product.description = html_to_text(text_of(node, "descriptionHtml"));
  product.vendor = text_of(node, "vendor");
  product.product_type = text_of(node, "productType");
  product.url = text_of(node, "onlineStoreUrl");
  product.created_at = instant_of(node, "createdAt");
  product.updated_at = instant_of(node, "updatedAt");
  read_state(node, product);
  const auto* tags = array_of(node, "tags");
  for (std::size_t i = 0; tags != nullptr && i < std::min(tags->size(), tags_max); ++i)
    if (const auto* tag = (*tags)[i].if_string()) product.tags.emplace_back(*tag);
  read_lists(node, partial);
  return partial;
}

void finish_product(StoreProduct& product) {
  auto by_position = [](const auto& one) {
    return std::pair(one.position, std::string_view(one.id));
  };
  std::ranges::sort(product.variants, {}, by_position);
  std::ranges::sort(product.images, {}, by_position);
  int position = 0;
  for (auto& variant : product.variants) variant.position = ++position;
  position = 0;
  for (auto& image : product.images) image.position = ++position;
  join_images(product);
  // However a shop lists them, what did not change stays the same.
  std::ranges::sort(product.collections, {}, &StoreCollection::id);
  std::ranges::sort(product.metafields, {}, [](const Metafield& field) {
    return std::pair(std::string_view(field.space), std::string_view(field.key));
  });
  read_rating(product);
}

}  // namespace aiva::shopify
