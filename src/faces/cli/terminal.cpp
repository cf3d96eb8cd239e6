#include "faces/cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

#include "foundation/crypto.h"

namespace aiva::cli {
namespace {

constexpr int bar_width = 30;

}  // namespace

ProgressBar::ProgressBar(std::string label, bool is_quiet)
    : label_(std::move(label)), is_quiet_(is_quiet), is_terminal_(isatty(STDERR_FILENO) != 0) {}

void ProgressBar::show(int percent, std::string_view step) {
  if (is_quiet_) return;
  percent = std::clamp(percent, 0, 100);
  if (is_terminal_) {
    int filled = percent * bar_width / 100;
    std::string bar(static_cast<std::size_t>(filled), '#');
    bar.append(static_cast<std::size_t>(bar_width - filled), '.');
    std::fprintf(stderr, "\r\033[K%-32.32s [%s] %3d %% %.*s", label_.c_str(), bar.c_str(), percent,
                 static_cast<int>(step.size()), step.data());
    return;
  }
  if (percent / 10 == last_tenth_) return;
  last_tenth_ = percent / 10;
  std::fprintf(stderr, "%s: %d %% %.*s\n", label_.c_str(), percent, static_cast<int>(step.size()),
               step.data());
}

void ProgressBar::finish(std::string_view outcome) {
  if (is_quiet_) return;
  std::fprintf(stderr, "%s%-32s %.*s\n", is_terminal_ ? "\r\033[K" : "", label_.c_str(),
               static_cast<int>(outcome.size()), outcome.data());
}

bool is_terminal_output() { return isatty(STDOUT_FILENO) != 0; }

std::string read_or_make_password(bool& was_made) {
  was_made = isatty(STDIN_FILENO) != 0;
  // The suffix meets the rule "one upper case letter and one digit" whatever the token holds.
  if (was_made) return random_token(15) + "A7";
  std::string line;
  std::getline(std::cin, line);
  return line;
}

}  // namespace aiva::cli
