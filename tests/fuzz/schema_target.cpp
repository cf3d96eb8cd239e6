#include "schema_target.h"

#include <cstdlib>

#include "foundation/json_schema/schema.h"
#include "foundation/text/utf8.h"

namespace aiva::fuzz {

void check_json_schema(std::string_view bytes) {
  auto end = bytes.find('\n');
  auto schema = json::Schema::parse(bytes.substr(0, end), "parameters");
  if (!schema) {
    bool has_place = !schema.error().details.empty() &&
                     schema.error().details.front().field.starts_with("parameters");
    if (!has_place) std::abort();
    return;
  }
  if (end == std::string_view::npos) return;
  auto value = json::parse(bytes.substr(end + 1), {.bytes_max = 64 * 1024, .depth_max = 32});
  if (!value) return;
  auto mistakes = schema->check(*value);
  if (mistakes.size() > 20) std::abort();
  // What is said goes into answers, which are UTF-8.
  for (const auto& mistake : mistakes)
    if (!is_valid_utf8(mistake.message)) std::abort();
}

}  // namespace aiva::fuzz
