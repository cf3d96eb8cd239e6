#include "capabilities/voice/dialler.h"

namespace aiva::voice {

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

}  // namespace aiva::voice
