#include "documents/read_document.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "documents/clean_text.h"
#include "documents/format_detection.h"
#include "documents/language.h"
#include "ports/link_list.h"

namespace aiva::documents {
namespace {

constexpr int heading_level_max = 6;

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

// Reads the bytes as `kind`, or as what they are where it is unknown.
Result<DocumentSummary> read_as(FileFormat kind, std::string_view bytes, BlockOutput& out) {
  const auto& limits = out.limits();
  if (bytes.size() > limits.file_bytes_max)
    return fail(
        ErrorCode::too_large,
        "The file is larger than " + std::to_string(limits.file_bytes_max / (1024 * 1024)) + " MB");
  if (is_blank(bytes.substr(0, 4096)) && is_blank(bytes))
    return fail(ErrorCode::invalid, "The document is empty");
  if (kind == FileFormat::unknown) kind = detect_format(bytes, out.request().file_name);
  auto formats = out.inner().formats;
  auto format = std::ranges::find_if(formats, [&](auto& f) { return f->format() == kind; });
  if (format == formats.end())
    return fail(ErrorCode::invalid, "The file is of a type AIVA cannot read");

  auto summary = read_with(**format, bytes, out);
  if (out.has_sink_failed()) return summary;
  TRY_VOID(out.flush());
  if (!summary) {
    if (out.blocks_added() == 0) return summary;
    summary = summarise_partial(out, summary.error());
  }
  summary->format = kind;
  if (summary->title.empty()) summary->title = out.first_heading();
  return summary;
}

}  // namespace

Result<DocumentSummary> read_document(std::string_view bytes, const ReadRequest& request,
                                      std::span<const std::unique_ptr<Format>> formats,
                                      const DocumentSink& sink, const ReadLimits& limits,
                                      const Convert* convert) {
  BlockOutput out(sink, request, limits, {.formats = formats, .depth = 0, .convert = convert});
  auto summary = read_as(FileFormat::unknown, bytes, out);
  if (summary) summary->language = detect_language(out.sample());
  return summary;
}

Result<DocumentSummary> read_inner_document(const InnerDocument& inner, BlockOutput& out) {
  int depth = out.inner().depth + (inner.is_part ? 0 : 1);
  if (depth > document_depth_max)
    return fail(ErrorCode::invalid, "It lies too deep inside other documents");
  std::string file_bytes;
  DocumentSink sink{
      .blocks = [&](std::vector<Block> blocks) -> Result<void> {
        for (auto& block : blocks) {
          block.page = inner.page;
          block.box.reset();
          if (block.kind == BlockKind::heading)
            block.level = std::min(block.level + inner.heading_shift, heading_level_max);
          TRY_VOID(out.add(std::move(block)));
        }
        return {};
      },
      .progress = {},
      .file = [&](const EmbeddedFile& file, std::string_view bytes, bool is_last) -> Result<void> {
        // Where a part points to is of no use without its address.
        if (file.media_type == link_list_media_type) return {};
        file_bytes += bytes;
        if (!is_last) return {};
        auto moved = file;
        moved.page = inner.page;
        moved.box.reset();
        if (moved.name.empty()) moved.name = inner.file_name;
        return out.add_file(moved, std::exchange(file_bytes, {}));
      }};
  ReadRequest request{.file_name = inner.file_name,
                      .wants_images = out.wants(EmbeddedFile::Kind::image),
                      .wants_documents = out.wants(EmbeddedFile::Kind::document)};
  BlockOutput inner_out(
      sink, request, out.limits(),
      {.formats = out.inner().formats, .depth = depth, .convert = out.inner().convert});
  return read_as(inner.format, inner.bytes, inner_out);
}

}  // namespace aiva::documents
