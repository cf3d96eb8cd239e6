#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <vector>

#include "retrieval/vectors/candidates.h"
#include "retrieval/vectors/prepared_query.h"
#include "retrieval/vectors/vectors.h"

namespace aiva::retrieval {
namespace {

// So many allowed rows at most are compared as bytes one by one, whatever else there is.
constexpr std::size_t allowed_bytes_max = 3000;
// So many bytes of rows at most are compared one by one, too: they stay in a core's cache.
constexpr std::size_t scanned_bytes_max = 512UL * 1024;
// A bit for each of few dimensions says little, but their bytes are quickly compared: of rows with
// fewer dimensions than this, more are handed on, up to the factor.
constexpr std::size_t few_dimensions = 768;
constexpr std::size_t few_factor_max = 8;
// A filtered search of lists goes on until it has seen so many rows that pass.
constexpr std::size_t filtered_rows_min = 2000;

// How many rows each stage hands to the next, of all blocks together.
struct StageSizes {
  std::size_t heads = 0;  // scanned heads of codes to whole codes
  std::size_t codes = 0;  // codes to bytes
  std::size_t bytes = 0;  // bytes to half floats
};

StageSizes sizes_of(const VectorViews& views, std::size_t rows, std::size_t count_max) {
  StageSizes sizes;
  sizes.bytes = std::max<std::size_t>(30, count_max * 3);
  const std::size_t factor =
      std::clamp<std::size_t>(few_dimensions / views.rotated, 1, few_factor_max);
  sizes.codes = std::max<std::size_t>(100, count_max * 10) * factor;
  sizes.heads = views.head == views.rotated
                    ? sizes.codes
                    : std::max(sizes.codes * 2, std::min(rows / 100, sizes.codes * 20));
  return sizes;
}

// Rows of candidates lie anywhere: their memory is asked for while others are compared.
void prefetch(const void* start, std::size_t bytes) {
  const auto* at = static_cast<const std::byte*>(start);
  for (std::size_t i = 0; i < bytes; i += 64) __builtin_prefetch(at + i);
}

// Visits all in order, having asked for the memory of those `ahead` places further on.
template <std::size_t ahead, class Item, class Ask, class Visit>
void visit_ahead(const std::vector<Item>& items, const Ask& ask, const Visit& visit) {
  for (std::size_t i = 0; i < std::min(ahead, items.size()); ++i) ask(items[i]);
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i + ahead < items.size()) ask(items[i + ahead]);
    visit(items[i]);
  }
}

// One of the blocks that are searched together. The places of candidates count through all blocks.
struct Part {
  const VectorViews* views = nullptr;
  const RowMask* mask = nullptr;
  std::uint64_t first_key = 0;
  std::uint32_t first_place = 0;
  std::optional<BlockQuery> query{};
  std::vector<float> list_scores{};  // of the centres of all lists; empty where there are none

  // The rows 64 * word + i that may be seen, as bits i.
  [[nodiscard]] std::uint64_t visible(std::size_t word) const {
    const std::size_t left = views->rows - word * 64;
    std::uint64_t bits = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    if (!mask->allowed.empty()) bits &= word < mask->allowed.size() ? mask->allowed[word] : 0;
    if (word < mask->dead.size()) bits &= ~mask->dead[word];
    return bits;
  }

  template <class Visit>
  void for_each_visible(const Visit& visit) const {
    for (std::size_t word = 0; word < block_count(views->rows); ++word) {
      for (std::uint64_t bits = visible(word); bits != 0; bits &= bits - 1)
        visit(static_cast<std::uint32_t>(word * 64) +
              static_cast<std::uint32_t>(std::countr_zero(bits)));
    }
  }

