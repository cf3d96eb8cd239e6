#include "capabilities/commerce/internal/shop_arguments.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

#include "foundation/json.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr json::ParseLimits limits{.bytes_max = 16 * 1024, .depth_max = 8};
constexpr std::size_t query_bytes_max = 1000;
constexpr std::size_t name_bytes_max = 255;
constexpr std::size_t email_bytes_max = 254;  // RFC 5321, 4.5.3.1
constexpr std::size_t number_bytes_max = 40;
constexpr std::size_t options_max = 10;
constexpr double price_most = 1e9;
constexpr double micro = 1e6;
constexpr int limit_max = 10;
constexpr std::int64_t quantity_max = 100;
constexpr std::size_t items_max = 20;

Error wrong(std::string message) {
  return {.code = ErrorCode::invalid, .message = std::move(message)};
}

Result<json::Value> read_object(std::string_view text) {
  auto parsed = json::parse(text.empty() ? "{}" : text, limits);
  if (!parsed || !parsed->is_object()) return fail(wrong("The arguments are not a JSON object"));
  return *std::move(parsed);
}

Result<void> check_names(const json::Object& object,
                         std::initializer_list<std::string_view> known) {
  for (const auto& entry : object) {
    std::string_view name(entry.key());
    if (std::ranges::find(known, name) == known.end())
      return fail(wrong("There is no argument \"" + std::string(utf8_prefix(name, 60)) + "\""));
  }
  return {};
}

// Whoever calls with nulls means that nothing is said.
const json::Value* find(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<std::string> text_of(const json::Object& object, std::string_view name,
                            std::size_t bytes_max) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::string();
  if (!value->is_string() || value->get_string().size() > bytes_max)
    return fail(wrong("\"" + std::string(name) + "\" must be a text of at most " +
                      std::to_string(bytes_max) + " bytes"));
  return std::string(value->get_string());
}

Result<std::optional<MicroMoney>> money_of(const json::Object& object, std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  auto amount = value->is_number() ? value->to_number<double>() : -1.0;
  if (!(amount >= 0 && amount <= price_most))
    return fail(wrong("\"" + std::string(name) + "\" must be an amount"));
  return static_cast<MicroMoney>(std::llround(amount * micro));
}

Result<std::optional<bool>> flag_of(const json::Object& object, std::string_view name) {
  const auto* value = find(object, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) return fail(wrong("\"" + std::string(name) + "\" must be true or false"));
  return value->get_bool();
}

Result<std::int64_t> integer_of(const json::Object& object, std::string_view name,
                                std::int64_t fallback, std::int64_t most) {
  const auto* value = find(object, name);
  if (value == nullptr) return fallback;
  if (!value->is_int64() || value->get_int64() < 1 || value->get_int64() > most)
    return fail(
        wrong("\"" + std::string(name) + "\" must be between 1 and " + std::to_string(most)));
  return value->get_int64();
}

Result<std::vector<ChosenOption>> options_of(const json::Object& object) {
  std::vector<ChosenOption> options;
  const auto* value = find(object, "options");
  if (value == nullptr) return options;
  bool is_small = value->is_object() && value->get_object().size() <= options_max;
  if (!is_small) return fail(wrong("\"options\" must be an object of at most 10 texts"));
  for (const auto& entry : value->get_object()) {
    bool is_text = entry.value().is_string() && !entry.value().get_string().empty() &&
                   entry.value().get_string().size() <= name_bytes_max && !entry.key().empty() &&
                   entry.key().size() <= name_bytes_max;
    if (!is_text) return fail(wrong("\"options\" must be an object of at most 10 texts"));
    options.push_back({std::string(entry.key()), std::string(entry.value().get_string())});
  }
  return options;
}

// The one of these arguments that is set.
Result<std::string> one_name(const json::Object& object,
                             std::initializer_list<std::string_view> names) {
  std::string found;
  for (auto name : names) {
    TRY(auto text, text_of(object, name, name_bytes_max));
    if (text.empty()) continue;
    if (!found.empty()) return fail(wrong("Only one of the names may be given"));
    found = std::move(text);
  }
  if (found.empty()) return fail(wrong("A product must be named by an id or a SKU"));
  return found;
}

}  // namespace

