#include "adapters/docworker/picture_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stop_token>
#include <utility>

#include "adapters/docworker/conversion.h"
#include "adapters/docworker/reading.h"
#include "adapters/docworker/worker_link.h"
#include "documents/formats/image_header.h"
#include "documents/pictures/decode_picture.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

using documents::FileDescriptor;

constexpr std::size_t concurrency_max = 64;  // as many children as the worker has at most
constexpr std::uint32_t cpu_seconds_max = 15;
constexpr std::size_t thumbnail_bytes_max = 128UL * 1024;
constexpr std::size_t text_bytes_max = 64UL * 1024;
constexpr int length_to_width_max = 4;
constexpr int tries_max = 2;

std::vector<std::string> worker_arguments(const PictureReaderOptions& options) {
  std::string languages;
  for (const auto& language : options.ocr_languages)
    languages += (languages.empty() ? "" : ",") + language;
  return {"--pictures", "--ocr-data", options.ocr_data.string(), "--ocr-languages", languages};
}

Result<FileDescriptor> open_image(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info{};
  if (!file.is_open() || fstat(file.number(), &info) != 0 || !S_ISREG(info.st_mode))
    return fail(ErrorCode::unavailable, "The image's file cannot be opened",
                path.string() + ": " + std::strerror(errno));
  return file;
}

std::unexpected<Error> reject(const char* why) {
  return fail(ErrorCode::invalid, "The image made its reader fail", why);
}

// Puts together what a child delivers, believing nothing of it.
class Collector {
 public:
  explicit Collector(int side) : side_(side) {}

  Result<void> take_file(const EmbeddedFile& file, std::string_view bytes, bool is_last) {
    if (bytes_.empty()) current_ = file;
    if (file.name != current_.name || file.width != current_.width ||
        file.height != current_.height)
      return reject("files are mixed");
    if (bytes_.size() + bytes.size() > bytes_max()) return reject("a file is too long");
    bytes_ += bytes;
    if (!is_last) return {};
    auto taken = finish_file();
    bytes_.clear();
    return taken;
  }

  Result<void> take_blocks(const std::vector<Block>& blocks) {
    for (const auto& block : blocks) {
      if (read_.text.size() + block.text.size() >= text_bytes_max) break;
      if (!read_.text.empty()) read_.text += '\n';
      read_.text += block.text;
    }
    return {};
  }

  [[nodiscard]] bool is_complete() const { return files_ == 3; }
  ReadPicture take() { return std::move(read_); }

 private:
  [[nodiscard]] std::size_t bytes_max() const {
    auto side = static_cast<std::size_t>(side_);
    return std::max(side * side * 3 * length_to_width_max, thumbnail_bytes_max);
  }

  Result<void> finish_file() {
    switch (files_++) {
      case 0: return finish_original();
      case 1: return finish_picture();
      case 2: return finish_thumbnail();
      default: return reject("too many files");
    }
  }

  Result<void> finish_original() {
    constexpr std::array<std::string_view, 6> known = {"image/jpeg", "image/png",  "image/webp",
                                                       "image/gif",  "image/heic", "image/avif"};
    bool is_known = std::ranges::find(known, current_.media_type) != known.end();
    if (current_.name != documents::original_file || !is_known || current_.width < 1 ||
        current_.height < 1)
      return reject("malformed account of the image");
    read_.media_type = current_.media_type;
    read_.width = current_.width;
    read_.height = current_.height;
    return {};
  }

  Result<void> finish_picture() {
    read_.picture = {.width = current_.width, .height = current_.height};
    read_.picture.rgb.assign(bytes_.begin(), bytes_.end());
    if (current_.name != documents::picture_file || !read_.picture.is_whole() ||
        std::min(current_.width, current_.height) != side_)
      return reject("malformed picture");
    return {};
  }

  // It is shown to people by their browsers as what its first bytes say.
  Result<void> finish_thumbnail() {
    bool is_jpeg = documents::find_image_kind(bytes_) == documents::ImageKind::jpeg;
    auto header = is_jpeg ? documents::read_image_header(bytes_) : std::nullopt;
    bool is_sound = current_.name == documents::thumbnail_file && header &&
                    header->pages.front().width <= thumbnail_side_max &&
                    header->pages.front().height <= thumbnail_side_max &&
                    bytes_.size() <= thumbnail_bytes_max;
    if (!is_sound) return reject("malformed thumbnail");
    read_.thumbnail = bytes_;
    return {};
  }

