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

#include "adapters/docworker/conversion.h"
#include "adapters/docworker/legacy_converter.h"
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
// A dense page takes a second, a hostile one as long as it may.
constexpr std::uint32_t cpu_seconds_of_page = 20;
constexpr std::uint32_t recognition_cpu_seconds_max = 900;
constexpr int tries_max = 2;

struct OpenDocument {
  FileDescriptor file;
  std::uint32_t cpu_seconds = cpu_seconds_min;
};

std::vector<std::string> worker_arguments(const DocumentReaderOptions& options) {
  std::string languages;
  for (const auto& language : options.ocr_languages)
    languages += (languages.empty() ? "" : ",") + language;
  return {"--pdfium",        options.pdfium_path.string(),
          "--ocr-data",      options.ocr_data.string(),
          "--ocr-languages", languages};
}

std::vector<std::string> recogniser_arguments(const DocumentReaderOptions& options) {
  auto arguments = worker_arguments(options);
  arguments.emplace_back("--recognise");
  return arguments;
}

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

ThreadPoolOptions pool_options(std::string name, std::size_t threads) {
  return {.name = std::move(name),
          .threads = std::clamp<std::size_t>(threads, 1, concurrency_max),
          .queue_max = queue_max};
}

// A worker and the threads that wait for its children, so that a book whose print is recognised
// keeps nobody waiting whose text can just be read.
struct Workplace {
  WorkerLink link;
  ThreadPool pool;
};

class WorkerDocumentReader final : public DocumentReader {
 public:
  explicit WorkerDocumentReader(const DocumentReaderOptions& options)
      : options_(options),
        conversion_(options.worker_path, find_legacy_converter(options.legacy_converter,
                                                               options.legacy_converter_folder)),
        reading_{.link = {options.worker_path, worker_arguments(options)},
                 .pool = ThreadPool(pool_options("documents", options.concurrency))},
        recognition_{
            .link = {options.worker_path, recogniser_arguments(options)},
            .pool = ThreadPool(pool_options("recognition", options.recognition_concurrency))} {}

  ~WorkerDocumentReader() override { shutdown_.request_stop(); }
  WorkerDocumentReader(const WorkerDocumentReader&) = delete;
  WorkerDocumentReader& operator=(const WorkerDocumentReader&) = delete;

  Task<Result<DocumentSummary>> read(CallContext context, std::filesystem::path file,
                                     ReadRequest request, DocumentSink sink) override {
    auto work = [this, &context, &file, &request, &sink] {
      return read_now(context, file, request, sink);
    };
    auto& pool = request.pages_to_recognise.empty() ? reading_.pool : recognition_.pool;
    auto summary = co_await run_on(pool, context, std::move(work));
    co_return summary;
  }

 private:
  Result<DocumentSummary> read_now(const CallContext& context, const std::filesystem::path& path,
                                   const ReadRequest& request, const DocumentSink& sink) {
    TRY_VOID(context.check());
    auto pages = request.pages_to_recognise.size();
    if (pages > documents::pages_to_recognise_max)
      return fail(ErrorCode::invalid, "Of a document at most " +
                                          std::to_string(documents::pages_to_recognise_max) +
                                          " pages can be recognised at a time");
    TRY(auto document, open_document(path));
    if (pages > 0)
      document.cpu_seconds =
          std::min(document.cpu_seconds + cpu_seconds_of_page * static_cast<std::uint32_t>(pages),
                   recognition_cpu_seconds_max);
    Reading reading(context, sink,
                    {.wall_timeout = options_.wall_timeout * static_cast<int>(1 + pages),
                     .shutdown = shutdown_.get_token()},
                    conversion_);
    documents::WorkRequest order{.wanted = request,
                                 .cpu_seconds_max = document.cpu_seconds,
                                 .can_convert = conversion_.is_wanted()};
    auto& worker = pages == 0 ? reading_.link : recognition_.link;
    for (int tries = 1;; ++tries) {
      TRY(auto link, worker.start_child(document.file.number(), order));
      auto summary = reading.follow(std::move(link));
      if (summary || tries == tries_max || !reading.may_try_again()) return summary;
    }
  }

  DocumentReaderOptions options_;
  Conversion conversion_;
  std::stop_source shutdown_;
  Workplace reading_;
  Workplace recognition_;
};

}  // namespace

Result<std::unique_ptr<DocumentReader>> make_document_reader(const DocumentReaderOptions& options) {
  if (access(options.worker_path.c_str(), X_OK) != 0)
    return fail(ErrorCode::unavailable, "The document worker's program is missing",
                options.worker_path.string() + ": " + std::strerror(errno));
  return std::make_unique<WorkerDocumentReader>(options);
}

}  // namespace aiva
