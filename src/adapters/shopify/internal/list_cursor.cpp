#include "adapters/shopify/internal/list_cursor.h"

#include <algorithm>

namespace aiva::shopify {
namespace {

constexpr std::string_view rest = "rest:";
constexpr std::string_view graphql = "graphql:";
constexpr std::size_t cursor_bytes_max = 8192;

// Of base64 in any alphabet, escaped for URLs or not; nothing that ends a parameter.
bool is_cursor_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_=%.~+/").contains(c);
}

}  // namespace

std::string write_cursor(const ListCursor& cursor) {
  return std::string(cursor.is_rest ? rest : graphql) + cursor.place;
}

Result<ListCursor> read_cursor(std::string_view text, bool wants_rest) {
  if (text.empty()) return ListCursor{.is_rest = wants_rest};
  ListCursor cursor{.is_rest = text.starts_with(rest)};
  bool is_known = cursor.is_rest || text.starts_with(graphql);
  if (is_known) cursor.place = text.substr(cursor.is_rest ? rest.size() : graphql.size());
  bool is_sound = is_known && !cursor.place.empty() && text.size() <= cursor_bytes_max &&
                  std::ranges::all_of(cursor.place, is_cursor_letter);
  if (!is_sound) return fail(invalid_field("cursor", "is not a cursor of this list"));
  return cursor;
}

}  // namespace aiva::shopify
