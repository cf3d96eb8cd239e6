#include "adapters/product_feed/internal/feed_builder.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "foundation/text/html_text.h"
#include "foundation/text/utf8.h"

namespace aiva::product_feed {
namespace {

constexpr std::size_t id_bytes_max = 256;
constexpr std::size_t title_bytes_max = 1024;
constexpr std::size_t url_bytes_max = 2048;
constexpr std::size_t other_bytes_max = 4096;
constexpr std::size_t variants_max = 2048;
constexpr std::size_t images_max = 250;
constexpr std::size_t tags_max = 250;
constexpr std::size_t collections_max = 100;
constexpr std::size_t collections_in_all_max = 1000;
constexpr double rating_max = 5;
constexpr std::int64_t count_max = 1'000'000'000;
constexpr std::size_t entry_bytes = 64;  // of a table by ids, besides the id

std::string short_text(std::string_view text, std::size_t bytes_max) {
  return std::string(utf8_prefix(repair_utf8(text), bytes_max));
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return result;
}

Result<void> check_id(const Item& item, const std::string& id) {
  if (id.empty()) return fail(item_error(item, "id", {}, "is missing"));
  if (id.size() > id_bytes_max) return fail(item_error(item, "id", id, "is too long"));
  return {};
}

Result<std::string> read_url(const Item& item, std::string_view name, std::string_view text) {
  bool is_url = text.starts_with("https://") || text.starts_with("http://");
  bool is_sound = is_url && text.size() <= url_bytes_max && is_valid_utf8(text) &&
                  text.find_first_of(" \t\r\n\"<>") == std::string_view::npos;
  if (!is_sound) return fail(item_error(item, name, text, "is not an address (https://…)"));
  return std::string(text);
}

Result<std::int64_t> read_count(const Item& item, std::string_view name) {
  auto text = item.get(name);
  std::int64_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole) return fail(item_error(item, name, text, "is not a whole number"));
  // What is counted is added up.
  if (count < -count_max || count > count_max)
    return fail(item_error(item, name, text, "is too large"));
  return count;
}

Result<double> read_rating(const Item& item) {
  auto text = item.get("rating");
  double rating = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rating);
  bool is_rating = error == std::errc() && end == text.data() + text.size() && rating >= 0 &&
                   rating <= rating_max;
  if (!is_rating) return fail(item_error(item, "rating", text, "is not between 0 and 5"));
  return rating;
}

Result<bool> read_flag(const Item& item, std::string_view name) {
  auto text = lower(item.get(name));
  if (text == "true" || text == "1" || text == "yes") return true;
  if (text == "false" || text == "0" || text == "no") return false;
  return fail(item_error(item, name, text, "is neither true nor false"));
}

// With an offset or Z; a day alone is its beginning.
Result<UnixMs> read_instant(const Item& item, std::string_view name) {
  auto text = std::string(item.get(name));
  std::int64_t offset_minutes = 0;
  if (text.size() == 10) text += "T00:00:00Z";
  if (text.size() > 6 && (text[text.size() - 6] == '+' || text[text.size() - 6] == '-')) {
    int hours = 0;
    int minutes = 0;
    const char* digits = text.data() + text.size() - 5;
    std::from_chars(digits, digits + 2, hours);
    std::from_chars(digits + 3, digits + 5, minutes);
    offset_minutes = (text[text.size() - 6] == '+' ? 1 : -1) * (hours * 60 + minutes);
    text.replace(text.size() - 6, 6, "Z");
  }
  auto instant = parse_iso8601(text);
  if (!instant) return fail(item_error(item, name, item.get(name), "is not a date and time"));
  return *instant - offset_minutes * 60'000;
}

Result<void> read_state(const Item& item, StoreProduct& product) {
  if (auto text = item.get("status"); !text.empty()) {
    auto state = parse_product_state(lower(text));
    if (!state && lower(text) != "unlisted")
      return fail(item_error(item, "status", text, "is not active, draft or archived"));
    product.state = state.value_or(ProductState::active);
    if (!state) product.is_published = false;
  }
  if (!item.get("published").empty()) {
    TRY(auto is_published, read_flag(item, "published"));
    product.is_published = is_published && product.is_published;
  }
  return {};
}

// "in stock" of Google Merchant, or true; nothing where the feed counts pieces.
Result<void> read_availability(const Item& item, StoreVariant& variant) {
  auto text = lower(item.get("availability"));
  std::ranges::replace(text, '_', ' ');
  if (text.empty()) return {};
  bool is_there = text == "in stock" || text == "true" || text == "1" || text == "yes";
  bool is_gone = text == "out of stock" || text == "false" || text == "0" || text == "no" ||
                 text == "discontinued";
  bool comes_later = text == "preorder" || text == "backorder";
  if (!is_there && !is_gone && !comes_later)
    return fail(item_error(item, "availability", text, "is not in_stock or out_of_stock"));
  if (is_gone && !variant.inventory) variant.inventory = 0;
  if (comes_later) variant.is_sold_beyond_stock = true;
  return {};
}

