#pragma once

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/document_reader.h"
#include "ports/link_list.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {

// A reader for plain text without a process of its own: empty lines part paragraphs, form feeds
// part pages, `# ` starts a heading. A page that begins with "SCAN " is print without text. A file
// that begins with "BROKEN" is damaged, one that begins with "ENDLESS" takes longer than it may,
// one that archive_of() made is an archive. Of a file called .html the lines that begin with "-> "
// are its list of links. What follows "FIGURE " on a line is a picture on its page; such a file is
// taken for a PDF, and so is one whose first line is "PDF", which is known to hold no pictures.
class InlineDocumentReader final : public DocumentReader {
 public:
  struct Entry {
    std::string name;
    std::string content;
  };
  // A file that this reader takes for an archive of these.
  static std::string archive_of(const std::vector<Entry>& entries) {
    std::string text = "ARCHIVE";
    for (const auto& entry : entries) text += "\x1d" + entry.name + "\x1e" + entry.content;
    return text;
  }
  // From now on print is not recognised but this happens; nothing: it is recognised again.
  void fail_recognition(std::optional<Error> error) { recognition_error_ = std::move(error); }
  // How often print was recognised.
  [[nodiscard]] int recognitions() const { return recognitions_; }

  Task<Result<DocumentSummary>> read(CallContext context, std::filesystem::path file,
                                     ReadRequest request, DocumentSink sink) override {
    if (!std::filesystem::exists(file))
      co_return fail(ErrorCode::unavailable, "The document cannot be read", file.string());
    auto text = read_whole_file(file);
    if (text.starts_with("BROKEN")) co_return fail(ErrorCode::invalid, "The document is damaged");
    if (text.starts_with("ENDLESS"))
      co_return fail(ErrorCode::timeout, "Reading the document took too long");
    if (text.starts_with("ARCHIVE")) co_return read_archive(text, request, sink);
    if (!request.pages_to_recognise.empty() && recognition_error_)
      co_return fail(*recognition_error_);
    if (!request.pages_to_recognise.empty()) ++recognitions_;
    if (request.file_name.ends_with(".html")) CO_TRY_VOID(deliver_links(text, request, sink));
    auto pages = split(text, "\f");
    DocumentSummary summary{
        .format = request.file_name.ends_with(".md") ? FileFormat::markdown : FileFormat::text,
        .title = request.file_name,
        .pages = static_cast<int>(pages.size())};
    if (text.starts_with("PDF\n")) {
      summary.format = FileFormat::pdf;
      summary.may_have_figures = false;
    }
    for (auto page : pages) {
      CO_TRY_VOID(context.check());
      ++summary.pages_read;
      CO_TRY_VOID(deliver_figures(page, request, sink, summary));
      bool is_print = page.starts_with("SCAN ");
      const auto& wanted = request.pages_to_recognise;
      bool is_wanted = wanted.empty()
                           ? !is_print
                           : std::ranges::find(wanted, summary.pages_read) != wanted.end();
      if (is_print && request.pages_to_recognise.empty())
        summary.pages_without_text.push_back(summary.pages_read);
      if (is_print) page.remove_prefix(5);
      if (is_wanted) CO_TRY_VOID(sink.blocks(read_page(page, summary.pages_read)));
      if (sink.progress) CO_TRY_VOID(sink.progress(summary.pages_read, summary.pages));
    }
    co_return summary;
  }

 private:
  static Result<void> deliver_figures(std::string_view page, const ReadRequest& request,
                                      const DocumentSink& sink, DocumentSummary& summary) {
    constexpr std::string_view mark = "FIGURE ";
    for (auto line : split(page, "\n")) {
      if (!line.starts_with(mark)) continue;
      summary.format = FileFormat::pdf;
      summary.may_have_figures = true;
      if (!request.wants_images || !sink.file) continue;
      EmbeddedFile file{.media_type = "image/png", .page = summary.pages_read};
      line.remove_prefix(mark.size());
      TRY_VOID(sink.file(file, line.substr(0, line.size() / 2), false));
      TRY_VOID(sink.file(file, line.substr(line.size() / 2), true));
    }
    return {};
  }

  static Result<DocumentSummary> read_archive(std::string_view text, const ReadRequest& request,
                                              const DocumentSink& sink) {
    auto entries = split(text, "\x1d");
    DocumentSummary summary{.format = FileFormat::zip, .pages = 1, .pages_read = 1};
    if (!request.wants_documents || !sink.file) return summary;
    for (std::size_t i = 1; i < entries.size(); ++i) {
      auto parts = split(entries[i], "\x1e");
      EmbeddedFile file{.kind = EmbeddedFile::Kind::document, .name = std::string(parts[0])};
      auto half = parts[1].size() / 2;
      TRY_VOID(sink.file(file, parts[1].substr(0, half), false));
      TRY_VOID(sink.file(file, parts[1].substr(half), true));
    }
    return summary;
  }

  static Result<void> deliver_links(std::string_view text, const ReadRequest& request,
                                    const DocumentSink& sink) {
    if (!request.wants_documents || !sink.file) return {};
    std::string list;
    for (auto line : split(text, "\n"))
      if (line.starts_with("-> ")) list.append(line.substr(3)).append("\n");
    EmbeddedFile file{.kind = EmbeddedFile::Kind::document,
                      .name = "links",
                      .media_type = std::string(link_list_media_type)};
    return sink.file(file, list, true);
  }

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

  std::optional<Error> recognition_error_;
  std::atomic<int> recognitions_ = 0;
};

}  // namespace aiva
