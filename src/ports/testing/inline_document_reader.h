#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/document_reader.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {

// A reader for plain text without a process of its own: empty lines part paragraphs, form feeds
// part pages, `# ` starts a heading. A file that begins with "BROKEN" is damaged.
class InlineDocumentReader final : public DocumentReader {
 public:
  Task<Result<DocumentSummary>> read(CallContext context, std::filesystem::path file,
                                     ReadRequest request, DocumentSink sink) override {
    if (!std::filesystem::exists(file))
      co_return fail(ErrorCode::unavailable, "The document cannot be read", file.string());
    auto text = read_whole_file(file);
    if (text.starts_with("BROKEN")) co_return fail(ErrorCode::invalid, "The document is damaged");
    auto pages = split(text, "\f");
    DocumentSummary summary{
        .format = request.file_name.ends_with(".md") ? FileFormat::markdown : FileFormat::text,
        .title = request.file_name,
        .pages = static_cast<int>(pages.size())};
    for (auto page : pages) {
      CO_TRY_VOID(context.check());
      ++summary.pages_read;
      CO_TRY_VOID(sink.blocks(read_page(page, summary.pages_read)));
      if (sink.progress) CO_TRY_VOID(sink.progress(summary.pages_read, summary.pages));
    }
    co_return summary;
  }

 private:
  static std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
    std::vector<std::string_view> parts;
    for (;;) {
      auto end = text.find(separator);
      parts.push_back(text.substr(0, end));
      if (end == std::string_view::npos) return parts;
      text.remove_prefix(end + separator.size());
    }
  }

  static std::vector<Block> read_page(std::string_view page, int number) {
    std::vector<Block> blocks;
    for (auto text : split(page, "\n\n")) {
      auto begin = text.find_first_not_of(" \n");
      if (begin == std::string_view::npos) continue;
      text = text.substr(begin, text.find_last_not_of(" \n") + 1 - begin);
      bool is_heading = text.starts_with("# ");
      blocks.push_back(Block{.kind = is_heading ? BlockKind::heading : BlockKind::paragraph,
                             .level = is_heading ? 1 : 0,
                             .page = number,
                             .text = std::string(is_heading ? text.substr(2) : text)});
    }
    return blocks;
  }
};

}  // namespace aiva
