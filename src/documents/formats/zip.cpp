#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "documents/archive/zip_reader.h"
#include "documents/clean_text.h"
#include "documents/format_detection.h"
#include "documents/formats/format.h"
#include "documents/read_document.h"

namespace aiva::documents {
namespace {

// What systems put beside a user's files.
bool is_litter(std::string_view path) {
  constexpr std::array<std::string_view, 2> names = {"thumbs.db", "desktop.ini"};
  auto name = to_lower_ascii(path.substr(path.rfind('/') + 1));
  return path.starts_with('.') || path.contains("/.") || path.starts_with("__MACOSX/") ||
         path.contains("/__MACOSX/") || std::ranges::find(names, name) != names.end();
}

std::vector<const ZipEntry*> list_files(const ZipReader& zip) {
  std::vector<const ZipEntry*> files;
  for (const auto& entry : zip.entries())
    if (!entry.is_folder && !entry.is_link && !entry.name.empty() && !is_litter(entry.name))
      files.push_back(&entry);
  return files;
}

// Reads the documents of an archive one after the other, or hands them over as files.
class ArchiveReading {
 public:
  explicit ArchiveReading(BlockOutput& out) : out_(out) {}

  Result<DocumentSummary> run(std::string_view bytes) {
    if (out_.inner().depth > 1) return fail(ErrorCode::invalid, "Archives nest too deep in it");
    TRY(auto zip, ZipReader::open(bytes));
    auto files = list_files(zip);
    if (files.empty()) return fail(ErrorCode::invalid, "The archive is empty");
    total_ = static_cast<int>(files.size());
    for (const auto* file : files) {
      auto read = read_file(zip, *file, "", 0);
      if (!read) {
        if (out_.has_sink_failed()) return fail(read.error());
        note(file->name, read.error());
        if (out_.is_closed()) break;
      }
      ++done_;
      TRY_VOID(out_.end_page(std::min(done_, total_), total_));
    }
    if (taken_ == 0)
      return first_error_ ? fail(*first_error_)
                          : fail(ErrorCode::invalid, "The archive holds no document AIVA can read");
    DocumentSummary summary{.pages = total_, .pages_read = total_ - failed_};
    if (failed_ > 0) {
      summary.partial_reason = first_name_ + ": " + first_error_->message;
      if (failed_ > 1)
        summary.partial_reason += " (and " + std::to_string(failed_ - 1) + " more files)";
    }
    return summary;
  }

 private:
  void note(const std::string& name, const Error& error) {
    if (!first_error_) {
      first_error_ = error;
      first_name_ = name;
    }
    failed_ = out_.is_closed() ? total_ - done_ : failed_ + 1;
  }

  [[nodiscard]] bool is_readable(FileFormat kind) const {
    return std::ranges::any_of(out_.inner().formats,
                               [&](const auto& format) { return format->format() == kind; });
  }

  // Files of other kinds are passed over.
  Result<void> read_file(ZipReader& zip, const ZipEntry& file, const std::string& folder,
                         int depth) {
    TRY(auto bytes, zip.read(file, out_.limits().file_bytes_max));
    auto name = folder + file.name;
    auto kind = detect_format(bytes, name);
    if (!is_readable(kind) || is_blank(std::string_view(bytes).substr(0, 4096))) return {};
    if (out_.wants(EmbeddedFile::Kind::document)) return hand_over(bytes, kind, name, depth);
    ++taken_;
    int page = std::min(done_ + 1, out_.limits().pages_max);
    TRY_VOID(
        out_.add(Block{.kind = BlockKind::heading, .level = 1, .page = page, .text = file.name}));
    auto read = read_inner_document(
        {.bytes = bytes, .file_name = file.name, .page = page, .heading_shift = 1}, out_);
    return read ? Result<void>() : fail(read.error());
  }

  // The files of an archive in the archive are handed over too; a further one is refused.
  Result<void> hand_over(std::string_view bytes, FileFormat kind, const std::string& name,
                         int depth) {
    if (kind != FileFormat::zip) {
      ++taken_;
      return out_.add_file({.kind = EmbeddedFile::Kind::document, .name = name}, bytes);
    }
    if (depth > 0) return fail(ErrorCode::invalid, "Archives nest too deep in it");
    TRY(auto inner, ZipReader::open(bytes));
    Result<void> result;
    for (const auto* file : list_files(inner)) {
      auto read = read_file(inner, *file, name + "/", depth + 1);
      if (!read && out_.is_closed()) return read;
      if (!read && result) result = std::move(read);
    }
    return result;
  }

  BlockOutput& out_;
  int total_ = 0;
  int done_ = 0;    // files looked at
  int taken_ = 0;   // documents found
  int failed_ = 0;  // files that could not be read
  std::optional<Error> first_error_;
  std::string first_name_;
};

class ZipFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::zip; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    return ArchiveReading(out).run(bytes);
  }
};

}  // namespace

std::unique_ptr<Format> make_zip_format() { return std::make_unique<ZipFormat>(); }

}  // namespace aiva::documents
