#include "capabilities/voice/dialler.h"

#include <algorithm>
#include <utility>

namespace aiva::voice {
namespace {

constexpr std::size_t destination_bytes_max = 64;

bool may_stand_in_destination(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.+*#").contains(c);
}

}  // namespace

std::string_view name_of(DialEnd end) {
  switch (end) {
    case DialEnd::answered: return "answered";
    case DialEnd::busy: return "busy";
    case DialEnd::no_answer: return "no_answer";
    case DialEnd::rejected: return "rejected";
    case DialEnd::unreachable: return "unreachable";
    case DialEnd::failed: return "failed";
    case DialEnd::cancelled: return "cancelled";
  }
  return "";
}

std::optional<DialEnd> parse_dial_end(std::string_view text) {
  using enum DialEnd;
  for (auto end : {answered, busy, no_answer, rejected, unreachable, failed, cancelled})
    if (text == name_of(end)) return end;
  return std::nullopt;
}

Result<void> check_destination(std::string_view destination, std::string field) {
  bool is_fine = !destination.empty() && destination.size() <= destination_bytes_max &&
                 std::ranges::all_of(destination, may_stand_in_destination);
  if (is_fine) return {};
  return fail(invalid_field(std::move(field), "must be 1 to 64 letters, digits and -_.+*#"));
}

}  // namespace aiva::voice
