#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aiva::cli {

// Shows how far something is: a bar that redraws itself on a terminal, one line per tenth
// elsewhere, nothing with --json. Writes to standard error, so that standard output stays data.
class ProgressBar {
 public:
  ProgressBar(std::string label, bool is_quiet);
  // `percent` 0…100; `step` is a word or two.
  void show(int percent, std::string_view step);
  // Ends the line with a last word.
  void finish(std::string_view outcome);

 private:
  std::string label_;
  bool is_quiet_;
  bool is_terminal_;
  int last_tenth_ = -1;
};

// Whether a person reads standard output.
bool is_terminal_output();

// One line from standard input without its end, or a random password when that is a terminal;
// `was_made` tells which.
std::string read_or_make_password(bool& was_made);

}  // namespace aiva::cli