Result<SearchArguments> read_search_arguments(std::string_view text) {
  TRY(auto value, read_object(text));
  const auto& object = value.get_object();
  TRY_VOID(check_names(object, {"query", "price_min", "price_max", "in_stock", "on_sale", "vendor",
                                "product_type", "options", "sort", "limit"}));
  SearchArguments arguments;
  TRY(arguments.query, text_of(object, "query", query_bytes_max));
  auto& filter = arguments.filter;
  TRY(filter.price_min, money_of(object, "price_min"));
  TRY(filter.price_max, money_of(object, "price_max"));
  if (filter.price_min && filter.price_max && *filter.price_min > *filter.price_max)
    return fail(wrong("\"price_min\" must not be above \"price_max\""));
  TRY(filter.in_stock, flag_of(object, "in_stock"));
  TRY(filter.on_sale, flag_of(object, "on_sale"));
  TRY(auto vendor, text_of(object, "vendor", name_bytes_max));
  if (!vendor.empty()) filter.vendors.push_back(std::move(vendor));
  TRY(auto type, text_of(object, "product_type", name_bytes_max));
  if (!type.empty()) filter.types.push_back(std::move(type));
  TRY(filter.options, options_of(object));
  TRY(auto sort_name, text_of(object, "sort", name_bytes_max));
  auto sort = sort_name.empty() ? ProductSort::relevance : parse_product_sort(sort_name);
  if (!sort) return fail(wrong("\"sort\" is not known"));
  arguments.sort = *sort;
  TRY(auto limit, integer_of(object, "limit", arguments.limit, limit_max));
  arguments.limit = static_cast<int>(limit);
  return arguments;
}

Result<std::string> read_stock_arguments(std::string_view text) {
  TRY(auto value, read_object(text));
  const auto& object = value.get_object();
  TRY_VOID(check_names(object, {"product_id", "variant_id", "sku"}));
  return one_name(object, {"product_id", "variant_id", "sku"});
}

Result<OrderArguments> read_order_arguments(std::string_view text) {
  TRY(auto value, read_object(text));
  const auto& object = value.get_object();
  TRY_VOID(check_names(object, {"order_number", "email"}));
  OrderArguments arguments;
  const auto* number = find(object, "order_number");
  if (number != nullptr && number->is_int64()) {
    arguments.number = std::to_string(number->get_int64());
  } else {
    TRY(arguments.number, text_of(object, "order_number", number_bytes_max));
  }
  TRY(arguments.email, text_of(object, "email", email_bytes_max));
  if (arguments.number.empty() || arguments.email.find('@') == std::string::npos)
    return fail(wrong("The order's number and the e-mail address it was made with are needed"));
  return arguments;
}

Result<std::vector<CartItem>> read_cart_arguments(std::string_view text) {
  TRY(auto value, read_object(text));
  const auto& object = value.get_object();
  TRY_VOID(check_names(object, {"items"}));
  const auto* items = find(object, "items");
  bool is_list = items != nullptr && items->is_array() && !items->get_array().empty() &&
                 items->get_array().size() <= items_max;
  if (!is_list) return fail(wrong("\"items\" must be a list of 1 to 20 items"));
  std::vector<CartItem> cart;
  for (const auto& item : items->get_array()) {
    if (!item.is_object()) return fail(wrong("Each of the items must be an object"));
    TRY_VOID(check_names(item.get_object(), {"variant_id", "sku", "quantity"}));
    CartItem entry;
    TRY(entry.name, one_name(item.get_object(), {"variant_id", "sku"}));
    TRY(entry.quantity, integer_of(item.get_object(), "quantity", 1, quantity_max));
    cart.push_back(std::move(entry));
  }
  return cart;
}

}  // namespace aiva::commerce
