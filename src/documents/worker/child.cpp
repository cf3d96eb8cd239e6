#include "documents/worker/child.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "documents/format_detection.h"
#include "documents/ocr/recognise_document.h"
#include "documents/read_document.h"

namespace aiva::documents {
namespace {

constexpr int could_not_confine = 3;
constexpr int could_not_answer = 4;

Result<std::string_view> map_document(int document, const ReadLimits& limits) {
  struct stat info{};
  if (fstat(document, &info) != 0 || !S_ISREG(info.st_mode))
    return fail(ErrorCode::unavailable, "The document cannot be read");
  auto size = static_cast<std::size_t>(info.st_size);
  if (size == 0) return std::string_view();
  if (size > limits.file_bytes_max)
    return fail(
        ErrorCode::too_large,
        "The file is larger than " + std::to_string(limits.file_bytes_max / (1024 * 1024)) + " MB");
  void* bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, document, 0);
  if (bytes == MAP_FAILED)
    return fail(ErrorCode::unavailable, "The document cannot be read", std::strerror(errno));
  return std::string_view(static_cast<const char*>(bytes), size);
}

Result<DocumentSummary> read(const ChildParts& parts, const WorkRequest& request,
                             const Result<std::string_view>& bytes, int results) {
  if (!bytes) return fail(bytes.error());
  auto send = [results](const std::string& record) { return write_all(results, record); };
  DocumentSink sink{
      .blocks =
          [&](std::vector<Block> blocks) {
            return send(encode(std::span(blocks.cbegin(), blocks.cend())));
          },
      .progress = [&](int pages_read,
                      int pages) { return send(encode(Progress{pages_read, pages})); },
      .file = [&](const EmbeddedFile& file, std::string_view bytes,
                  bool is_last) { return send(encode(file, bytes, is_last)); }};
  TRY_VOID(send(encode(Started{detect_format(*bytes, request.wanted.file_name)})));
  if (request.wanted.pages_to_recognise.empty())
    return read_document(*bytes, request.wanted, parts.formats, sink);
  if (!parts.recogniser) return fail(parts.recogniser.error());
  return recognise_document(*bytes, request.wanted, parts.pdfium, **parts.recogniser, sink);
}

}  // namespace

int run_child(const ChildParts& parts, const WorkRequest& request, int document, int results) {
  ChildLimits limits{.cpu_seconds_max = request.cpu_seconds_max};
  auto bytes = map_document(document, ReadLimits{});
  if (!limit_child(limits, parts.worker_id) || !parts.filter.apply()) return could_not_confine;
  auto summary = read(parts, request, bytes, results);
  std::string record;
  if (!bytes) record = encode(Started{});
  record += summary ? encode(*summary) : encode(summary.error());
  return write_all(results, record) ? 0 : could_not_answer;
}

}  // namespace aiva::documents
