#include "ports/object_store.h"

#include <algorithm>
#include <ranges>

namespace aiva {
namespace {

constexpr std::size_t key_bytes_max = 512;
constexpr std::size_t part_bytes_max = 255;

bool is_key_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
}

bool is_part(std::string_view part) {
  return !part.empty() && part.size() <= part_bytes_max && part != "." && part != ".." &&
         std::ranges::all_of(part, is_key_byte);
}

}  // namespace

Result<void> check_object_key(std::string_view key) {
  bool is_valid = !key.empty() && key.size() <= key_bytes_max;
  for (auto part : std::views::split(key, '/'))
    is_valid = is_valid && is_part(std::string_view(part.begin(), part.end()));
  if (!is_valid) return fail(ErrorCode::invalid, "Not a valid object key");
  return {};
}

}  // namespace aiva
