#include <algorithm>

#include "capabilities/chat/extract.h"
#include "capabilities/chat/passages.h"
#include "capabilities/search/best_sentence.h"

namespace aiva::chat {
namespace {

constexpr std::size_t quote_bytes_max = 700;

// Numbers in brackets that stand in a document would read as our own markers.
std::string without_markers(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::size_t end = i + 1;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    bool is_marker = text[i] == '[' && end > i + 1 && end < text.size() && text[end] == ']';
    if (!is_marker) {
      out += text[i];
      continue;
    }
    out += '(';
    out += text.substr(i + 1, end - i - 1);
    out += ')';
    i = end;
  }
  return out;
}

std::vector<std::string_view> cells_of(std::string_view row) {
  std::vector<std::string_view> cells;
  for (std::size_t begin = 0; begin <= row.size();) {
    auto end = std::min(row.find('|', begin), row.size());
    auto cell = row.substr(begin, end - begin);
    while (cell.starts_with(' ')) cell.remove_prefix(1);
    while (cell.ends_with(' ')) cell.remove_suffix(1);
    cells.push_back(cell);
    begin = end + 1;
  }
  return cells;
}

// The first line of the table in which a row stands: of the chunk, or of one that begins after the
// first table there.
std::string_view column_names(const knowledge::Chunk& chunk, std::size_t row) {
  std::size_t begin = 0;
  for (std::size_t i = 1; i < chunk.spans.size(); ++i)
    if (chunk.spans[i].begin <= row) begin = chunk.spans[i].begin;
  auto table = std::string_view(chunk.text).substr(begin);
  return table.substr(0, table.find('\n'));
}

// A row of a table with the names of its columns; the row as it is when they do not fit.
std::string named_cells(std::string_view names_row, std::string_view row) {
  auto names = cells_of(names_row);
  auto cells = cells_of(row);
  if (row.data() == names_row.data() || names.size() != cells.size()) return std::string(row);
  std::string text;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].empty()) continue;
    if (!text.empty()) text += "; ";
    if (!names[i].empty()) text.append(names[i]).append(": ");
    text += cells[i];
  }
  return text;
}

// An extract as it is shown: steps keep their lines when it stands alone, code its form.
std::string shown(const search::TextHit& hit, std::string_view text, bool is_alone) {
  if (hit.chunk.type == "table") {
    auto row = static_cast<std::size_t>(text.data() - hit.chunk.text.data());
    return without_markers(named_cells(column_names(hit.chunk, row), text));
  }
  if (hit.chunk.type == "code" && is_alone) return "```\n" + std::string(text) + "\n```\n";
  if (hit.chunk.type == "code") return "`" + search::one_line(text, quote_bytes_max) + "`";
  if (is_alone && text.find('\n') != std::string_view::npos) return without_markers(text);
  return without_markers(search::one_line(text, quote_bytes_max));
}

}  // namespace

ExtractiveReply compose_reply(std::span<const search::TextHit> hits,
                              std::span<const Extract> extracts) {
  ExtractiveReply reply;
  if (extracts.empty()) {
    reply.lead = "The documents of this knowledge base do not answer the question.";
    return reply;
  }
  bool is_alone = extracts.size() == 1;
  reply.lead = "From the documents:";
  for (const auto& extract : extracts) {
    const auto& hit = hits[extract.hit];
    auto text = std::string_view(hit.chunk.text).substr(extract.begin, extract.end - extract.begin);
    auto number = static_cast<int>(reply.sources.size()) + 1;
    auto display = shown(hit, text, is_alone);
    bool has_lines = display.find('\n') != std::string::npos;
    auto before = is_alone ? (has_lines ? "\n\n" : " ") : (number == 1 ? "\n\n- " : "\n- ");
    reply.parts.push_back(before + display + " [" + std::to_string(number) + "]");
    reply.sources.push_back({.number = number,
                             .document = hit.chunk.document,
                             .document_name = hit.chunk.document_name,
                             .document_version = hit.chunk.document_version,
                             .chunk = hit.chunk.id,
                             .page = knowledge::page_at(hit.chunk, extract.begin),
                             .box = box_at(hit.chunk, extract.begin),
                             .quote = search::one_line(text, quote_bytes_max),
                             .heading_path = hit.chunk.heading_path,
                             .score = std::min(extract.score, 1.0)});
  }
  return reply;
}

}  // namespace aiva::chat
