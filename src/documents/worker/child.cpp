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
constexpr const char* no_pictures =
    "Images cannot be read: the library that decodes them is missing";

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

// Sends the server a document it shall have converted, and waits for what comes back.
Result<Converted> have_converted(FileFormat format, std::string_view bytes,
                                 const ChildDescriptors& open) {
  if (bytes.size() > conversion_input_bytes_max)
    return fail(ErrorCode::too_large, "The document is too large to be converted");
  do {
    auto piece = bytes.substr(0, file_piece_bytes_max);
    bytes.remove_prefix(piece.size());
    TRY_VOID(write_all(open.results, encode(format, piece, bytes.empty())));
  } while (!bytes.empty());
  return read_reply(open.replies);
}

Result<DocumentSummary> read(const ChildParts& parts, const WorkRequest& request,
                             const Result<std::string_view>& bytes, const ChildDescriptors& open) {
  if (!bytes) return fail(bytes.error());
  auto send = [results = open.results](const std::string& record) {
    return write_all(results, record);
  };
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
  if (request.wanted.picture_side > 0) {
    if (parts.pictures == nullptr) return fail(ErrorCode::unavailable, no_pictures);
    const auto* recogniser = parts.recogniser ? *parts.recogniser : nullptr;
    return deliver_picture(*bytes, request.wanted, *parts.pictures, recogniser, sink);
  }
  Convert convert = [&](FileFormat format, std::string_view legacy) {
    return have_converted(format, legacy, open);
  };
  if (request.wanted.pages_to_recognise.empty())
    return read_document(*bytes, request.wanted, parts.formats, sink, {},
                         request.can_convert ? &convert : nullptr);
  if (!parts.recogniser) return fail(parts.recogniser.error());
  PageLibraries libraries{.pdfium = parts.pdfium, .heif = parts.heif};
  return recognise_document(*bytes, request.wanted, libraries, **parts.recogniser, sink);
}

}  // namespace

int run_child(const ChildParts& parts, const WorkRequest& request, const ChildDescriptors& open) {
  ChildLimits limits{.cpu_seconds_max = request.cpu_seconds_max};
  auto bytes = map_document(open.document, ReadLimits{});
  if (!limit_child(limits, parts.worker_id) || !parts.filter.apply()) return could_not_confine;
  auto summary = read(parts, request, bytes, open);
  std::string record;
  if (!bytes) record = encode(Started{});
  record += summary ? encode(*summary) : encode(summary.error());
  return write_all(open.results, record) ? 0 : could_not_answer;
}

}  // namespace aiva::documents
