#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "retrieval/vectors/candidates.h"
#include "retrieval/vectors/prepared_query.h"
#include "retrieval/vectors/vectors.h"

namespace aiva::retrieval {
namespace {

// So many allowed rows at most are compared as bytes one by one, whatever else there is.
constexpr std::size_t allowed_bytes_max = 3000;
// A filtered search of lists goes on until it has seen so many rows that pass.
constexpr std::size_t filtered_rows_min = 2000;

// How many rows each stage hands to the next.
struct StageSizes {
  std::size_t heads = 0;  // scanned heads of codes to whole codes
  std::size_t codes = 0;  // codes to bytes
  std::size_t bytes = 0;  // bytes to half floats
};

StageSizes sizes_of(const VectorViews& views, std::size_t count_max) {
  StageSizes sizes;
  sizes.bytes = std::max<std::size_t>(30, count_max * 3);
  sizes.codes = std::max<std::size_t>(100, count_max * 10);
  sizes.heads = views.head == views.rotated
                    ? sizes.codes
                    : std::max(sizes.codes * 4, std::min(views.rows / 100, sizes.codes * 20));
  return sizes;
}

// Rows of candidates lie anywhere: their memory is asked for while others are compared.
void prefetch(const void* start, std::size_t bytes) {
  const auto* at = static_cast<const std::byte*>(start);
  for (std::size_t i = 0; i < bytes; i += 64) __builtin_prefetch(at + i);
}

class Search {
 public:
  Search(const VectorBlock& block, const PreparedQuery& query, const RowMask& mask,
         const VectorSearchOptions& options, std::uint64_t first_key, TopK<std::uint64_t>& top)
      : views_(block.views()),
        query_(query.forms()),
        mask_(mask),
        options_(options),
        first_key_(first_key),
        top_(top),
        sizes_(sizes_of(views_, options.count_max)) {}

  void run() {
    if (options_.is_exact || sizes_.bytes >= views_.rows) return score_all_halves();
    const BlockQuery query(query_, views_);
    Candidates best(sizes_.bytes);
    const bool is_selective = !mask_.allowed.empty() && mask_.allowed_count <= allowed_bytes_max;
    if (is_selective) {
      score_bytes(query, visible_rows(), best);
    } else if (!views_.has_codes() || sizes_.heads * 2 >= views_.rows) {
      score_all_bytes(query, best);
    } else {
      score_bytes(query, scan_codes(query), best);
    }
    score_halves(best.finish());
  }

 private:
  // The rows 64 * word + i that may be seen, as bits i.
  [[nodiscard]] std::uint64_t visible(std::size_t word) const {
    const std::size_t left = views_.rows - word * 64;
    std::uint64_t bits = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    if (!mask_.allowed.empty()) bits &= word < mask_.allowed.size() ? mask_.allowed[word] : 0;
    if (word < mask_.dead.size()) bits &= ~mask_.dead[word];
    return bits;
  }

  template <class Visit>
  void for_each_visible(const Visit& visit) const {
    for (std::size_t word = 0; word < block_count(views_.rows); ++word) {
      for (std::uint64_t bits = visible(word); bits != 0; bits &= bits - 1)
        visit(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
    }
  }

  [[nodiscard]] std::vector<Candidate> visible_rows() const {
    std::vector<Candidate> rows;
    rows.reserve(std::min(mask_.allowed_count, views_.rows));
    for_each_visible(
        [&](std::size_t row) { rows.push_back({.place = static_cast<std::uint32_t>(row)}); });
    return rows;
  }

  void score_half(std::size_t row) {
    const auto& kernels = vector_kernels();
    const std::uint16_t* half_row = views_.half_row(row);
    const std::size_t count = views_.shape.dimension;
    const float score = views_.shape.metric == Metric::l2
                            ? -kernels.distance_halves(query_.values.data(), half_row, count)
                            : kernels.dot_halves(query_.values.data(), half_row, count);
    top_.offer(score, first_key_ + row);
  }

  void score_all_halves() {
    for_each_visible([&](std::size_t row) { score_half(row); });
  }

  void score_halves(const std::vector<Candidate>& candidates) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (i + 1 < candidates.size())
        prefetch(views_.half_row(candidates[i + 1].place), views_.shape.dimension * 2);
      score_half(candidates[i].place);
    }
  }