  // The places of a block of codes within [first, end) whose rows may be seen, as bits.
  [[nodiscard]] std::uint64_t visible_places(std::size_t block, std::size_t first,
                                             std::size_t end) const {
    const std::size_t start = block * 64;
    std::uint64_t bits = ~std::uint64_t{0};
    if (first > start) bits &= bits << (first - start);
    if (end - start < 64) bits &= (std::uint64_t{1} << (end - start)) - 1;
    if (mask->is_open()) return bits;
    for (std::uint64_t left = bits; left != 0; left &= left - 1) {
      const std::uint64_t bit = left & (~left + 1);
      const auto place = start + static_cast<std::size_t>(std::countr_zero(left));
      if (!mask->sees(views->list_rows[place])) bits ^= bit;
    }
    return bits;
  }

  // The score of the centre the code at this place of the block refers to.
  [[nodiscard]] float base_of(std::uint32_t place) const {
    if (list_scores.empty()) return query->base;
    const auto next = std::ranges::upper_bound(views->list_bounds, place);
    return list_scores[static_cast<std::size_t>(next - views->list_bounds.begin()) - 1];
  }
};

// Goes through blocks of one shape as if they were one: every stage keeps the best of all of them.
class Search {
 public:
  Search(std::span<const VectorScope> scopes, const PreparedQuery& query,
         const VectorSearchOptions& options, TopK<std::uint64_t>& top)
      : query_(query.forms()), options_(options), top_(top) {
    parts_.reserve(scopes.size());
    for (const auto& scope : scopes) {
      const auto& views = scope.block->views();
      auto& part = parts_.emplace_back();
      part.views = &views;
      part.mask = &scope.mask;
      part.first_key = scope.first_key;
      part.first_place = static_cast<std::uint32_t>(rows_);
      rows_ += views.rows;
      rows_shown_ += scope.mask.allowed.empty() ? views.rows : scope.mask.allowed_count;
      is_filtered_ = is_filtered_ || !scope.mask.allowed.empty();
    }
    sizes_ = sizes_of(*parts_.front().views, rows_, options.count_max);
  }

  void run() {
    if (options_.is_exact || sizes_.bytes >= rows_) return score_all_halves();
    for (auto& part : parts_) part.query.emplace(query_, *part.views);
    Candidates best(sizes_.bytes);
    const bool is_selective = is_filtered_ && rows_shown_ <= allowed_bytes_max;
    const bool are_few =
        sizes_.heads * 2 >= rows_ || rows_ * parts_.front().views->rotated <= scanned_bytes_max;
    Candidates heads(sizes_.heads);
    for (auto& part : parts_) {
      if (is_selective)
        score_bytes(visible_rows(part), best);
      else if (!part.views->has_codes() || are_few)
        score_all_bytes(part, best);
      else
        scan_codes(part, heads);
    }
    score_bytes(rows_of(refine(heads.finish())), best);
    score_halves(best.finish());
  }

 private:
  // A candidate's block and its row or place in it.
  struct Found {
    const Part* part = nullptr;
    std::uint32_t place = 0;
  };

  [[nodiscard]] Found find(std::uint32_t place) const {
    if (parts_.size() == 1) return {parts_.data(), place};
    const auto next = std::ranges::upper_bound(parts_, place, {}, &Part::first_place);
    const auto& part = *std::prev(next);
    return {&part, place - part.first_place};
  }

  [[nodiscard]] std::vector<Found> find(const std::vector<Candidate>& candidates) const {
    std::vector<Found> found;
    found.reserve(candidates.size());
    for (const auto& candidate : candidates) found.push_back(find(candidate.place));
    return found;
  }

  void score_half(const Part& part, std::size_t row) {
    const auto& kernels = vector_kernels();
    const auto& views = *part.views;
    const std::uint16_t* half_row = views.half_row(row);
    const std::size_t count = views.shape.dimension;
    const float score = views.shape.metric == Metric::l2
                            ? -kernels.distance_halves(query_.values.data(), half_row, count)
                            : kernels.dot_halves(query_.values.data(), half_row, count);
    top_.offer(score, part.first_key + row);
  }

  void score_all_halves() {
    for (const auto& part : parts_)
      part.for_each_visible([&](std::uint32_t row) { score_half(part, row); });
  }

