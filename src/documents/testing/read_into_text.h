#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "documents/read_document.h"

namespace aiva::documents {

// Blocks as text, one a line ("p1 heading 2: Title"), the way goldens and failures show them.
inline std::string to_text(const std::vector<Block>& blocks) {
  std::string out;
  for (const auto& block : blocks) {
    out += "p" + std::to_string(block.page) + " ";
    switch (block.kind) {
      case BlockKind::heading: out += "heading " + std::to_string(block.level); break;
      case BlockKind::paragraph: out += "paragraph"; break;
      case BlockKind::list_item: out += "item " + std::to_string(block.level); break;
      case BlockKind::table: out += "table"; break;
      case BlockKind::code: out += "code"; break;
      case BlockKind::quote: out += "quote"; break;
      case BlockKind::footnote: out += "footnote"; break;
      case BlockKind::image: out += "image"; break;
    }
    if (block.header_rows > 0) out += " (header " + std::to_string(block.header_rows) + ")";
    if (block.is_hidden) out += " (hidden)";
    out += ": " + block.text + "\n";
    for (const auto& link : block.links) out += "  -> " + link + "\n";
  }
  return out;
}

// What one reading delivered.
struct Reading {
  std::vector<Block> blocks;
  DocumentSummary summary;
  std::optional<Error> error;

  [[nodiscard]] std::string text() const { return to_text(blocks); }
};

// PDFium for tests, opened once: it can be initialised only once in a program.
inline const Pdfium* test_pdfium() {
  static const auto pdfium = Pdfium::open("native/unpacked/pdfium/libpdfium.so");
  return pdfium ? pdfium->get() : nullptr;
}

// Reads a document in this process.
inline Reading read_into_text(std::string_view bytes, std::string_view file_name,
                              const ReadLimits& limits = {}) {
  Reading reading;
  DocumentSink sink{
      .blocks = [&](std::vector<Block> batch) -> Result<void> {
        for (auto& block : batch) reading.blocks.push_back(std::move(block));
        return {};
      },
  };
  auto formats = make_all_formats(test_pdfium());
  auto summary = read_document(bytes, {.file_name = std::string(file_name)}, formats, sink, limits);
  if (summary)
    reading.summary = std::move(*summary);
  else
    reading.error = std::move(summary).error();
  return reading;
}

}  // namespace aiva::documents
