#include "faces/http/endpoints/product_request.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "faces/http/endpoints/inner_object.h"
#include "faces/http/endpoints/named_bases.h"
#include "faces/http/endpoints/staged_picture.h"

namespace aiva::http {
namespace {

using commerce::ProductFilter;

constexpr json::Fields::TextLimits query_limits{.length_max = 8000};
constexpr json::Fields::TextLimits name_limits{.length_max = 64};
constexpr std::size_t values_max = 50;
constexpr std::size_t options_max = 20;
constexpr std::size_t value_bytes_max = 255;
constexpr double price_most = 1e12;
constexpr double micros = 1e6;
constexpr std::array<std::string_view, 10> filter_names{
    "price_min", "price_max",     "in_stock",    "on_sale", "tags",
    "vendors",   "product_types", "collections", "options", "rating_min"};

// "12.50" or 12.5; nothing for anything else.
std::optional<MicroMoney> parse_price(const json::Value& value) {
  if (value.is_string()) {
    auto price = parse_money(std::string_view(value.get_string()));
    return price && *price >= 0 ? price : std::nullopt;
  }
  if (!value.is_number()) return std::nullopt;
  auto number = value.to_number<double>();
  if (!(number >= 0 && number <= price_most)) return std::nullopt;
  return static_cast<MicroMoney>(std::llround(number * micros));
}

std::optional<MicroMoney> read_price(const json::Value& filter, std::string_view name,
                                     json::Fields& fields) {
  if (!fields.has(name)) return std::nullopt;
  auto price = parse_price(filter.get_object().at(name));
  if (!price) fields.add_error(name, "must be an amount such as \"12.50\"");
  return price;
}

std::optional<std::string> value_of(const json::Value& item) {
  if (!item.is_string() || item.get_string().empty() || item.get_string().size() > value_bytes_max)
    return std::nullopt;
  return std::string(std::string_view(item.get_string()));
}

std::vector<std::string> read_values(json::Fields& fields, std::string_view name) {
  std::vector<std::string> values;
  const auto* list = fields.array(name, values_max);
  if (list == nullptr) return values;
  for (const auto& item : *list) {
    if (auto value = value_of(item))
      values.push_back(std::move(*value));
    else
      fields.add_error(name, "must be a list of texts");
  }
  return values;
}

// {"Size": "M", "Color": ["red", "blue"]}
std::vector<ChosenOption> read_options(json::Fields& fields) {
  std::vector<ChosenOption> options;
  const auto* chosen = fields.object("options");
  if (chosen == nullptr) return options;
  if (chosen->size() > options_max) fields.add_error("options", "are too many");
  auto complain = [&fields](std::string_view name) {
    fields.add_error("options." + std::string(name), "must be a text or a list of texts");
  };
  for (const auto& member : *chosen) {
    std::string_view name(member.key());
    const auto& value = member.value();
    if (auto one = value_of(value)) {
      options.push_back({std::string(name), std::move(*one)});
      continue;
    }
    if (!value.is_array() || value.get_array().size() > values_max || value.get_array().empty()) {
      complain(name);
      continue;
    }
    for (const auto& item : value.get_array()) {
      if (auto each = value_of(item))
        options.push_back({std::string(name), std::move(*each)});
      else
        complain(name);
    }
  }
  return options;
}

ProductFilter read_filter(const json::Value& value, json::Fields& outer) {
  InnerObject part(value, "filters", outer);
  auto& fields = part.fields();
  ProductFilter filter{.price_min = read_price(value, "price_min", fields),
                       .price_max = read_price(value, "price_max", fields),
                       .in_stock = fields.optional_boolean("in_stock"),
                       .on_sale = fields.optional_boolean("on_sale"),
                       .tags = read_values(fields, "tags"),
                       .vendors = read_values(fields, "vendors"),
                       .types = read_values(fields, "product_types"),
                       .collections = read_values(fields, "collections"),
                       .options = read_options(fields),
                       .rating_min = fields.optional_number("rating_min", 0, 5)};
  if (filter.price_min && filter.price_max && *filter.price_min > *filter.price_max)
    fields.add_error("price_max", "must not be below price_min");
  part.finish(filter_names, "is not a filter");
  return filter;
}

commerce::ProductSort read_sort(json::Fields& fields) {
  auto text = fields.optional_text("sort", name_limits);
  if (!text) return commerce::ProductSort::relevance;
  auto sort = commerce::parse_product_sort(*text);
  if (!sort)
    fields.add_error("sort", "must be relevance, price_asc, price_desc, newest, rating or title");
  return sort.value_or(commerce::ProductSort::relevance);
}

std::optional<ImageId> read_like(json::Fields& fields) {
  auto text = fields.optional_text("like_image_id", name_limits);
  if (!text) return std::nullopt;
  auto like = ImageId::parse(*text);
  if (!like) fields.add_error("like_image_id", "must be an id");
  return like;
}

json::Value number_or_text(const std::string& text) {
  std::int64_t number = 0;
  const auto* last = text.data() + text.size();
  auto end = std::from_chars(text.data(), last, number);
  if (end.ec == std::errc() && end.ptr == last) return json::Value(number);
  return json::Value(text);
}

json::Value flag_or_text(const std::string& text) {
  if (text == "true" || text == "1") return json::Value(true);
  if (text == "false" || text == "0") return json::Value(false);
  return json::Value(text);
}

}  // namespace

Result<ProductWish> read_product_wish(const json::Value& body) {
  json::Fields fields(body);
  ProductWish wish;
  auto& query = wish.query;
  auto bases = read_bases(fields);
  if (!bases.empty()) {
    query.knowledge_base = bases.front();
    query.other_bases.assign(bases.begin() + 1, bases.end());
  }
  query.text = fields.optional_text("query", query_limits).value_or(std::string());
  query.like = read_like(fields);
  auto image = fields.optional_text("image", {.length_min = 1, .length_max = image_text_bytes_max});
  if (fields.object("filters") != nullptr)
    query.filter = read_filter(body.get_object().at("filters"), fields);
  query.sort = read_sort(fields);
  query.limit = static_cast<int>(fields.integer("limit", query.limit, 1, 100));
  query.offset = static_cast<int>(fields.integer("offset", query.offset, 0, 10'000));
  query.wants_facets = fields.boolean("facets", false);
  TRY_VOID(fields.finish());
  if (image) {
    TRY(wish.image, decode_image(*image));
  }
  return wish;
}

Result<json::Value> product_form(const UploadedForm& form) {
  json::Object body;
  for (auto name : {"kb_id", "query", "like_image_id", "sort"})
    if (const auto* text = form.field(name); text != nullptr && !text->empty()) body[name] = *text;
  for (auto name : {"limit", "offset"})
    if (const auto* text = form.field(name); text != nullptr && !text->empty())
      body[name] = number_or_text(*text);
  if (const auto* text = form.field("facets"); text != nullptr && !text->empty())
    body["facets"] = flag_or_text(*text);
  if (const auto* text = form.field("filters"); text != nullptr && !text->empty()) {
    auto filters = json::parse(*text);
    if (!filters) return fail(invalid_field("filters", "must be JSON"));
    body["filters"] = std::move(*filters);
  }
  return json::Value(std::move(body));
}

}  // namespace aiva::http
