#include "retrieval/collections/snapshot_search.h"

#include <algorithm>
#include <utility>

#include "retrieval/keywords/keyword_query.h"
#include "retrieval/keywords/keyword_search.h"
#include "retrieval/top_k.h"

namespace aiva::retrieval {
namespace {

// A hit's place, which also orders hits of equal score: segment in the upper half, row in the
// lower.
constexpr int row_bits = 32;

std::vector<FoundRow> found_rows(TopK<std::uint64_t>& top) {
  std::vector<FoundRow> found;
  found.reserve(top.size());
  for (const auto& entry : top.take())
    found.push_back({.segment = static_cast<std::uint32_t>(entry.key >> row_bits),
                     .row = static_cast<std::uint32_t>(entry.key & 0xFFFFFFFFU),
                     .score = entry.score});
  return found;
}

// Deleted rows and rows without a vector together.
std::vector<std::uint64_t> unusable_rows(const SegmentView& view) {
  auto vectorless = view.segment->vectorless();
  std::vector<std::uint64_t> unusable(vectorless.begin(), vectorless.end());
  auto dead = view.dead_rows();
  for (std::size_t i = 0; i < dead.size(); ++i) unusable[i] |= dead[i];
  return unusable;
}

KeywordQuery parse_for(std::span<const KeywordScope> scopes, Analyzer& analyzer,
                       std::string_view text) {
  std::vector<const KeywordBlock*> blocks;
  for (const auto& scope : scopes) blocks.push_back(scope.block);
  return parse_keyword_query(analyzer, text, languages_of(blocks));
}

}  // namespace

SnapshotFilter::SnapshotFilter(const Snapshot& snapshot, const RowFilter& filter) {
  if (filter.is_open()) {
    for (const auto& view : snapshot.segments) count_ += view.segment->rows();
    return;
  }
  allowed_.reserve(snapshot.segments.size());
  for (const auto& view : snapshot.segments) {
    allowed_.push_back(allowed_rows(*view.segment, filter));
    count_ += allowed_.back().count;
  }
}

RowMask SnapshotFilter::mask(const SegmentView& view, std::size_t place) const {
  return mask_of(view, allowed_.empty() ? nullptr : &allowed_[place]);
}

std::vector<FoundRow> search_vectors(const Snapshot& snapshot, const VectorShape& shape,
                                     std::span<const float> query, std::size_t count_max,
                                     const SnapshotFilter& filter, bool is_exact) {
  if (shape.dimension == 0 || count_max == 0 || filter.count() == 0) return {};
  auto prepared = PreparedQuery::prepare(shape, query);
  std::vector<VectorScope> scopes;
  std::vector<std::vector<std::uint64_t>> unusable(snapshot.segments.size());
  for (std::size_t i = 0; i < snapshot.segments.size(); ++i) {
    const auto& view = snapshot.segments[i];
    auto mask = filter.mask(view, i);
    if (!mask.allowed.empty() && mask.allowed_count == 0) continue;
    if (!view.segment->vectorless().empty()) {
      unusable[i] = unusable_rows(view);
      mask.dead = unusable[i];
    }
    scopes.push_back({.block = view.segment->vectors(),
                      .mask = mask,
                      .first_key = static_cast<std::uint64_t>(i) << row_bits});
  }
  TopK<std::uint64_t> top(count_max);
  search_vectors(scopes, prepared, {.count_max = count_max, .is_exact = is_exact}, top);
  return found_rows(top);
}

std::vector<FoundRow> search_words(const Snapshot& snapshot, Analyzer& analyzer,
                                   std::string_view text, std::size_t count_max,
                                   const SnapshotFilter& filter) {
  if (count_max == 0 || filter.count() == 0) return {};
  std::vector<KeywordScope> scopes;
  for (std::size_t i = 0; i < snapshot.segments.size(); ++i) {
    const auto& view = snapshot.segments[i];
    scopes.push_back({.block = &view.segment->keywords(), .mask = filter.mask(view, i)});
  }
  auto query = parse_for(scopes, analyzer, text);
  if (query.is_empty()) return {};
  std::vector<FoundRow> found;
  for (const auto& match : search_keywords(scopes, query, {}, count_max))
    found.push_back({.segment = match.block, .row = match.row, .score = match.score});
  return found;
}

std::vector<std::vector<KeywordReason>> explain_words(const Snapshot& snapshot, Analyzer& analyzer,
                                                      std::string_view text,
                                                      std::span<const FoundRow> rows) {
  std::vector<KeywordScope> scopes;
  for (const auto& view : snapshot.segments) scopes.push_back({.block = &view.segment->keywords()});
  std::vector<KeywordMatch> matches;
  for (const auto& row : rows) matches.push_back({.block = row.segment, .row = row.row});
  return explain_keywords(scopes, parse_for(scopes, analyzer, text), {}, matches);
}

std::vector<float> vector_of(const Snapshot& snapshot, const FoundRow& row) {
  const auto& segment = *snapshot.segments[row.segment].segment;
  if (segment.vectors() == nullptr || segment.attributes()[row.row].has_vector == 0) return {};
  std::vector<float> vector(segment.vectors()->shape().dimension);
  segment.vectors()->read_row(row.row, vector.data());
  return vector;
}

}  // namespace aiva::retrieval
