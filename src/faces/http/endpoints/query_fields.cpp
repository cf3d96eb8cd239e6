#include "faces/http/endpoints/query_fields.h"

#include <algorithm>

namespace aiva::http {

Result<std::optional<UnixMs>> query_instant(const Request& request, std::string_view name) {
  auto text = request.query_text(name);
  if (!text) return std::optional<UnixMs>();
  auto instant = parse_iso8601(*text);
  if (!instant)
    return fail(invalid_field(std::string(name), "must be an instant like 2030-01-31T00:00:00Z"));
  return instant;
}

Result<std::optional<std::string>> query_choice(const Request& request, std::string_view name,
                                                std::span<const std::string_view> choices) {
  auto text = request.query_text(name);
  if (!text) return std::optional<std::string>();
  if (std::ranges::find(choices, *text) != choices.end()) return std::string(*text);
  std::string known;
  for (auto choice : choices) known.append(known.empty() ? "" : ", ").append(choice);
  return fail(invalid_field(std::string(name), "must be one of " + known));
}

}  // namespace aiva::http