Result<void> read_stock(const Item& item, StoreVariant& variant) {
  if (!item.get("stock").empty()) {
    TRY(variant.inventory, read_count(item, "stock"));
  }
  auto policy = lower(item.get("policy"));
  if (!policy.empty() && policy != "deny" && policy != "continue")
    return fail(item_error(item, "policy", policy, "is not deny or continue"));
  variant.is_sold_beyond_stock = policy == "continue";
  return read_availability(item, variant);
}

Result<void> read_numbers(const Item& item, StoreProduct& product) {
  if (!item.get("rating").empty()) {
    TRY(product.rating, read_rating(item));
  }
  if (!item.get("rating_count").empty()) {
    TRY(auto count, read_count(item, "rating_count"));
    product.rating_count = std::max<std::int64_t>(count, 0);
  }
  if (!item.get("created_at").empty()) {
    TRY(product.created_at, read_instant(item, "created_at"));
  }
  if (!item.get("updated_at").empty()) {
    TRY(product.updated_at, read_instant(item, "updated_at"));
  }
  return {};
}

// About what they take in memory.
std::size_t bytes_of(const StoreProduct& product) {
  auto bytes = sizeof(StoreProduct) + entry_bytes + 2 * product.id.size() + product.handle.size() +
               product.title.size() + product.description.size() + product.vendor.size() +
               product.product_type.size() + product.url.size();
  for (const auto& tag : product.tags) bytes += sizeof(std::string) + tag.size();
  for (const auto& one : product.collections)
    bytes += sizeof(StoreCollection) + 2 * one.title.size();
  for (const auto& field : product.metafields)
    bytes += sizeof(field) + field.key.size() + field.value.size();
  return bytes;
}

std::size_t bytes_of(const StoreVariant& variant) {
  auto bytes = sizeof(StoreVariant) + entry_bytes + 2 * variant.id.size() + variant.title.size() +
               variant.sku.size() + variant.barcode.size();
  for (const auto& option : variant.options)
    bytes += sizeof(option) + option.name.size() + option.value.size();
  return bytes;
}

std::string join_options(const std::vector<ChosenOption>& options) {
  std::string title;
  for (const auto& option : options) title += (title.empty() ? "" : " / ") + option.value;
  return title;
}

}  // namespace

Result<void> FeedBuilder::add_row(const Item& item) {
  auto id = std::string(item.get("id"));
  if (id.empty()) id = item.get("sku");
  TRY_VOID(check_id(item, id));
  auto group = std::string(item.get("group"));
  auto product_id = group.empty() ? id : group;
  bool is_another = !group.empty() && has_product(group);
  std::size_t place = 0;
  if (is_another) {
    place = place_of(group);
  } else {
    TRY(place, add_product(item, product_id));
  }
  for (const auto& url : split_list(item.get("image"), " ,|\n", images_max))
    TRY_VOID(add_image(place, item, url, item.get("image_alt")));
  for (const auto& url : split_list(item.get("images"), " ,|\n", images_max))
    TRY_VOID(add_image(place, item, url, {}));
  return add_variant(place, item, std::move(id));
}

Result<std::size_t> FeedBuilder::add_product(const Item& item, std::string id) {
  TRY_VOID(check_id(item, id));
  if (has_product(id)) return fail(item_error(item, "id", id, "comes twice"));
  if (feed_.products.size() >= limits_.products_max)
    return fail(ErrorCode::too_large,
                "The feed has more than " + std::to_string(limits_.products_max) + " products");
  StoreProduct product{.id = id,
                       .handle = short_text(item.get("handle"), word_bytes_max),
                       .title = short_text(trim(item.get("title")), title_bytes_max)};
  if (product.title.empty()) return fail(item_error(item, "title", {}, "is missing"));
  auto description = item.get("description");
  product.description = looks_like_html(description) ? html_to_text(description)
                                                     : short_text(trim(description), 256 * 1024);
  product.vendor = short_text(item.get("vendor"), word_bytes_max);
  product.product_type = short_text(item.get("product_type"), word_bytes_max);
  if (auto url = item.get("url"); !url.empty()) {
    TRY(product.url, read_url(item, "url", url));
  }
  TRY_VOID(read_state(item, product));
  TRY_VOID(read_numbers(item, product));
  for (const auto& tag : split_list(item.get("tags"), ",|\n", tags_max))
    product.tags.push_back(short_text(tag, word_bytes_max));
  for (const auto& name : split_list(item.get("collections"), ",|\n", collections_max)) {
    auto title = short_text(name, word_bytes_max);
    product.collections.push_back({.id = title, .title = title});
  }
  for (const auto& [name, text] : item.others) {
    if (product.metafields.size() >= others_max) break;
    product.metafields.push_back({.space = "feed",
                                  .key = short_text(name, word_bytes_max),
                                  .type = "text",
                                  .value = short_text(text, other_bytes_max)});
  }
  TRY_VOID(count(bytes_of(product)));
  feed_.places.emplace(std::move(id), feed_.products.size());
  feed_.products.push_back(std::move(product));
  return feed_.products.size() - 1;
}