  void score_halves(const std::vector<Candidate>& candidates) {
    visit_ahead<2>(
        find(candidates),
        [](const Found& next) {
          prefetch(next.part->views->half_row(next.place), next.part->views->shape.dimension * 2);
        },
        [&](const Found& found) { score_half(*found.part, found.place); });
  }

  static void score_byte_row(const Part& part, std::uint32_t row, Candidates& best) {
    const auto& views = *part.views;
    best.offer(part.query->score_bytes(views.byte_row(row), views.byte_factors[row]),
               part.first_place + row);
  }

  static void score_all_bytes(const Part& part, Candidates& best) {
    part.for_each_visible([&](std::uint32_t row) { score_byte_row(part, row, best); });
  }

  [[nodiscard]] static std::vector<Found> visible_rows(const Part& part) {
    std::vector<Found> rows;
    rows.reserve(std::min(part.mask->allowed_count, part.views->rows));
    part.for_each_visible([&](std::uint32_t row) { rows.push_back({&part, row}); });
    return rows;
  }

  // The rows of places of codes.
  [[nodiscard]] std::vector<Found> rows_of(const std::vector<Candidate>& candidates) const {
    auto rows = find(candidates);
    for (auto& row : rows)
      if (row.part->views->lists > 0) row.place = row.part->views->list_rows[row.place];
    return rows;
  }

  static void score_bytes(const std::vector<Found>& rows, Candidates& best) {
    visit_ahead<3>(
        rows,
        [](const Found& next) {
          __builtin_prefetch(&next.part->views->byte_factors[next.place]);
          prefetch(next.part->views->byte_row(next.place), next.part->views->rotated);
        },
        [&](const Found& row) { score_byte_row(*row.part, row.place, best); });
  }

  void scan_codes(Part& part, Candidates& heads) const {
    if (part.views->lists > 0) return scan_lists(part, heads);
    EstimateTerms terms = terms_of(part);
    terms.base = part.query->base;
    for (std::size_t block = 0; block < block_count(part.views->rows); ++block) {
      const std::uint64_t bits = part.visible(block);
      if (bits != 0) scan_block(part, terms, block, bits, heads);
    }
  }

  [[nodiscard]] static EstimateTerms terms_of(const Part& part) {
    // The head speaks for the whole code.
    const float share =
        static_cast<float>(part.views->rotated) / static_cast<float>(part.views->head);
    return {.sum_offset = part.query->table_offset * share,
            .sum_scale = part.query->table_scale * share};
  }

  // Reads the lists with the best centres, and under a filter further ones until enough rows pass
  // it: the nearest that pass lie further away than the nearest of all.
  void scan_lists(Part& part, Candidates& heads) const {
    const auto& views = *part.views;
    std::vector<Candidate> lists(views.lists);
    part.list_scores.resize(views.lists);
    for (std::size_t list = 0; list < views.lists; ++list) {
      lists[list] = {part.query->score_bytes(views.list_bytes.data() + list * views.rotated,
                                             views.list_factors[list]),
                     static_cast<std::uint32_t>(list)};
      part.list_scores[list] = lists[list].score;
    }
    const bool is_filtered = !part.mask->allowed.empty();
    const std::size_t sorted = is_filtered ? lists.size() : views.probes;
    std::ranges::partial_sort(lists, lists.begin() + static_cast<std::ptrdiff_t>(sorted),
                              Candidate::is_better);
    EstimateTerms terms = terms_of(part);
    std::size_t seen = 0;
    const std::size_t seen_min = std::max(filtered_rows_min, sizes_.codes * 20);
    for (std::size_t at = 0; at < sorted; ++at) {
      if (at >= views.probes && seen >= seen_min) break;
      terms.base = lists[at].score;
      seen += scan_list(part, terms, lists[at].place, heads);
    }
  }

