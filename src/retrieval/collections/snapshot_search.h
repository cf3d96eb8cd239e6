#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "retrieval/collections/row_filter.h"
#include "retrieval/collections/segment.h"
#include "retrieval/keywords/analysis.h"
#include "retrieval/keywords/keyword_search.h"
#include "retrieval/vectors/vectors.h"

namespace aiva::retrieval {

// A row that was found.
struct FoundRow {
  std::uint32_t segment = 0;  // its place in the snapshot
  std::uint32_t row = 0;
  float score = 0;
};

// A filter compiled for the segments of one snapshot.
class SnapshotFilter {
 public:
  SnapshotFilter(const Snapshot& snapshot, const RowFilter& filter);
  // What a search may see of a segment of that snapshot.
  [[nodiscard]] RowMask mask(const SegmentView& view, std::size_t place) const;
  // Rows of the snapshot it allows, deleted ones among them.
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::vector<RowBits> allowed_;  // empty: all rows
  std::size_t count_ = 0;
};

// The `count_max` rows nearest to the query, best first. The query has the collection's dimension.
std::vector<FoundRow> search_vectors(const Snapshot& snapshot, const VectorShape& shape,
                                     std::span<const float> query, std::size_t count_max,
                                     const SnapshotFilter& filter, bool is_exact = false);

// The `count_max` best rows for the words of a text by BM25, best first; see keyword_search.h for
// what the text may say.
std::vector<FoundRow> search_words(const Snapshot& snapshot, Analyzer& analyzer,
                                   std::string_view text, std::size_t count_max,
                                   const SnapshotFilter& filter);

// Why each of these rows was found by the words of a text, as explain_keywords says.
std::vector<std::vector<KeywordReason>> explain_words(const Snapshot& snapshot, Analyzer& analyzer,
                                                      std::string_view text,
                                                      std::span<const FoundRow> rows);

// The row's vector of unit length where the metric is cosine; empty when it has none.
std::vector<float> vector_of(const Snapshot& snapshot, const FoundRow& row);

}  // namespace aiva::retrieval
