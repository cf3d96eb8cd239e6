#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace aiva::documents {

// Walks over the lines of a text without copying them; a carriage return before a line end belongs
// to the end.
class LineReader {
 public:
  explicit LineReader(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool has_more() const { return !rest_.empty(); }
  std::string_view next();

 private:
  std::string_view rest_;
};

// The sign a list item begins with ("•", "-", "3.", "(a)") and the blanks behind it.
struct ListMarker {
  std::size_t bytes = 0;   // of the mark and the blanks
  bool is_bullet = false;  // says nothing: can be left out of the text
};

// The list mark the line begins with, if any.
std::optional<ListMarker> list_marker(std::string_view line);

// The level of a heading that stands alone on a line without further markup ("2.1 Scope",
// "SYNOPSIS"), or 0 when the line is none.
int plain_heading_level(std::string_view line);

// The depth of a section number at the start of the line ("2.1 Scope" has 2), or 0.
int section_number_depth(std::string_view line);

}  // namespace aiva::documents
