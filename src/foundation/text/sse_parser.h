#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva {

// One event of a text/event-stream.
struct SseEvent {
  std::string type;  // empty: "message"
  std::string data;
};

// Reads server-sent events (WHATWG HTML section 9.2) out of bytes that arrive in any pieces.
class SseParser {
 public:
  explicit SseParser(std::size_t event_bytes_max = 1024 * 1024)
      : event_bytes_max_(event_bytes_max) {}

  // The events that `bytes` complete, in order. Fails with `too_large` on an endless event.
  Result<std::vector<SseEvent>> feed(std::string_view bytes);

 private:
  void end_line(std::vector<SseEvent>& events);
  void take_field(std::string_view name, std::string_view value);

  std::size_t event_bytes_max_;
  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  bool is_first_line_ = true;
  bool ended_with_cr_ = false;
};

}  // namespace aiva
