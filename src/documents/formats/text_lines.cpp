#include "documents/formats/text_lines.h"

#include <algorithm>
#include <array>

#include "documents/clean_text.h"

namespace aiva::documents {
namespace {

constexpr std::size_t heading_bytes_max = 80;
constexpr int depth_max = 6;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

std::size_t count_blanks(std::string_view text) {
  return std::min(text.find_first_not_of(" \t"), text.size());
}

// Bytes of "12." / "3)" / "(a)" / "b)" at the start, or 0. Numbers have at most three digits, so
// that a year at the start of a line is none.
std::size_t ordinal_bytes(std::string_view line) {
  std::size_t at = line.starts_with('(') ? 1 : 0;
  std::size_t begin = at;
  while (at < line.size() && at - begin < 3 && is_digit(line[at])) ++at;
  bool is_number = at > begin;
  if (!is_number && at < line.size() && (is_lower(line[at]) || is_upper(line[at]))) ++at;
  if (at == begin || at >= line.size()) return 0;
  bool has_dot = line[at] == '.' && is_number && begin == 0;
  return has_dot || line[at] == ')' ? at + 1 : 0;
}

}  // namespace

std::string_view LineReader::next() {
  auto end = std::min(rest_.find('\n'), rest_.size());
  auto line = rest_.substr(0, end);
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<ListMarker> list_marker(std::string_view line) {
  // The last three are private code points that symbol fonts use for bullets.
  constexpr std::array<std::string_view, 19> bullets = {"-",
                                                        "*",
                                                        "+",
                                                        "•",
                                                        "◦",
                                                        "▪",
                                                        "‣",
                                                        "●",
                                                        "○",
                                                        "■",
                                                        "□",
                                                        "◆",
                                                        "–",
                                                        "➢",
                                                        "✓",
                                                        "⁃",
                                                        "\xEF\x82\xB7",
                                                        "\xEF\x82\xA7",
                                                        "\xEF\x83\x98"};
  auto bullet = std::ranges::find_if(bullets, [&](auto b) { return line.starts_with(b); });
  std::size_t mark = bullet != bullets.end() ? bullet->size() : ordinal_bytes(line);
  if (mark == 0) return std::nullopt;
  std::size_t blanks = count_blanks(line.substr(mark));
  if (blanks == 0 || mark + blanks == line.size()) return std::nullopt;
  return ListMarker{.bytes = mark + blanks, .is_bullet = bullet != bullets.end()};
}

int section_number_depth(std::string_view line) {
  int depth = 0;
  std::size_t at = 0;
  while (at < line.size() && is_digit(line[at])) {
    std::size_t digits = 0;
    while (at < line.size() && is_digit(line[at])) ++at, ++digits;
    if (digits > 3) return 0;
    ++depth;
    if (at < line.size() && line[at] == '.') ++at;
  }
  bool is_followed_by_words =
      depth > 0 && at < line.size() && (line[at] == ' ' || line[at] == '\t');
  return is_followed_by_words ? std::min(depth, depth_max) : 0;
}

int plain_heading_level(std::string_view line) {
  bool is_indented = line.starts_with(' ') || line.starts_with('\t');
  line = trim(line);
  if (is_indented || line.size() > heading_bytes_max || line.empty()) return 0;
  if (std::string_view(".,;:!?").find(line.back()) != std::string_view::npos) return 0;
  if (int depth = section_number_depth(line); depth > 0) {
    auto words = line.substr(line.find_first_of(" \t"));
    words = trim(words);
    bool is_title = !words.empty() && !is_lower(words.front()) && !is_digit(words.front());
    return is_title ? depth : 0;
  }
  auto capitals = std::ranges::count_if(line, is_upper);
  bool is_shouted = capitals >= 3 && std::ranges::none_of(line, is_lower);
  return is_shouted ? 2 : 0;
}

}  // namespace aiva::documents