  int side_;
  int files_ = 0;
  EmbeddedFile current_{};
  std::string bytes_;
  ReadPicture read_{};
};

// The reader of documents speaks of documents.
Error speak_of_images(Error error) {
  switch (error.code) {
    case ErrorCode::timeout: error.message = "Decoding the image took too long"; break;
    case ErrorCode::unavailable:
      error.cause = error.message + ": " + error.cause;
      error.message = "Images cannot be decoded now; try again";
      break;
    case ErrorCode::invalid:
      if (error.message.contains("document"))
        error.message = "The image could not be decoded: it is damaged, or made to harm its reader";
      break;
    default: break;
  }
  return error;
}

class WorkerPictureReader final : public PictureReader {
 public:
  explicit WorkerPictureReader(const PictureReaderOptions& options)
      : options_(options),
        no_conversion_(options.worker_path, LegacyConverter{}),
        link_(options.worker_path, worker_arguments(options)),
        pool_({.name = "pictures",
               .threads = std::clamp<std::size_t>(options.concurrency, 1, concurrency_max),
               .queue_max = options.queue_max}) {}

  ~WorkerPictureReader() override { shutdown_.request_stop(); }
  WorkerPictureReader(const WorkerPictureReader&) = delete;
  WorkerPictureReader& operator=(const WorkerPictureReader&) = delete;

  Task<Result<ReadPicture>> read(CallContext context, std::filesystem::path file,
                                 PictureRequest request) override {
    auto work = [this, &context, &file, &request] { return read_now(context, file, request); };
    auto read = co_await run_on(pool_, context, std::move(work));
    co_return read;
  }

 private:
  Result<ReadPicture> read_now(const CallContext& context, const std::filesystem::path& path,
                               const PictureRequest& request) {
    TRY_VOID(context.check());
    if (request.side < 16 || request.side > picture_side_max)
      return fail(internal_error("a picture of that size cannot be asked for"));
    TRY(auto file, open_image(path));
    const documents::WorkRequest order{.wanted = wanted(request),
                                       .cpu_seconds_max = cpu_seconds_max};
    auto until = std::chrono::steady_clock::now() + options_.wall_timeout;
    for (int tries = 1;; ++tries) {
      Collector collector(request.side);
      DocumentSink sink{
          .blocks = [&](std::vector<Block> blocks) { return collector.take_blocks(blocks); },
          .file = [&](const EmbeddedFile& one, std::string_view bytes,
                      bool is_last) { return collector.take_file(one, bytes, is_last); }};
      auto left =
          std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      Reading reading(context, sink, {.wall_timeout = left, .shutdown = shutdown_.get_token()},
                      no_conversion_);
      TRY(auto link, link_.start_child(file.number(), order));
      auto summary = reading.follow(std::move(link));
      // Print that could not be recognised in time takes nothing from the picture.
      if (collector.is_complete() && (summary || summary.error().code != ErrorCode::cancelled))
        return collector.take();
      if (!summary && tries < tries_max && reading.may_try_again()) continue;
      if (!summary) return fail(speak_of_images(std::move(summary).error()));
      return reject("a part of the picture is missing");
    }
  }

  [[nodiscard]] ReadRequest wanted(const PictureRequest& request) const {
    ReadRequest wanted{.picture_side = request.side};
    if (request.wants_text && !options_.ocr_languages.empty()) wanted.pages_to_recognise = {1};
    return wanted;
  }

  PictureReaderOptions options_;
  std::stop_source shutdown_;
  Conversion no_conversion_;
  WorkerLink link_;
  ThreadPool pool_;
};

}  // namespace

Result<std::unique_ptr<PictureReader>> make_picture_reader(const PictureReaderOptions& options) {
  if (access(options.worker_path.c_str(), X_OK) != 0)
    return fail(ErrorCode::unavailable, "The document worker's program is missing",
                options.worker_path.string() + ": " + std::strerror(errno));
  return std::make_unique<WorkerPictureReader>(options);
}

}  // namespace aiva
