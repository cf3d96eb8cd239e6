#include "faces/http/endpoints/paging.h"

#include <charconv>

#include "foundation/crypto.h"

namespace aiva::http {
namespace {

constexpr std::size_t cursor_bytes_max = 256;

// The part before the next separator, which goes; nothing when there is none.
std::optional<std::string_view> cut_part(std::string_view& rest) {
  auto end = rest.find(' ');
  if (end == std::string_view::npos) return std::nullopt;
  auto part = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return part;
}

std::optional<ListPosition> parse_cursor(std::string_view cursor, std::string_view list) {
  if (cursor.size() > cursor_bytes_max) return std::nullopt;
  auto text = from_base64url(cursor);
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  auto name = cut_part(rest);
  auto key = cut_part(rest);
  if (!name || *name != list || !key) return std::nullopt;
  ListPosition position;
  auto [end, error] = std::from_chars(key->data(), key->data() + key->size(), position.key);
  if (error != std::errc{} || end != key->data() + key->size()) return std::nullopt;
  auto id = Uuid::parse(rest);
  if (!id) return std::nullopt;
  position.id = {*id};
  // One position has one spelling.
  if (make_cursor(list, position) != cursor) return std::nullopt;
  return position;
}

}  // namespace

int ListRequest::limit_ahead() const {
  return page.limit < PageLimits{}.limit_max ? page.limit + 1 : page.limit;
}

bool ListRequest::goes_on(std::size_t found) const {
  auto limit = static_cast<std::size_t>(page.limit);
  return found > limit || (page.limit == PageLimits{}.limit_max && found == limit);
}

bool ListRequest::goes_on(std::size_t found, std::int64_t total) const {
  if (after) return goes_on(found);
  auto limit = static_cast<std::size_t>(page.limit);
  auto seen = std::int64_t{page.page - 1} * page.limit + static_cast<std::int64_t>(found);
  return found == limit && seen < total;
}

Result<ListRequest> read_found_request(const Request& request, std::string_view list) {
  TRY(auto wanted, read_list_request(request, list));
  if (wanted.page.page > 1) return fail(invalid_field("page", "goes without q; take the cursor"));
  return wanted;
}

std::string make_cursor(std::string_view list, const ListPosition& position) {
  std::string text(list);
  text.append(" ").append(std::to_string(position.key)).append(" ");
  text.append(position.id.to_string());
  return to_base64url(text);
}

Result<ListRequest> read_list_request(const Request& request, std::string_view list) {
  TRY(auto page, request.page());
  ListRequest wanted{.list = list, .page = page};
  auto cursor = request.query_text("cursor");
  if (!cursor) return wanted;
  if (request.query_text("page")) return fail(invalid_field("cursor", "cannot stand beside page"));
  wanted.after = parse_cursor(*cursor, list);
  if (!wanted.after) return fail(invalid_field("cursor", "is not a cursor of this list"));
  return wanted;
}

}  // namespace aiva::http
