#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace aiva::http {

enum class ScanState { incomplete, complete, malformed };

// Where the search for the end of a request head stands.
struct HeadScan {
  ScanState state = ScanState::incomplete;
  std::size_t line_start = 0;  // of the line being looked at; 0: still the first
  std::size_t length = 0;      // of the whole head, when complete
};

// Goes on looking for the empty line that ends a head, in `text` that only grew since the last
// call. Bare line feeds are malformed.
inline void scan_head(std::string_view text, HeadScan& scan) {
  for (;;) {
    auto end = text.find('\n', scan.line_start);
    if (end == std::string_view::npos) return;
    if (end == scan.line_start || text[end - 1] != '\r') {
      scan.state = ScanState::malformed;
      return;
    }
    bool is_empty = end == scan.line_start + 1;
    scan.line_start = end + 1;
    if (!is_empty) continue;
    scan.state = ScanState::complete;
    scan.length = end + 1;
    return;
  }
}

}  // namespace aiva::http
