#include "adapters/product_feed/internal/item.h"

#include <algorithm>
#include <array>

#include "foundation/text/utf8.h"

namespace aiva::product_feed {
namespace {

constexpr std::size_t shown_bytes_max = 60;
constexpr std::size_t price_bytes_max = 40;
constexpr std::string_view white = " \t\r\n";

struct Alias {
  std::string_view name;   // in small letters, with _ for white space and hyphens
  std::string_view field;  // as Item has it
};

constexpr std::array aliases = {
    Alias{"id", "id"},
    Alias{"product_id", "id"},
    Alias{"offer_id", "id"},
    Alias{"item_group_id", "group"},
    Alias{"group_id", "group"},
    Alias{"group", "group"},
    Alias{"handle", "handle"},
    Alias{"title", "title"},
    Alias{"name", "title"},
    Alias{"description", "description"},
    Alias{"body_html", "description"},
    Alias{"body", "description"},
    Alias{"price", "price"},
    Alias{"sale_price", "sale_price"},
    Alias{"compare_at_price", "compare_at_price"},
    Alias{"currency", "currency"},
    Alias{"url", "url"},
    Alias{"link", "url"},
    Alias{"product_url", "url"},
    Alias{"image", "image"},
    Alias{"image_link", "image"},
    Alias{"image_url", "image"},
    Alias{"image_src", "image"},
    Alias{"images", "images"},
    Alias{"additional_image_link", "images"},
    Alias{"additional_image_links", "images"},
    Alias{"image_alt", "image_alt"},
    Alias{"sku", "sku"},
    Alias{"mpn", "sku"},
    Alias{"barcode", "barcode"},
    Alias{"gtin", "barcode"},
    Alias{"ean", "barcode"},
    Alias{"upc", "barcode"},
    Alias{"stock", "stock"},
    Alias{"quantity", "stock"},
    Alias{"inventory", "stock"},
    Alias{"inventory_quantity", "stock"},
    Alias{"availability", "availability"},
    Alias{"available", "availability"},
    Alias{"vendor", "vendor"},
    Alias{"brand", "vendor"},
    Alias{"product_type", "product_type"},
    Alias{"type", "product_type"},
    Alias{"category", "product_type"},
    Alias{"google_product_category", "product_type"},
    Alias{"tags", "tags"},
    Alias{"keywords", "tags"},
    Alias{"collections", "collections"},
    Alias{"collection", "collections"},
    Alias{"status", "status"},
    Alias{"published", "published"},
    Alias{"rating", "rating"},
    Alias{"rating_count", "rating_count"},
    Alias{"review_count", "rating_count"},
    Alias{"created_at", "created_at"},
    Alias{"updated_at", "updated_at"},
    Alias{"variant_title", "variant_title"},
};

struct OptionAlias {
  std::string_view name;
  std::string_view option;
};

constexpr std::array option_aliases = {
    OptionAlias{"color", "Color"},     OptionAlias{"colour", "Colour"},
    OptionAlias{"size", "Size"},       OptionAlias{"material", "Material"},
    OptionAlias{"pattern", "Pattern"}, OptionAlias{"flavor", "Flavor"},
    OptionAlias{"flavour", "Flavour"},
};

struct Symbol {
  std::string_view sign;
  std::string_view currency;
};

constexpr std::array symbols = {Symbol{"€", "EUR"}, Symbol{"£", "GBP"}, Symbol{"$", "USD"},
                                Symbol{"¥", "JPY"}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

std::string plain_name(std::string_view name) {
  auto text = std::string(trim(name));
  for (char& c : text) {
    if (is_capital(c)) c = static_cast<char>(c + 32);
    if (c == ' ' || c == '-') c = '_';
  }
  return text.starts_with("g:") ? text.substr(2) : text;
}

// A currency before or behind the number; `text` is left without it.
std::string take_currency(std::string_view& text) {
  for (const auto& symbol : symbols) {
    bool is_first = text.starts_with(symbol.sign);
    if (!is_first && !text.ends_with(symbol.sign)) continue;
    if (is_first)
      text.remove_prefix(symbol.sign.size());
    else
      text.remove_suffix(symbol.sign.size());
    text = trim(text);
    return std::string(symbol.currency);
  }
  constexpr std::size_t length = 3;
  if (text.size() <= length) return {};
  auto first = text.substr(0, length);
  auto last = text.substr(text.size() - length);
  bool is_first = std::ranges::all_of(first, is_capital);
  if (!is_first && !std::ranges::all_of(last, is_capital)) return {};
  if (is_first)
    text.remove_prefix(length);
  else
    text.remove_suffix(length);
  text = trim(text);
  return std::string(is_first ? first : last);
}

// Which of "." and "," is the decimal one, if any: the last where there are both; a comma before
// three digits parts thousands, and so does what comes twice.
char find_decimal(std::string_view text) {
  auto last = text.find_last_of(".,");
  if (last == std::string_view::npos) return '\0';
  char mark = text[last];
  bool has_other = text.contains(mark == '.' ? ',' : '.');
  if (std::ranges::count(text, mark) > 1) return '\0';
  bool parts_thousands = mark == ',' && !has_other && text.size() - last == 4;
  return parts_thousands ? '\0' : mark;
}

}  // namespace

std::string_view trim(std::string_view text) {
  auto first = text.find_first_not_of(white);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::string_view Item::get(std::string_view name) const {
  for (const auto& [field, text] : fields)
    if (field == name && !text.empty()) return text;
  return {};
}

void Item::set(std::string name, std::string text) {
  if (!text.empty()) fields.emplace_back(std::move(name), std::move(text));
}

Error item_error(const Item& item, std::string_view name, std::string_view text,
                 std::string_view what) {
  auto message = item.where + std::string(name) + ": ";
  if (!text.empty())
    message += "“" + std::string(utf8_prefix(repair_utf8(text), shown_bytes_max)) + "” ";
  message += what;
  return {.code = ErrorCode::invalid, .message = std::move(message)};
}

std::string_view known_name(std::string_view name) {
  auto plain = plain_name(name);
  auto found = std::ranges::find(aliases, plain, &Alias::name);
  return found == aliases.end() ? std::string_view() : found->field;
}

std::string_view option_name(std::string_view name) {
  auto plain = plain_name(name);
  auto found = std::ranges::find(option_aliases, plain, &OptionAlias::name);
  return found == option_aliases.end() ? std::string_view() : found->option;
}

std::vector<std::string> split_list(std::string_view text, std::string_view separators,
                                    std::size_t parts_max) {
  std::vector<std::string> parts;
  while (!text.empty() && parts.size() < parts_max) {
    auto end = text.find_first_of(separators);
    auto part = trim(text.substr(0, end));
    if (!part.empty()) parts.emplace_back(part);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return parts;
}

std::optional<Price> parse_price(std::string_view text) {
  text = trim(text);
  if (text.size() > price_bytes_max) return std::nullopt;
  Price price{.currency = take_currency(text)};
  char decimal = find_decimal(text);
  std::string number;
  for (char c : text) {
    bool parts_thousands = (c == '.' || c == ',' || c == ' ' || c == '\'') && c != decimal;
    if (parts_thousands) {
      // Between digits only.
      if (number.empty()) return std::nullopt;
      continue;
    }
    if (!is_digit(c) && c != decimal && c != '-') return std::nullopt;
    number += c == decimal ? '.' : c;
  }
  if (number.starts_with('.')) number.insert(0, "0");
  auto amount = parse_money(number);
  if (!amount || *amount < 0) return std::nullopt;
  price.amount = *amount;
  return price;
}

}  // namespace aiva::product_feed
