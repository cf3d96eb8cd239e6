#include "adapters/product_feed/internal/shopify_rows.h"

#include <algorithm>
#include <array>
#include <utility>

namespace aiva::product_feed {
namespace {

struct Column {
  std::string_view name;   // of Shopify
  std::string_view field;  // as Item has it
};

constexpr std::array product_columns = {
    Column{"Title", "title"},   Column{"Body (HTML)", "description"},
    Column{"Vendor", "vendor"}, Column{"Type", "product_type"},
    Column{"Tags", "tags"},     Column{"Published", "published"},
    Column{"Status", "status"}, Column{"Collection", "collections"},
    Column{"Handle", "handle"},
};
constexpr std::array variant_columns = {
    Column{"Variant SKU", "sku"},
    Column{"Variant Barcode", "barcode"},
    Column{"Variant Price", "price"},
    Column{"Variant Compare At Price", "compare_at_price"},
    Column{"Variant Inventory Policy", "policy"},
    Column{"Variant Image", "image"},
};
constexpr std::string_view metafield_mark = "(product.metafields.";

std::string numbered(std::string_view begin, std::size_t number, std::string_view end) {
  return std::string(begin) + std::to_string(number) + std::string(end);
}

}  // namespace

bool ShopifyRows::are_columns(const std::vector<std::string>& columns) {
  auto has = [&columns](std::string_view name) {
    return std::ranges::any_of(columns,
                               [name](const auto& column) { return trim(column) == name; });
  };
  return has("Handle") && has("Title") && (has("Variant Price") || has("Option1 Name"));
}

ShopifyRows::ShopifyRows(const std::vector<std::string>& columns) {
  for (const auto& column : columns) {
    names_.emplace_back(trim(column));
    places_.emplace(names_.back(), names_.size() - 1);
  }
}

std::string_view ShopifyRows::cell(const Cells& cells, std::string_view column) const {
  auto found = places_.find(std::string(column));
  return found == places_.end() ? std::string_view() : trim(cells[found->second]);
}

Item ShopifyRows::read_product(const Cells& cells, std::string where) const {
  Item item{.where = std::move(where)};
  for (const auto& column : product_columns)
    item.set(std::string(column.field), std::string(cell(cells, column.name)));
  // "Fabric (product.metafields.custom.fabric)"
  for (std::size_t i = 0; i < names_.size(); ++i) {
    auto mark = names_[i].find(metafield_mark);
    auto text = trim(cells[i]);
    if (mark == std::string::npos || text.empty() || !names_[i].ends_with(')')) continue;
    if (item.others.size() == others_max) break;
    auto begin = mark + metafield_mark.size();
    item.others.emplace_back(names_[i].substr(begin, names_[i].size() - begin - 1), text);
  }
  return item;
}

Result<void> ShopifyRows::add(std::int64_t line, const Cells& cells, FeedBuilder& builder) {
  auto where = "Line " + std::to_string(line) + ", column ";
  auto handle = std::string(cell(cells, "Handle"));
  if (handle.empty()) return fail(ErrorCode::invalid, where + "Handle: is missing");
  bool is_first = !builder.has_product(handle);
  if (is_first) {
    TRY_VOID(builder.add_product(read_product(cells, where), handle));
    auto& names = options_[handle];
    for (std::size_t i = 1; i <= options_max; ++i)
      names.emplace_back(cell(cells, numbered("Option", i, " Name")));
  }
  auto place = builder.place_of(handle);
  Item image{.where = where};
  if (auto url = cell(cells, "Image Src"); !url.empty())
    TRY_VOID(builder.add_image(place, image, url, cell(cells, "Image Alt Text")));
  bool has_variant =
      !cell(cells, "Variant Price").empty() || !cell(cells, "Option1 Value").empty() || is_first;
  if (!has_variant) return {};
  return add_variant(place, cells, std::move(where), builder);
}

Result<void> ShopifyRows::add_variant(std::size_t place, const Cells& cells, std::string where,
                                      FeedBuilder& builder) {
  Item item{.where = std::move(where)};
  for (const auto& column : variant_columns)
    item.set(std::string(column.field), std::string(cell(cells, column.name)));
  // Without a tracker nobody counts, whatever the number is.
  bool is_counted = !places_.contains("Variant Inventory Tracker") ||
                    !cell(cells, "Variant Inventory Tracker").empty();
  if (is_counted) item.set("stock", std::string(cell(cells, "Variant Inventory Qty")));
  const auto& handle = builder.product(place).id;
  const auto& names = options_[handle];
  auto id = handle;
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto value = std::string(cell(cells, numbered("Option", i + 1, " Value")));
    if (value.empty()) continue;
    id += "/" + value;
    item.options.push_back({names[i].empty() ? numbered("Option", i + 1, "") : names[i], value});
  }
  if (id == handle) id += "/" + std::string(item.get("sku"));
  return builder.add_variant(place, item, std::move(id));
}

}  // namespace aiva::product_feed
