#include "adapters/docworker/document_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stop_token>
#include <string>
#include <utility>

#include "adapters/docworker/reading.h"
#include "adapters/docworker/worker_link.h"
#include "foundation/thread_pool.h"

namespace aiva {
namespace {

using documents::FileDescriptor;

constexpr std::size_t queue_max = 1000;
constexpr std::size_t concurrency_max = 64;  // as many children as the worker has at most
// Computing time for a document: damaged small ones are not worth long tries.
constexpr std::uint32_t cpu_seconds_min = 10;
constexpr std::uint32_t cpu_seconds_max = 120;
constexpr std::uintmax_t bytes_per_cpu_second = 1024 * 1024;
constexpr int tries_max = 2;

struct OpenDocument {
  FileDescriptor file;
  std::uint32_t cpu_seconds = cpu_seconds_min;
};

Result<OpenDocument> open_document(const std::filesystem::path& path) {
  OpenDocument document{.file = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC))};
  struct stat info{};
  if (!document.file.is_open() || fstat(document.file.number(), &info) != 0)
    return fail(ErrorCode::unavailable, "The document's file cannot be opened",
                path.string() + ": " + std::strerror(errno));
  if (!S_ISREG(info.st_mode))
    return fail(ErrorCode::unavailable, "The document's file cannot be opened",
                path.string() + " is no regular file");
  auto seconds = cpu_seconds_min + static_cast<std::uintmax_t>(info.st_size) / bytes_per_cpu_second;
  document.cpu_seconds =
      static_cast<std::uint32_t>(std::min<std::uintmax_t>(seconds, cpu_seconds_max));
  return document;
}

class WorkerDocumentReader final : public DocumentReader {
 public:
  explicit WorkerDocumentReader(const DocumentReaderOptions& options)
      : options_(options),
        link_(options.worker_path, options.pdfium_path),
        pool_(ThreadPoolOptions{
            .name = "documents",
            .threads = std::clamp<std::size_t>(options.concurrency, 1, concurrency_max),
            .queue_max = queue_max}) {}

  ~WorkerDocumentReader() override { shutdown_.request_stop(); }
  WorkerDocumentReader(const WorkerDocumentReader&) = delete;
  WorkerDocumentReader& operator=(const WorkerDocumentReader&) = delete;

  Task<Result<DocumentSummary>> read(CallContext context, std::filesystem::path file,
                                     ReadRequest request, DocumentSink sink) override {
    auto work = [this, &context, &file, &request, &sink] {
      return read_now(context, file, request, sink);
    };
    auto summary = co_await run_on(pool_, context, std::move(work));
    co_return summary;
  }

 private:
  Result<DocumentSummary> read_now(const CallContext& context, const std::filesystem::path& path,
                                   const ReadRequest& request, const DocumentSink& sink) {
    TRY_VOID(context.check());
    TRY(auto document, open_document(path));
    Reading reading(context, sink,
                    {.wall_timeout = options_.wall_timeout, .shutdown = shutdown_.get_token()});
    for (int tries = 1;; ++tries) {
      TRY(auto link, link_.start_child(document.file.number(), request, document.cpu_seconds));
      auto summary = reading.follow(std::move(link));
      if (summary || tries == tries_max || !reading.may_try_again()) return summary;
    }
  }

  DocumentReaderOptions options_;
  std::stop_source shutdown_;
  WorkerLink link_;
  ThreadPool pool_;
};

}  // namespace

Result<std::unique_ptr<DocumentReader>> make_document_reader(const DocumentReaderOptions& options) {
  if (access(options.worker_path.c_str(), X_OK) != 0)
    return fail(ErrorCode::unavailable, "The document worker's program is missing",
                options.worker_path.string() + ": " + std::strerror(errno));
  return std::make_unique<WorkerDocumentReader>(options);
}

}  // namespace aiva
