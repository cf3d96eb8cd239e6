#pragma once

#include <filesystem>
#include <utility>

#include "load/made_passages.h"
#include "retrieval/collections/collection.h"

namespace aiva::crash {

inline const PassageVectors vectors{.model = "made", .dimension = load::dimension};

// Small, so that files are written and merged all the time.
inline retrieval::CollectionOptions collection_options(const std::filesystem::path& folder,
                                                       bool is_read_only = false) {
  return {.folder = folder,
          .is_read_only = is_read_only,
          .shape = {.dimension = load::dimension, .model = "made"},
          .heap_rows_max = 60,
          .batch_rows_max = 100};
}

inline retrieval::NewRow to_row(IndexedPassage passage) {
  return {.key = passage.chunk.uuid,
          .group = passage.document.uuid,
          .attributes = {.page_first = static_cast<std::uint32_t>(passage.page_first),
                         .page_last = static_cast<std::uint32_t>(passage.page_last),
                         .kind = static_cast<std::uint32_t>(passage.kind)},
          .body = std::move(passage.text),
          .heading = std::move(passage.heading),
          .title = std::move(passage.title),
          .language = std::move(passage.language),
          .vector = std::move(passage.vector)};
}

}  // namespace aiva::crash
