#include "capabilities/knowledge/internal/archive_collector.h"

#include <system_error>

#include "ports/link_list.h"

namespace aiva::knowledge {
namespace {

constexpr std::size_t failures_kept_max = 1000;

// What packers of some systems put beside the documents.
bool is_clutter(std::string_view name) {
  if (name.starts_with("__MACOSX/") || name.empty() || name.ends_with('/')) return true;
  auto slash = name.rfind('/');
  auto base = slash == std::string_view::npos ? name : name.substr(slash + 1);
  return base.starts_with('.') || base == "Thumbs.db";
}

}  // namespace

ArchiveCollector::~ArchiveCollector() {
  drop_current();
  std::error_code ignored;
  for (const auto& file : files_) std::filesystem::remove(file.staged, ignored);
}

Result<void> ArchiveCollector::take(const EmbeddedFile& file, std::string_view bytes,
                                    bool is_last) {
  bool is_document =
      file.kind == EmbeddedFile::Kind::document && file.media_type != link_list_media_type;
  if (!is_document) return {};
  if (current_ && current_->name != file.name) {
    failures_.push_back({current_->name, "The archive ends within the file"});
    drop_current();
  }
  if (!current_) TRY_VOID(begin(file));
  auto size = static_cast<std::int64_t>(bytes.size());
  bytes_ += size;
  if (bytes_ > limits_.bytes_max)
    return fail(ErrorCode::too_large,
                "The archive holds more than " + std::to_string(limits_.bytes_max >> 20U) + " MB");
  current_->size_bytes += size;
  if (!is_left_out_ && current_->size_bytes > limits_.file_bytes_max) {
    is_left_out_ = true;
    if (failures_.size() < failures_kept_max)
      failures_.push_back({current_->name, "The file has more than " +
                                               std::to_string(limits_.file_bytes_max) + " bytes"});
  }
  if (!is_left_out_) {
    output_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    hash_.update(bytes);
  }
  if (is_last) return end();
  return {};
}

Result<void> ArchiveCollector::begin(const EmbeddedFile& file) {
  if (++seen_ > limits_.files_max)
    return fail(ErrorCode::too_large,
                "The archive holds more than " + std::to_string(limits_.files_max) + " files");
  current_ = ArchivedFile{.name = file.name, .staged = folder_ / ("archive-" + random_token(16))};
  is_left_out_ = is_clutter(file.name);
  hash_ = Sha256();
  output_ = std::ofstream(current_->staged, std::ios::binary);
  return {};
}

Result<void> ArchiveCollector::end() {
  output_.close();
  if (!output_) {
    drop_current();
    return fail(ErrorCode::unavailable, "The files of the archive cannot be stored");
  }
  current_->content_sha256 = to_hex(hash_.finish());
  if (is_left_out_)
    drop_current();
  else
    files_.push_back(std::move(*current_));
  current_.reset();
  return {};
}

void ArchiveCollector::drop_current() {
  if (!current_) return;
  output_.close();
  std::error_code ignored;
  std::filesystem::remove(current_->staged, ignored);
  current_.reset();
}

}  // namespace aiva::knowledge