  // How many rows of the list were visible.
  static std::size_t scan_list(const Part& part, const EstimateTerms& terms, std::size_t list,
                               Candidates& heads) {
    const std::size_t first = part.views->list_bounds[list];
    const std::size_t end = part.views->list_bounds[list + 1];
    std::size_t seen = 0;
    for (std::size_t block = first / 64; block * 64 < end; ++block) {
      const std::uint64_t bits = part.visible_places(block, first, end);
      seen += static_cast<std::size_t>(std::popcount(bits));
      if (bits != 0) scan_block(part, terms, block, bits, heads);
    }
    return seen;
  }

  static void scan_block(const Part& part, const EstimateTerms& terms, std::size_t block,
                         std::uint64_t bits, Candidates& heads) {
    alignas(64) std::array<std::uint16_t, rows_per_block> sums;
    alignas(64) std::array<float, rows_per_block> estimates;
    const auto& views = *part.views;
    const auto& query = *part.query;
    const std::size_t columns = views.head / 8;
    query.kernels->sum_block(views.codes.data() + block * columns * rows_per_block, columns,
                             query.tables.data(), sums.data());
    const auto& factors = views.code_factors[block];
    bits &=
        query.kernels->estimate_block(sums.data(), factors.scales.data(), factors.offsets.data(),
                                      terms, heads.least(), estimates.data());
    heads.offer_block(estimates.data(), bits,
                      part.first_place + static_cast<std::uint32_t>(block * rows_per_block));
  }

  static void prefetch_code(const Found& found) {
    const auto& views = *found.part->views;
    const std::size_t tail_bytes = (views.rotated - views.head) / 8;
    prefetch(views.code_tails.data() + found.place * tail_bytes, tail_bytes);
    const auto& factors = views.code_factors[found.place / rows_per_block];
    __builtin_prefetch(&factors.scales[found.place % rows_per_block]);
    __builtin_prefetch(&factors.offsets[found.place % rows_per_block]);
  }

  // The estimates again from the whole codes.
  std::vector<Candidate> refine(const std::vector<Candidate>& heads) const {
    const auto& shape = *parts_.front().views;
    if (shape.head == shape.rotated) return heads;
    const std::size_t tail_bytes = (shape.rotated - shape.head) / 8;
    const float share = static_cast<float>(shape.head) / static_cast<float>(shape.rotated);
    Candidates best(sizes_.codes);
    const auto found = find(heads);
    std::size_t at = 0;
    visit_ahead<12>(found, prefetch_code, [&](const Found& one) {
      const auto& head = heads[at++];
      const auto& [part, place] = one;
      const auto& factors = part->views->code_factors[place / rows_per_block];
      const std::size_t row = place % rows_per_block;
      const float fixed = part->base_of(place) + factors.offsets[row];
      const float tail = part->query->sum_tail(part->views->code_tails.data() + place * tail_bytes);
      best.offer(fixed + (head.score - fixed) * share + factors.scales[row] * tail, head.place);
    });
    return best.finish();
  }

  const QueryForms& query_;
  const VectorSearchOptions& options_;
  TopK<std::uint64_t>& top_;
  std::vector<Part> parts_;
  std::size_t rows_ = 0;
  std::size_t rows_shown_ = 0;  // at most
  bool is_filtered_ = false;
  StageSizes sizes_;
};

}  // namespace

void search_vectors(std::span<const VectorScope> scopes, const PreparedQuery& query,
                    const VectorSearchOptions& options, TopK<std::uint64_t>& top) {
  if (query.finds_nothing() || options.count_max == 0) return;
  std::vector<VectorScope> together;
  std::size_t rows = 0;
  auto search = [&] {
    if (!together.empty()) Search(together, query, options, top).run();
    together.clear();
    rows = 0;
  };
  for (const auto& scope : scopes) {
    if (scope.block->rows() == 0 || !(scope.block->shape() == query.shape())) continue;
    // Places have 32 bits.
    if (rows + scope.block->rows() > std::numeric_limits<std::uint32_t>::max()) search();
    rows += scope.block->rows();
    together.push_back(scope);
  }
  search();
}

}  // namespace aiva::retrieval
