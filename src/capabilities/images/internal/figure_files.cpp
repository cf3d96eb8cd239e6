#include "capabilities/images/internal/figure_files.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "capabilities/images/types.h"

namespace aiva::images {
namespace {

void remove_quietly(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

}  // namespace

FigureFiles::FigureFiles(std::filesystem::path folder, std::int64_t count_max)
    : folder_(std::move(folder)), count_max_(count_max) {}

FigureFiles::~FigureFiles() {
  stream_.close();
  if (!current_.path.empty()) remove_quietly(current_.path);
  for (const auto& file : files_) remove_quietly(file.path);
}

Result<void> FigureFiles::take(const EmbeddedFile& file, std::string_view bytes, bool is_last) {
  if (!is_begun_) begin(file);
  current_.size_bytes += static_cast<std::int64_t>(bytes.size());
  is_left_out_ |= current_.size_bytes > image_bytes_max;
  if (!is_left_out_) {
    stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    hash_.update(bytes);
  }
  if (!is_last) return {};
  is_begun_ = false;
  return finish();
}

bool FigureFiles::has(const std::string& sha256) const {
  return std::ranges::find(files_, sha256, &FigureFile::content_sha256) != files_.end();
}

void FigureFiles::begin(const EmbeddedFile& file) {
  is_begun_ = true;
  current_ = {.path = folder_ / ("figure-" + Uuid::make().to_string()), .page = file.page};
  is_left_out_ = file.kind != EmbeddedFile::Kind::image || !file.media_type.starts_with("image/") ||
                 static_cast<std::int64_t>(files_.size()) >= count_max_;
  hash_ = Sha256();
  if (!is_left_out_) stream_.open(current_.path, std::ios::binary | std::ios::trunc);
}

Result<void> FigureFiles::finish() {
  bool was_open = stream_.is_open();
  stream_.close();
  bool is_written = !was_open || !stream_.fail();
  stream_.clear();
  auto figure = std::exchange(current_, {});
  if (!is_left_out_ && is_written) {
    figure.content_sha256 = to_hex(hash_.finish());
    is_left_out_ = has(figure.content_sha256);
  }
  if (!is_left_out_ && is_written) {
    files_.push_back(std::move(figure));
    return {};
  }
  remove_quietly(figure.path);
  if (!is_written)
    return fail(ErrorCode::unavailable, "A figure cannot be staged", figure.path.string());
  return {};
}

}  // namespace aiva::images
