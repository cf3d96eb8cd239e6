#pragma once

#include <cstdint>

#include "capabilities/knowledge/types.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// Each writes one JSON value as clients see it.
void write_base(JsonWriter& writer, const knowledge::KnowledgeBase& base);
void write_reindex(JsonWriter& writer, const knowledge::ReindexProgress& progress);
// What is counted elsewhere than documents.
struct OtherSums {
  std::int64_t images = 0;
  std::int64_t image_bytes = 0;
  std::int64_t products = 0;
};
void write_statistics(JsonWriter& writer, const knowledge::BaseStatistics& statistics,
                      OtherSums others);
void write_document(JsonWriter& writer, const knowledge::Document& document);
// The document without what only its owner's lists need: what a client polls.
void write_document_status(JsonWriter& writer, const knowledge::Document& document);

}  // namespace aiva::http
