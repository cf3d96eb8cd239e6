#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "foundation/result.h"
#include "retrieval/row_mask.h"
#include "retrieval/segments/sections.h"
#include "retrieval/top_k.h"

namespace aiva::retrieval {

// How two vectors are compared; a higher score is always better. Cosine takes rows and queries to
// be of unit length and scores as dot does; l2 scores minus the squared distance.
enum class Metric : std::uint32_t { cosine = 0, dot = 1, l2 = 2 };

inline constexpr std::size_t vector_dimension_max = 4096;
// More rows than this are more than one segment.
inline constexpr std::size_t vector_rows_max = std::size_t{1} << 30;

// What all vectors of a segment, and the queries to it, have in common.
struct VectorShape {
  std::size_t dimension = 0;  // 1 … vector_dimension_max
  Metric metric = Metric::cosine;

  friend bool operator==(const VectorShape&, const VectorShape&) = default;
};

// Fills out[0 … rows * dimension) with the rows [first, first + rows).
using RowReader = std::function<void(std::size_t first, std::size_t rows, float* out)>;

struct VectorBuildOptions {
  std::size_t lists_from = 200'000;  // rows from which inverted lists are tried
  double list_recall = 0.995;        // of the ten best, what probing the lists must find
};

// Writes the vector sections of a segment: one-bit codes, bytes and half floats of each row, and
// inverted lists where there are many rows that cluster. Reads every row once, in order and in
// slices; holds a few MB besides the sections, and with lists three times their centres as floats
// and eight bytes a row. Components that are NaN become 0 and those beyond
// a half float its extremes. The same rows give the same bytes, and rows read back from a block
// give these bytes again. `shape` must be valid and `rows` at most vector_rows_max.
void build_vectors(const VectorShape& shape, std::size_t rows, const RowReader& read,
                   const VectorBuildOptions& options, SectionSink& sink);

struct VectorViews;

// The vectors of a segment as views into its sections, which must outlive it. Cheap to copy; many
// threads may search one.
class VectorBlock {
 public:
  // No rows.
  VectorBlock();
  // `invalid` when the sections are not what build_vectors writes. Every size, bound and row
  // number is checked; contents that are merely wrong give wrong scores and nothing worse.
  static Result<VectorBlock> open(const SectionTable& sections);

  [[nodiscard]] const VectorShape& shape() const;
  [[nodiscard]] std::size_t rows() const;
  // What scans touch: codes, their factors and the lists. Bytes and half floats may be paged out.
  [[nodiscard]] std::size_t resident_bytes() const;
  [[nodiscard]] bool has_lists() const { return list_count() > 0; }
  [[nodiscard]] std::size_t list_count() const;
  // How many lists a search reads, found when the block was built; 0 without lists.
  [[nodiscard]] std::size_t probes() const;
  // The row as its half floats have it: dimension floats.
  void read_row(std::size_t row, float* out) const;

  [[nodiscard]] const VectorViews& views() const { return *views_; }

 private:
  explicit VectorBlock(std::shared_ptr<const VectorViews> views) : views_(std::move(views)) {}

  std::shared_ptr<const VectorViews> views_;  // shared by copies, never changed
};

struct QueryForms;

// A query in the forms the stages of a search need, made once for all blocks of a shape. Cheap to
// copy; many threads may use one.
class PreparedQuery {
 public:
  // A query of another size than the shape's, or one that is not finite, finds nothing.
  static PreparedQuery prepare(const VectorShape& shape, std::span<const float> query);

  [[nodiscard]] const VectorShape& shape() const;
  [[nodiscard]] bool finds_nothing() const;
  [[nodiscard]] const QueryForms& forms() const { return *forms_; }

 private:
  explicit PreparedQuery(std::shared_ptr<const QueryForms> forms) : forms_(std::move(forms)) {}

  std::shared_ptr<const QueryForms> forms_;  // shared by copies, never changed
};

struct VectorSearchOptions {
  std::size_t count_max = 10;  // how many of the block's rows are wanted
  bool is_exact = false;       // compares every row in half floats: the truth, slowly
};

// A block and which of its rows may be found, under the keys first_key + row. The block must
// outlive the search.
struct VectorScope {
  const VectorBlock* block = nullptr;
  RowMask mask{};
  std::uint64_t first_key = 0;
};

// Offers the `count_max` best rows of all blocks together, and some more, with their scores as the
// half floats give them. Blocks of another shape than the query's are left out. Of equal scores the
// smaller row of the earlier block is offered.
void search_vectors(std::span<const VectorScope> scopes, const PreparedQuery& query,
                    const VectorSearchOptions& options, TopK<std::uint64_t>& top);

}  // namespace aiva::retrieval
