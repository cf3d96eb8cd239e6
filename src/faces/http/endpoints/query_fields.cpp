#include "faces/http/endpoints/query_fields.h"

namespace aiva::http {

Result<std::optional<UnixMs>> query_instant(const Request& request, std::string_view name) {
  auto text = request.query_text(name);
  if (!text) return std::optional<UnixMs>();
  auto instant = parse_iso8601(*text);
  if (!instant)
    return fail(invalid_field(std::string(name), "must be an instant like 2030-01-31T00:00:00Z"));
  return instant;
}

}  // namespace aiva::http
