#include "foundation/text/sse_parser.h"

#include <utility>

namespace aiva {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

Result<std::vector<SseEvent>> SseParser::feed(std::string_view bytes) {
  std::vector<SseEvent> events;
  while (!bytes.empty()) {
    // CR LF is one line end, even when a piece ends between them.
    if (std::exchange(ended_with_cr_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    auto end = bytes.find_first_of("\r\n");
    line_ += bytes.substr(0, end);
    if (line_.size() + event_.data.size() > event_bytes_max_)
      return fail(ErrorCode::too_large, "An event of the stream is too large");
    if (end == std::string_view::npos) return events;
    ended_with_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line(events);
  }
  return events;
}

void SseParser::end_line(std::vector<SseEvent>& events) {
  auto line = std::exchange(line_, {});
  std::string_view text = line;
  if (std::exchange(is_first_line_, false) && text.starts_with(byte_order_mark))
    text.remove_prefix(byte_order_mark.size());
  if (text.empty()) {
    auto event = std::exchange(event_, {});
    if (std::exchange(has_data_, false)) events.push_back(std::move(event));
    return;
  }
  auto colon = text.find(':');
  auto value = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(text.substr(0, colon), value);
}

// A comment has an empty name; unknown fields are ignored like it.
void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "event") event_.type = value;
  if (name != "data") return;
  if (has_data_) event_.data += '\n';
  event_.data += value;
  has_data_ = true;
}

}  // namespace aiva
