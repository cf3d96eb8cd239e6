#include "retrieval/collections/segment_writing.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "retrieval/keywords/keyword_builder.h"
#include "retrieval/keywords/keyword_merge.h"
#include "retrieval/vectors/vectors.h"

namespace aiva::retrieval {
namespace {

// The columns every segment has, filled row by row.
class RowColumns {
 public:
  RowColumns(std::size_t rows, SectionSink& sink)
      : sink_(sink),
        keys_(sink.reserve_values<Uuid>(SectionKind::row_keys, rows)),
        groups_(sink.reserve_values<std::uint32_t>(SectionKind::row_groups, rows)),
        attributes_(sink.reserve_values<RowAttributes>(SectionKind::row_attributes, rows)) {}

  void set(std::size_t row, const Uuid& key, const Uuid& group, const RowAttributes& attributes) {
    keys_[row] = key;
    attributes_[row] = attributes;
    auto [place, is_new] =
        places_.try_emplace(group, static_cast<std::uint32_t>(group_keys_.size()));
    if (is_new) group_keys_.push_back(group);
    groups_[row] = place->second;
  }
  void finish() {
    auto keys = sink_.reserve_values<Uuid>(SectionKind::group_keys, group_keys_.size());
    std::ranges::copy(group_keys_, keys.begin());
  }

 private:
  SectionSink& sink_;
  std::span<Uuid> keys_;
  std::span<std::uint32_t> groups_;
  std::span<RowAttributes> attributes_;
  std::unordered_map<Uuid, std::uint32_t> places_;
  std::vector<Uuid> group_keys_;
};

void write_vectors(std::size_t rows, const CollectionShape& shape, const RowReader& reader,
                   SectionSink& sink) {
  if (shape.dimension > 0) build_vectors(shape.vectors(), rows, reader, {}, sink);
}

}  // namespace

void write_segment(std::span<const NewRow> rows, const CollectionShape& shape, Analyzer& analyzer,
                   SectionSink& sink) {
  RowColumns columns(rows.size(), sink);
  KeywordBuilder keywords(analyzer);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    auto attributes = row.attributes;
    attributes.has_vector = row.vector.empty() ? 0 : 1;
    columns.set(i, row.key, row.group, attributes);
    keywords.add(
        {.body = row.body, .heading = row.heading, .title = row.title, .language = row.language});
  }
  columns.finish();
  keywords.finish(sink);
  auto dimension = shape.dimension;
  RowReader reader = [rows, dimension](std::size_t first, std::size_t count, float* out) {
    for (const auto& row : rows.subspan(first, count)) {
      if (row.vector.empty())
        std::fill_n(out, dimension, 0.0F);
      else
        std::ranges::copy(row.vector, out);
      out += dimension;
    }
  };
  write_vectors(rows.size(), shape, reader, sink);
}

Result<std::vector<RowPlace>> write_merged(std::span<const SegmentView> sources,
                                           const CollectionShape& shape, SectionSink& sink) {
  std::vector<RowPlace> places;
  std::vector<KeywordSource> words;
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    const auto& view = sources[i];
    words.push_back({.block = &view.segment->keywords(), .dead = view.dead_rows()});
    for (std::uint32_t row = 0; row < view.segment->rows(); ++row)
      if (!view.is_dead(row)) places.push_back({i, row});
  }
  RowColumns columns(places.size(), sink);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto& segment = *sources[places[i].source].segment;
    auto row = places[i].row;
    columns.set(i, segment.keys()[row], segment.group_keys()[segment.row_groups()[row]],
                segment.attributes()[row]);
  }
  columns.finish();
  TRY_VOID(merge_keywords(words, sink));
  auto dimension = shape.dimension;
  RowReader reader = [&places, sources, dimension](std::size_t first, std::size_t count,
                                                   float* out) {
    for (const auto& place : std::span(places).subspan(first, count)) {
      sources[place.source].segment->vectors()->read_row(place.row, out);
      out += dimension;
    }
  };
  write_vectors(places.size(), shape, reader, sink);
  return places;
}

}  // namespace aiva::retrieval
