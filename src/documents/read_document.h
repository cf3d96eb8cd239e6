#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "documents/formats/format.h"

namespace aiva::documents {

// Reads one document in this process: finds its format and delivers its blocks to `sink`; one of
// Office 97 to 2003 by way of `convert`, borrowed, or not where that is null. A failure
// after the first block yields a partial summary instead; before it `invalid` or `too_large`. The
// bytes are hostile, so outside tests this runs in the worker only.
Result<DocumentSummary> read_document(std::string_view bytes, const ReadRequest& request,
                                      std::span<const std::unique_ptr<Format>> formats,
                                      const DocumentSink& sink, const ReadLimits& limits = {},
                                      const Convert* convert = nullptr);

// A document found inside another one: an attachment, a part of a mail, a file of an archive.
struct InnerDocument {
  std::string_view bytes;
  std::string file_name{};
  FileFormat format = FileFormat::unknown;  // unknown: found from the content
  int page = 1;                             // of the outer document; all its blocks are there
  int heading_shift = 0;                    // added to the levels of its headings
  bool is_part = false;  // a piece of the outer document itself: is not counted as depth
};
inline constexpr int document_depth_max = 3;

// Reads a document inside the one `out` belongs to, into the same output and within its limits.
// Fails like read_document, with `invalid` below `document_depth_max`; where `out.is_closed()`
// then, the outer document cannot go on either.
Result<DocumentSummary> read_inner_document(const InnerDocument& inner, BlockOutput& out);

}  // namespace aiva::documents
