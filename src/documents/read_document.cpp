#include "documents/read_document.h"

#include <algorithm>
#include <new>
#include <string>

#include "documents/clean_text.h"
#include "documents/format_detection.h"

namespace aiva::documents {
namespace {

Result<DocumentSummary> read_with(const Format& format, std::string_view bytes, BlockOutput& out) {
  try {
    return format.read(bytes, out);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::too_large, "The document needs more memory than reading it may use");
  }
}

// What stays of a document whose reading failed after some of it had been delivered.
DocumentSummary summarise_partial(const BlockOutput& out, const Error& error) {
  return DocumentSummary{.pages = std::max(out.pages(), 1),
                         .pages_read = std::min(out.pages_read(), std::max(out.pages(), 1) - 1),
                         .partial_reason = error.message};
}

}  // namespace

Result<DocumentSummary> read_document(std::string_view bytes, const ReadRequest& request,
                                      std::span<const std::unique_ptr<Format>> formats,
                                      const DocumentSink& sink, const ReadLimits& limits) {
  if (bytes.size() > limits.file_bytes_max)
    return fail(
        ErrorCode::too_large,
        "The file is larger than " + std::to_string(limits.file_bytes_max / (1024 * 1024)) + " MB");
  if (is_blank(bytes.substr(0, 4096)) && is_blank(bytes))
    return fail(ErrorCode::invalid, "The document is empty");
  auto kind = detect_format(bytes, request.file_name);
  auto format = std::ranges::find_if(formats, [&](auto& f) { return f->format() == kind; });
  if (format == formats.end())
    return fail(
        ErrorCode::invalid,
        "The file is of a type AIVA cannot read; PDF, HTML, Markdown and plain text it can");

  BlockOutput out(sink, request, limits);
  auto summary = read_with(**format, bytes, out);
  if (!summary) {
    if (out.has_sink_failed() || out.blocks_added() == 0) return summary;
    summary = summarise_partial(out, summary.error());
  }
  summary->format = kind;
  if (summary->title.empty()) summary->title = out.first_heading();
  return summary;
}

}  // namespace aiva::documents
