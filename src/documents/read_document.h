#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "documents/formats/format.h"

namespace aiva::documents {

// Reads one document in this process: finds its format and delivers its blocks to `sink`. A failure
// after the first block yields a partial summary instead; before it `invalid` or `too_large`. The
// bytes are hostile, so outside tests this runs in the worker only.
Result<DocumentSummary> read_document(std::string_view bytes, const ReadRequest& request,
                                      std::span<const std::unique_ptr<Format>> formats,
                                      const DocumentSink& sink, const ReadLimits& limits = {});

}  // namespace aiva::documents
