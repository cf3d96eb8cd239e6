#include "capabilities/knowledge/joined_text.h"

#include <algorithm>
#include <vector>

namespace aiva::knowledge {
namespace {

constexpr std::size_t overlap_bytes_max = 4096;
constexpr std::size_t overlap_bytes_min = 16;  // less is taken for chance
constexpr std::string_view path_separator = " > ";

// How many bytes at the end of `before` are also the beginning of `next` (Knuth, Morris, Pratt).
std::size_t overlap_of(std::string_view before, std::string_view next) {
  next = next.substr(0, overlap_bytes_max);
  before = before.substr(before.size() - std::min(before.size(), next.size()));
  std::vector<std::size_t> border(next.size(), 0);
  for (std::size_t i = 1, matched = 0; i < next.size(); ++i) {
    while (matched > 0 && next[i] != next[matched]) matched = border[matched - 1];
    if (next[i] == next[matched]) ++matched;
    border[i] = matched;
  }
  std::size_t matched = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (matched == next.size()) matched = border[matched - 1];
    while (matched > 0 && before[i] != next[matched]) matched = border[matched - 1];
    if (before[i] == next[matched]) ++matched;
  }
  return matched < overlap_bytes_min ? 0 : matched;
}

// The header rows that a part of a split table begins with; they are in none of its spans.
std::string_view repeated_header(const Chunk& chunk) {
  if (chunk.type != "table" || chunk.spans.empty()) return {};
  return std::string_view(chunk.text).substr(0, chunk.spans.front().begin);
}

void append_next(std::string& text, const Chunk& before, const Chunk& next) {
  auto header = repeated_header(next);
  if (!header.empty() && std::string_view(before.text).starts_with(header)) {
    text += '\n';
    text += std::string_view(next.text).substr(header.size());
    return;
  }
  auto repeated = overlap_of(before.text, next.text);
  if (repeated == 0) text += "\n\n";
  text += std::string_view(next.text).substr(repeated);
}

// What a heading path says beyond another; nothing when it is not below it.
std::string_view path_below(std::string_view path, std::string_view above) {
  if (!path.starts_with(above) || path.size() == above.size()) return {};
  path.remove_prefix(above.size());
  if (above.empty()) return path;
  return path.starts_with(path_separator) ? path.substr(path_separator.size()) : "";
}

}  // namespace

std::string joined_text(std::string_view heading_path, std::span<const Chunk* const> chunks) {
  std::string text;
  const Chunk* before = nullptr;
  for (const auto* chunk : chunks) {
    bool is_under_new_heading = before == nullptr || before->heading_path != chunk->heading_path;
    auto heading = path_below(chunk->heading_path, heading_path);
    if (is_under_new_heading && !heading.empty()) {
      if (before != nullptr) text += "\n\n";
      text.append(heading).append("\n\n").append(chunk->text);
    } else if (before == nullptr) {
      text += chunk->text;
    } else {
      append_next(text, *before, *chunk);
    }
    before = chunk;
  }
  return text;
}

}  // namespace aiva::knowledge