Result<void> FeedBuilder::count(std::size_t bytes) {
  feed_.memory_bytes += bytes;
  if (feed_.memory_bytes <= limits_.memory_bytes_max) return {};
  return fail(ErrorCode::too_large, "The feed has more text and variants than can be kept");
}

Result<void> FeedBuilder::note_currency(const Item& item, std::string_view field,
                                        std::string currency) {
  if (currency.empty() || currency == feed_.currency) return {};
  bool is_code = currency.size() == 3 &&
                 std::ranges::all_of(currency, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_code) return fail(item_error(item, field, currency, "is not a currency (EUR)"));
  if (!feed_.currency.empty())
    return fail(item_error(item, field, currency,
                           "is another currency than " + feed_.currency + " before it"));
  feed_.currency = std::move(currency);
  return {};
}

// Where there is a price of a sale, the other one is what it cost before.
Result<void> FeedBuilder::read_prices(const Item& item, StoreVariant& variant) {
  std::map<std::string_view, MicroMoney> amounts;
  for (std::string_view name : {"price", "sale_price", "compare_at_price"}) {
    auto text = item.get(name);
    if (text.empty()) continue;
    auto price = parse_price(text);
    if (!price) return fail(item_error(item, name, text, "is not a price"));
    TRY_VOID(note_currency(item, name, std::move(price->currency)));
    amounts[name] = price->amount;
  }
  TRY_VOID(note_currency(item, "currency", std::string(item.get("currency"))));
  if (!amounts.contains("price")) return fail(item_error(item, "price", {}, "is missing"));
  variant.price = amounts["price"];
  if (auto before = amounts.find("compare_at_price"); before != amounts.end())
    variant.compare_at_price = before->second;
  if (auto sale = amounts.find("sale_price"); sale != amounts.end())
    variant.compare_at_price = std::exchange(variant.price, sale->second);
  return {};
}

Result<void> FeedBuilder::add_variant(std::size_t place, const Item& item, std::string id) {
  TRY_VOID(check_id(item, id));
  auto& owner = product(place);
  if (owner.variants.size() >= variants_max)
    return fail(ErrorCode::too_large, item_error(item, "id", id, "has too many variants").message);
  if (!variants_.insert(id).second) return fail(item_error(item, "id", id, "comes twice"));
  StoreVariant variant{.id = std::move(id),
                       .title = short_text(item.get("variant_title"), title_bytes_max),
                       .sku = short_text(item.get("sku"), word_bytes_max),
                       .barcode = short_text(item.get("barcode"), word_bytes_max)};
  TRY_VOID(read_prices(item, variant));
  TRY_VOID(read_stock(item, variant));
  for (const auto& option : item.options)
    variant.options.push_back(
        {short_text(option.name, word_bytes_max), short_text(option.value, word_bytes_max)});
  if (variant.title.empty()) variant.title = join_options(variant.options);
  variant.position = static_cast<int>(owner.variants.size()) + 1;
  auto images = split_list(item.get("image"), " ,|\n", 1);
  if (!images.empty()) {
    TRY_VOID(add_image(place, item, images.front(), item.get("image_alt")));
    auto found = std::ranges::find(owner.images, images.front(), &StoreImage::url);
    if (found != owner.images.end()) variant.image_id = found->id;
  }
  TRY_VOID(count(bytes_of(variant)));
  owner.variants.push_back(std::move(variant));
  return {};
}

Result<void> FeedBuilder::add_image(std::size_t place, const Item& item, std::string_view url,
                                    std::string_view alt) {
  TRY(auto address, read_url(item, "image", url));
  auto& images = product(place).images;
  if (std::ranges::find(images, address, &StoreImage::url) != images.end()) return {};
  if (images.size() >= images_max)
    return fail(ErrorCode::too_large, item_error(item, "image", {}, "is one too many").message);
  // The address is what stays the same of an image when others come and go.
  images.push_back({.id = hash_of(product(place).id + "\n" + address),
                    .url = std::move(address),
                    .alt = short_text(alt, word_bytes_max),
                    .position = static_cast<int>(images.size()) + 1});
  const auto& image = images.back();
  return count(sizeof(image) + image.id.size() + image.url.size() + image.alt.size());
}

Result<Feed> FeedBuilder::finish() {
  std::map<std::string, StoreCollection> collections;
  for (const auto& product : feed_.products) {
    if (product.variants.empty())
      return fail(ErrorCode::invalid, "The product “" + product.id + "” has no variant");
    for (const auto& collection : product.collections)
      if (collections.size() < collections_in_all_max)
        collections.emplace(collection.title, collection);
  }
  for (auto& [title, collection] : collections) feed_.collections.push_back(std::move(collection));
  return std::move(feed_);
}

}  // namespace aiva::product_feed
