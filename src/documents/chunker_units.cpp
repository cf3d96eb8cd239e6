#include "documents/chunker_units.h"

#include <algorithm>
#include <array>

#include "foundation/text/sentences.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::string_view cell_separator = " | ";
constexpr std::size_t smallest_cut_bytes = 8;  // no text is cut shorter than this

using Views = std::vector<std::string_view>;

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

Views lines_of(std::string_view text) {
  Views lines;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    if (!is_blank(text.substr(0, end))) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Runs of lines between blank lines.
Views paragraphs_of(std::string_view text) {
  Views paragraphs;
  const char* open = nullptr;
  for (auto line : lines_of(text)) {
    bool follows = !paragraphs.empty() && open != nullptr && line.data() == open + 1;
    if (follows)
      paragraphs.back() = {
          paragraphs.back().data(),
          static_cast<std::size_t>(line.data() + line.size() - paragraphs.back().data())};
    else
      paragraphs.push_back(line);
    open = line.data() + line.size();
  }
  return paragraphs;
}

Views cells_of(std::string_view row) {
  Views cells;
  for (;;) {
    auto end = row.find(cell_separator);
    if (end != 0) cells.push_back(row.substr(0, end));
    if (end == std::string_view::npos) return cells;
    row.remove_prefix(end + cell_separator.size());
  }
}

// The last place in `text` where a cut harms least, none before `from`; behind a comma of Chinese
// or Japanese writing or at a blank. npos: there is none.
std::size_t gentle_cut(std::string_view text, std::size_t from) {
  auto best = text.rfind(' ');
  if (best != std::string_view::npos && best >= from) return best;
  best = std::string_view::npos;
  constexpr auto commas = std::to_array<std::string_view>({"、", "，", "；", "،"});
  for (auto comma : commas) {
    auto at = text.rfind(comma);
    if (at == std::string_view::npos || at + comma.size() < from) continue;
    if (best == std::string_view::npos || at + comma.size() > best) best = at + comma.size();
  }
  return best;
}

class Cutter {
 public:
  Cutter(std::string_view text, const UnitLimits& limits) : text_(text), limits_(limits) {}

  // Takes each part as it is, or as what `cut_more` makes of it when it is too large.
  template <class CutMore>
  void take_all(const Views& parts, CutMore cut_more) {
    for (auto part : parts) {
      int size = limits_.measure(part);
      if (size <= limits_.size_max || part.size() < smallest_cut_bytes)
        add(part, size);
      else
        cut_more(part, size);
    }
  }

  void take_sentences(std::string_view part) {
    take_all(split_sentences(part),
             [this](std::string_view sentence, int size) { take_words(sentence, size); });
  }

  // Cuts into about as many parts of one length as are needed; the too large ones again.
  void take_words(std::string_view part, int size) {
    if (size <= limits_.size_max || part.size() < smallest_cut_bytes) return add(part, size);
    auto count = static_cast<std::size_t>(size / std::max(1, limits_.size_max)) + 1;
    auto length = std::max(part.size() / count + 1, smallest_cut_bytes / 2);
    while (!part.empty()) {
      auto piece = part.size() <= length + length / 8 ? part : utf8_prefix(part, length);
      if (piece.empty()) piece = part.substr(0, length);  // not UTF-8
      if (piece.size() < part.size()) {
        auto cut = part[piece.size()] == ' ' ? piece.size() : gentle_cut(piece, length * 3 / 4);
        if (cut != std::string_view::npos && cut > 0) piece = piece.substr(0, cut);
      }
      part.remove_prefix(piece.size());
      while (part.starts_with(' ')) part.remove_prefix(1);
      take_words(piece, limits_.measure(piece));
    }
  }

  std::vector<Unit> finish() {
    for (std::size_t i = 0; i + 1 < units_.size(); ++i)
      units_[i].size_after =
          static_cast<int>(units_[i + 1].begin - units_[i].end) * limits_.space_size;
    return std::move(units_);
  }

 private:
  void add(std::string_view part, int size) {
    auto begin = static_cast<std::size_t>(part.data() - text_.data());
    units_.push_back({.begin = begin, .end = begin + part.size(), .size = size});
  }

  std::string_view text_;
  const UnitLimits& limits_;
  std::vector<Unit> units_;
};

}  // namespace

TableHeader header_of(const Block& table, const UnitLimits& limits) {
  if (table.kind != BlockKind::table || table.header_rows <= 0) return {};
  std::size_t end = 0;
  for (int row = 0; row < table.header_rows && end < table.text.size(); ++row)
    end = std::min(table.text.find('\n', end), table.text.size() - 1) + 1;
  TableHeader header{.text = table.text.substr(0, end)};
  while (header.text.ends_with('\n')) header.text.pop_back();
  header.size = limits.measure(header.text);
  return header;
}

std::vector<Unit> cut_into_units(const Block& block, const UnitLimits& limits) {
  Cutter cutter(block.text, limits);
  auto words = [&](std::string_view part, int size) { cutter.take_words(part, size); };
  if (block.kind == BlockKind::table) {
    auto cell = [&](std::string_view part, int) { cutter.take_sentences(part); };
    auto row = [&](std::string_view part, int) { cutter.take_all(cells_of(part), cell); };
    cutter.take_all(lines_of(block.text), row);
  } else if (block.kind == BlockKind::code) {
    auto paragraph = [&](std::string_view part, int) { cutter.take_all(lines_of(part), words); };
    cutter.take_all(paragraphs_of(block.text), paragraph);
  } else {
    cutter.take_sentences(block.text);
  }
  return cutter.finish();
}

int size_of(const std::vector<Unit>& units) {
  int size = 0;
  for (const auto& unit : units) size += unit.size + unit.size_after;
  return size;
}

}  // namespace aiva::documents
