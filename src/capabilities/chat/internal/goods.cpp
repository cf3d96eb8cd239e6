#include "capabilities/chat/internal/goods.h"

#include <algorithm>
#include <utility>

#include "capabilities/chat/fences.h"
#include "capabilities/chat/phrases.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

constexpr std::size_t description_bytes_max = 300;
constexpr std::size_t url_bytes_max = 500;
constexpr std::size_t named_max = 3;
constexpr std::size_t title_bytes_max = 120;

std::string price_of(const ShownProduct& product) {
  auto text = money_text(product.price);
  if (!product.currency.empty()) text += " " + product.currency;
  return text;
}

// One line without what would be markup in an answer.
std::string plain_title(std::string_view title) {
  std::string text;
  for (char c : utf8_prefix(title, title_bytes_max)) {
    bool is_markup = c == '[' || c == ']' || c == '<' || c == '>' || c == '*' || c == '`' ||
                     c == '_' || c == '\\';
    if (is_markup) continue;
    text += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  }
  return text;
}

void append_product(std::string& out, const ShownProduct& product) {
  out += "<product title=\"" + attribute_of(product.title) + "\" price=\"" +
         attribute_of(price_of(product)) + "\"";
  if (product.compare_at_price && *product.compare_at_price > product.price)
    out += " before=\"" + attribute_of(money_text(*product.compare_at_price)) + "\"";
  if (!product.vendor.empty()) out += " vendor=\"" + attribute_of(product.vendor) + "\"";
  if (!product.variant_title.empty())
    out += " variant=\"" + attribute_of(product.variant_title) + "\"";
  out += product.in_stock ? " in_stock=\"yes\"" : " in_stock=\"no\"";
  out += ">\n";
  if (!product.description.empty())
    out += defused(utf8_prefix(product.description, description_bytes_max)) + "\n";
  if (!product.url.empty() && product.url.size() <= url_bytes_max)
    out += defused(product.url) + "\n";
  out += "</product>\n";
}

}  // namespace

std::string fence_products(std::span<const ShownProduct> products) {
  if (products.empty()) return {};
  std::string text = "<products>\n";
  for (const auto& product : products) append_product(text, product);
  return text + "</products>";
}

std::string name_products(std::span<const ShownProduct> products, std::string_view language) {
  std::string text(phrase_in(language, Phrase::products));
  for (std::size_t i = 0; i < std::min(products.size(), named_max); ++i) {
    text += i == 0 ? " " : ", ";
    text += plain_title(products[i].title) + " (" + price_of(products[i]) + ")";
  }
  return text + ".";
}

void add_products(std::vector<ShownProduct>& products, std::vector<ShownProduct> more) {
  for (auto& product : more) {
    bool is_there = std::ranges::find(products, product.id, &ShownProduct::id) != products.end();
    if (is_there || products.size() >= shown_products_max) continue;
    products.push_back(std::move(product));
  }
}

}  // namespace aiva::chat