  void score_all_bytes(const BlockQuery& query, Candidates& best) {
    for_each_visible([&](std::size_t row) {
      best.offer(query.score_bytes(views_.byte_row(row), views_.byte_factors[row]),
                 static_cast<std::uint32_t>(row));
    });
  }

  void score_bytes(const BlockQuery& query, const std::vector<Candidate>& candidates,
                   Candidates& best) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (i + 2 < candidates.size())
        prefetch(views_.byte_row(candidates[i + 2].place), views_.rotated);
      const std::uint32_t row = candidates[i].place;
      best.offer(query.score_bytes(views_.byte_row(row), views_.byte_factors[row]), row);
    }
  }

  std::vector<Candidate> scan_codes(const BlockQuery& query) {
    if (views_.lists > 0) return scan_lists(query);
    EstimateTerms terms = terms_of(query);
    terms.base = query.base;
    Candidates heads(sizes_.heads);
    for (std::size_t block = 0; block < block_count(views_.rows); ++block) {
      const std::uint64_t bits = visible(block);
      if (bits != 0) scan_block(query, terms, block, bits, heads);
    }
    return refine(query, heads.finish());
  }

  [[nodiscard]] EstimateTerms terms_of(const BlockQuery& query) const {
    // The head speaks for the whole code.
    const float share = static_cast<float>(views_.rotated) / static_cast<float>(views_.head);
    return {.sum_offset = query.table_offset * share, .sum_scale = query.table_scale * share};
  }

  // Reads the lists with the best centres, and under a filter further ones until enough rows pass
  // it: the nearest that pass lie further away than the nearest of all.
  std::vector<Candidate> scan_lists(const BlockQuery& query) {
    std::vector<Candidate> lists(views_.lists);
    list_scores_.resize(views_.lists);
    for (std::size_t list = 0; list < views_.lists; ++list) {
      lists[list] = {query.score_bytes(views_.list_bytes.data() + list * views_.rotated,
                                       views_.list_factors[list]),
                     static_cast<std::uint32_t>(list)};
      list_scores_[list] = lists[list].score;
    }
    const bool is_filtered = !mask_.allowed.empty();
    const std::size_t sorted = is_filtered ? lists.size() : views_.probes;
    std::ranges::partial_sort(lists, lists.begin() + static_cast<std::ptrdiff_t>(sorted),
                              Candidate::is_better);
    EstimateTerms terms = terms_of(query);
    Candidates heads(sizes_.heads);
    std::size_t seen = 0;
    const std::size_t seen_min = std::max(filtered_rows_min, sizes_.codes * 20);
    for (std::size_t at = 0; at < sorted; ++at) {
      if (at >= views_.probes && seen >= seen_min) break;
      terms.base = lists[at].score;
      seen += scan_list(query, terms, lists[at].place, heads);
    }
    auto best = refine(query, heads.finish());
    for (auto& candidate : best) candidate.place = views_.list_rows[candidate.place];
    return best;
  }

  // How many rows of the list were visible.
  std::size_t scan_list(const BlockQuery& query, const EstimateTerms& terms, std::size_t list,
                        Candidates& heads) {
    const std::size_t first = views_.list_bounds[list];
    const std::size_t end = views_.list_bounds[list + 1];
    std::size_t seen = 0;
    for (std::size_t block = first / 64; block * 64 < end; ++block) {
      const std::uint64_t bits = visible_places(block, first, end);
      seen += static_cast<std::size_t>(std::popcount(bits));
      if (bits != 0) scan_block(query, terms, block, bits, heads);
    }
    return seen;
  }

  // The places of a block within [first, end) whose rows may be seen, as bits.
  [[nodiscard]] std::uint64_t visible_places(std::size_t block, std::size_t first,
                                             std::size_t end) const {
    const std::size_t start = block * 64;
    std::uint64_t bits = ~std::uint64_t{0};
    if (first > start) bits &= bits << (first - start);
    if (end - start < 64) bits &= (std::uint64_t{1} << (end - start)) - 1;
    if (mask_.is_open()) return bits;
    for (std::uint64_t left = bits; left != 0; left &= left - 1) {
      const std::uint64_t bit = left & (~left + 1);
      const auto place = start + static_cast<std::size_t>(std::countr_zero(left));
      if (!mask_.sees(views_.list_rows[place])) bits ^= bit;
    }
    return bits;
  }

  void scan_block(const BlockQuery& query, const EstimateTerms& terms, std::size_t block,
                  std::uint64_t bits, Candidates& heads) {
    alignas(64) std::array<std::uint16_t, rows_per_block> sums;
    alignas(64) std::array<float, rows_per_block> estimates;
    const std::size_t columns = views_.head / 8;
    query.kernels->sum_block(views_.codes.data() + block * columns * rows_per_block, columns,
                             query.tables.data(), sums.data());
    const auto& factors = views_.code_factors[block];
    bits &=
        query.kernels->estimate_block(sums.data(), factors.scales.data(), factors.offsets.data(),
                                      terms, heads.least(), estimates.data());
    for (; bits != 0; bits &= bits - 1) {
      const auto row = static_cast<std::size_t>(std::countr_zero(bits));
      heads.offer(estimates[row], static_cast<std::uint32_t>(block * rows_per_block + row));
    }
  }

  // The score of the centre the code at this place refers to.
  [[nodiscard]] float base_of(const BlockQuery& query, std::uint32_t place) const {
    if (list_scores_.empty()) return query.base;
    const auto next = std::ranges::upper_bound(views_.list_bounds, place);
    return list_scores_[static_cast<std::size_t>(next - views_.list_bounds.begin()) - 1];
  }

  // The estimates again from the whole codes.
  std::vector<Candidate> refine(const BlockQuery& query, std::vector<Candidate>& heads) {
    if (views_.head == views_.rotated) return heads;
    const std::size_t tail_bytes = (views_.rotated - views_.head) / 8;
    const float share = static_cast<float>(views_.head) / static_cast<float>(views_.rotated);
    Candidates best(sizes_.codes);
    constexpr std::size_t ahead = 8;
    for (std::size_t i = 0; i < heads.size(); ++i) {
      if (i + ahead < heads.size()) {
        const std::size_t next = heads[i + ahead].place;
        prefetch(views_.code_tails.data() + next * tail_bytes, tail_bytes);
        const auto& next_factors = views_.code_factors[next / rows_per_block];
        __builtin_prefetch(&next_factors.scales[next % rows_per_block]);
        __builtin_prefetch(&next_factors.offsets[next % rows_per_block]);
      }
      const auto& head = heads[i];
      const auto& factors = views_.code_factors[head.place / rows_per_block];
      const float fixed = base_of(query, head.place) + factors.offsets[head.place % rows_per_block];
      const float tail = query.sum_tail(views_.code_tails.data() + head.place * tail_bytes);
      const float score =
          fixed + (head.score - fixed) * share + factors.scales[head.place % rows_per_block] * tail;
      best.offer(score, head.place);
    }
    return best.finish();
  }

  const VectorViews& views_;
  const QueryForms& query_;
  const RowMask& mask_;
  const VectorSearchOptions& options_;
  std::uint64_t first_key_;
  TopK<std::uint64_t>& top_;
  StageSizes sizes_;
  std::vector<float> list_scores_;  // of the centres of all lists
};

}  // namespace

void search_vectors(const VectorBlock& block, const PreparedQuery& query, const RowMask& mask,
                    const VectorSearchOptions& options, std::uint64_t first_key,
                    TopK<std::uint64_t>& top) {
  if (query.finds_nothing() || !(block.shape() == query.shape())) return;
  if (block.rows() == 0 || options.count_max == 0) return;
  Search(block, query, mask, options, first_key, top).run();
}

}  // namespace aiva::retrieval
