#include "documents/chunker.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "foundation/text/sentences.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t heading_path_bytes_max = 400;

std::string type_of(BlockKind kind) {
  if (kind == BlockKind::table) return "table";
  if (kind == BlockKind::code) return "code";
  return "text";
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (!line.empty()) lines.push_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

// Halves a text at a space near its middle, or between two characters where there is none.
std::pair<std::string_view, std::string_view> halve(std::string_view text) {
  auto middle = utf8_prefix(text, text.size() / 2).size();
  auto space = text.rfind(' ', middle);
  if (space == std::string_view::npos || space < text.size() / 4) space = text.find(' ', middle);
  if (space == std::string_view::npos || space > text.size() * 3 / 4) {
    if (middle == 0) middle = 1;
    return {text.substr(0, middle), text.substr(middle)};
  }
  return {text.substr(0, space), text.substr(space + 1)};
}

struct Part {
  std::string_view text;
  int size = 0;
};

// The sentences (or lines) of a text, the too large ones halved until they fit.
std::vector<Part> small_parts(std::string_view text, bool is_lines, const ChunkerOptions& options) {
  std::vector<Part> parts;
  std::deque<std::string_view> open;
  for (auto unit : is_lines ? split_lines(text) : split_sentences(text)) open.push_back(unit);
  while (!open.empty()) {
    auto unit = open.front();
    open.pop_front();
    int size = options.measure(unit);
    if (size <= options.size_target || unit.size() < 8) {
      parts.push_back({unit, size});
      continue;
    }
    auto [left, right] = halve(unit);
    open.push_front(right);
    open.push_front(left);
  }
  return parts;
}

}  // namespace

int count_characters(std::string_view text) {
  auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return static_cast<int>(std::ranges::count_if(text, is_start));
}

Chunker::Chunker(ChunkerOptions options, std::function<Result<void>(Piece)> deliver)
    : options_(std::move(options)), deliver_(std::move(deliver)) {
  options_.size_target = std::max(1, options_.size_target);
  options_.size_max = std::max(options_.size_target, options_.size_max);
  options_.overlap = std::clamp(options_.overlap, 0, options_.size_target / 2);
}

Result<void> Chunker::add(const std::vector<Block>& blocks) {
  for (const auto& block : blocks) {
    if (block.text.empty()) continue;
    if (block.kind == BlockKind::heading)
      TRY_VOID(add_heading(block));
    else
      TRY_VOID(add_content(block));
  }
  return {};
}

Result<void> Chunker::finish() {
  if (bare_heading_) {
    auto heading = std::exchange(bare_heading_, std::nullopt);
    append(*heading, heading->text, options_.measure(heading->text));
  }
  return flush();
}

Result<void> Chunker::add_heading(const Block& block) {
  // A heading without content would be lost unless its child's path carries it.
  if (bare_heading_ && bare_heading_->level >= block.level) {
    auto heading = std::exchange(bare_heading_, std::nullopt);
    append(*heading, heading->text, options_.measure(heading->text));
  }
  TRY_VOID(flush());
  while (!headings_.empty() && headings_.back().level >= block.level) headings_.pop_back();
  headings_.push_back({block.level, std::string(utf8_prefix(block.text, 200))});
  bare_heading_ = block;
  return {};
}

Result<void> Chunker::add_content(const Block& block) {
  bare_heading_.reset();
  int size = options_.measure(block.text);
  if (size > options_.size_max) return add_split(block);
  bool is_other_type = !piece_.text.empty() && piece_.type != type_of(block.kind);
  if (piece_.size + size > options_.size_target || is_other_type) TRY_VOID(flush());
  append(block, block.text, size);
  return {};
}

Result<void> Chunker::add_split(const Block& block) {
  TRY_VOID(flush());
  bool is_lines = block.kind == BlockKind::table || block.kind == BlockKind::code;
  auto parts = small_parts(block.text, is_lines, options_);
  std::vector<Part> current;
  int current_size = 0;
  auto deliver_current = [&]() -> Result<void> {
    // Parts of one block are neighbours in its text; sentences are joined as they stood.
    for (std::size_t i = 0; i < current.size(); ++i) {
      if (i > 0) piece_.text += is_lines ? "\n" : " ";
      auto begin = piece_.text.size();
      piece_.text += current[i].text;
      piece_.size += current[i].size;
      if (i == 0) piece_.spans.push_back({block.page, begin, 0, block.box});
    }
    if (!piece_.spans.empty()) piece_.spans.back().end = piece_.text.size();
    piece_.type = type_of(block.kind);
    piece_.page_first = piece_.page_last = block.page;
    return flush();
  };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!current.empty() && current_size + parts[i].size > options_.size_target) {
      TRY_VOID(deliver_current());
      std::vector<Part> kept;
      int kept_size = 0;
      if (block.kind == BlockKind::table) {
        if (parts[0].size <= options_.overlap * 2 && i > 0) kept.push_back(parts[0]);
      } else if (!is_lines) {
        for (std::size_t back = current.size(); back-- > 0;) {
          if (kept_size + current[back].size > options_.overlap) break;
          kept.insert(kept.begin(), current[back]);
          kept_size += current[back].size;
        }
      }
      current = std::move(kept);
      current_size = 0;
      for (const auto& part : current) current_size += part.size;
    }
    current.push_back(parts[i]);
    current_size += parts[i].size;
  }
  if (current.empty()) return {};
  return deliver_current();
}

void Chunker::append(const Block& block, std::string_view text, int size) {
  if (!piece_.text.empty()) {
    bool is_tight = block.kind == last_kind_ &&
                    (block.kind == BlockKind::list_item || block.kind == BlockKind::table);
    piece_.text += is_tight ? "\n" : "\n\n";
  } else {
    piece_.page_first = block.page;
    piece_.type = type_of(block.kind);
  }
  auto begin = piece_.text.size();
  piece_.text += text;
  piece_.page_last = std::max(piece_.page_last, block.page);
  piece_.page_first = std::min(piece_.page_first, block.page);
  piece_.spans.push_back({block.page, begin, piece_.text.size(), block.box});
  piece_.size += size;
  last_kind_ = block.kind;
}

Result<void> Chunker::flush() {
  if (piece_.text.empty()) return {};
  auto piece = std::exchange(piece_, Piece{});
  piece.heading_path = heading_path();
  piece.page_last = std::max(piece.page_first, piece.page_last);
  return deliver_(std::move(piece));
}

std::string Chunker::heading_path() const {
  std::string path;
  for (const auto& heading : headings_) {
    if (path.size() + heading.text.size() > heading_path_bytes_max) break;
    if (!path.empty()) path += " > ";
    path += heading.text;
  }
  return path;
}

}  // namespace aiva::documents
