#include "retrieval/vectors/lists.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "retrieval/vectors/candidates.h"
#include "retrieval/vectors/encode.h"
#include "retrieval/vectors/vector_kernels.h"

namespace aiva::retrieval {
namespace {

constexpr std::size_t tile_rows = 4;
constexpr std::size_t tile_columns = 64;
constexpr std::size_t rounds = 6;
constexpr std::size_t samples_per_list = 48;
constexpr std::size_t trial_count = 64;
constexpr std::size_t trial_neighbours = 10;

// Vectors as signed bytes, sixty-four side by side as dot_bytes_tile takes them.
class Columns {
 public:
  Columns(std::size_t count, std::size_t dimension)
      : dimension_(dimension),
        groups_((count + tile_columns - 1) / tile_columns),
        bytes_(groups_ * tile_columns * dimension),
        sums_(groups_ * tile_columns) {}

  // Sets a column to bytes of + 128 each.
  void set(std::size_t at, const std::uint8_t* bytes) {
    std::int8_t* group = bytes_.data() + at / tile_columns * tile_columns * dimension_;
    const std::size_t column = at % tile_columns;
    sums_[at] = 0;
    for (std::size_t i = 0; i < dimension_; ++i) {
      const auto value = static_cast<std::int8_t>(static_cast<int>(bytes[i]) - 128);
      group[(i / 4 * tile_columns + column) * 4 + i % 4] = value;
      sums_[at] += 128 * value;
    }
  }

  [[nodiscard]] std::size_t groups() const { return groups_; }
  [[nodiscard]] const std::int8_t* group(std::size_t at) const {
    return bytes_.data() + at * tile_columns * dimension_;
  }
  // What the rows' + 128 adds to a dot product with this column.
  [[nodiscard]] std::int32_t excess(std::size_t at) const { return sums_[at]; }

 private:
  std::size_t dimension_;
  std::size_t groups_;
  std::vector<std::int8_t> bytes_;
  std::vector<std::int32_t> sums_;
};

class ListMaker {
 public:
  ListMaker(const VectorViews& views, std::size_t count)
      : views_(views), count_(count), centres_(count, views.rotated), steps_(count) {
    lists_.centres.resize(count * views.rotated);
    lists_.factors.resize(count);
    half_norms_.resize(count);
  }

  Lists make(double recall) {
    cluster();
    assign_all();
    lists_.probes = find_probes(recall);
    // Reading a quarter of the lists is no faster than a scan of all codes, and finds less.
    if (lists_.probes == 0 || lists_.probes * 4 > count_) return {};
    return std::move(lists_);
  }

 private:
  [[nodiscard]] float step_of(std::size_t row) const {
    const float scale = views_.byte_factors[row].scale;
    return views_.shape.metric == Metric::l2 ? scale / 2 : scale;
  }

  void set_centre(std::size_t list, std::span<const float> residual) {
    std::uint8_t* bytes = lists_.centres.data() + list * views_.rotated;
    auto factors = encode_bytes(views_.shape.metric, residual, views_.centre, bytes);
    steps_[list] = views_.shape.metric == Metric::l2 ? factors.scale / 2 : factors.scale;
    float norm = 0;
    float with_centre = 0;
    for (std::size_t i = 0; i < views_.rotated; ++i) {
      const float value = steps_[list] * static_cast<float>(static_cast<int>(bytes[i]) - 128);
      norm += value * value;
      with_centre += value * views_.centre[i];
    }
    factors.offset = views_.shape.metric == Metric::l2 ? -norm : with_centre;
    lists_.factors[list] = factors;
    half_norms_[list] = norm / 2;
    centres_.set(list, bytes);
  }

  void read_residual(std::size_t row, std::vector<float>& out) const {
    const std::uint8_t* bytes = views_.byte_row(row);
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = step_of(row) * static_cast<float>(static_cast<int>(bytes[i]) - 128);
  }

  // Lloyd's algorithm on a sample that is spread over the rows.
  void cluster() {
    std::mt19937 random(1);
    std::vector<std::uint32_t> sample(std::min(views_.rows, count_ * samples_per_list));
    for (std::size_t i = 0; i < sample.size(); ++i)
      sample[i] = static_cast<std::uint32_t>(i * views_.rows / sample.size());
    std::ranges::shuffle(sample, random);
    std::vector<float> residual(views_.rotated);
    for (std::size_t list = 0; list < count_; ++list) {
      read_residual(sample[list], residual);
      set_centre(list, residual);
    }
    for (std::size_t round = 0; round < rounds; ++round) move_centres(sample, random);
  }

  void move_centres(const std::vector<std::uint32_t>& sample, std::mt19937& random) {
    std::vector<float> sums(count_ * views_.rotated);
    std::vector<std::uint32_t> sizes(count_);
    std::vector<float> residual(views_.rotated);
    for (std::size_t i = 0; i < sample.size(); i += tile_rows) {
      const std::size_t taken = std::min(tile_rows, sample.size() - i);
      const auto nearest = nearest_of({sample.data() + i, taken});
      for (std::size_t r = 0; r < taken; ++r) {
        read_residual(sample[i + r], residual);
        float* sum = sums.data() + nearest[r] * views_.rotated;
        for (std::size_t at = 0; at < residual.size(); ++at) sum[at] += residual[at];
        ++sizes[nearest[r]];
      }
    }
    for (std::size_t list = 0; list < count_; ++list) {
      const std::span sum(sums.data() + list * views_.rotated, views_.rotated);
      if (sizes[list] == 0) {
        // An empty list starts again somewhere else.
        read_residual(sample[random() % sample.size()], residual);
        std::ranges::copy(residual, sum.begin());
      } else {
        for (auto& value : sum) value /= static_cast<float>(sizes[list]);
      }
      set_centre(list, sum);
    }
  }

  // The lists whose centres are nearest to at most four rows.
  std::array<std::uint32_t, tile_rows> nearest_of(std::span<const std::uint32_t> rows) {
    tile_.resize(tile_rows * views_.rotated);
    for (std::size_t r = 0; r < rows.size(); ++r)
      std::copy_n(views_.byte_row(rows[r]), views_.rotated, tile_.data() + r * views_.rotated);
    std::array<std::uint32_t, tile_rows> nearest{};
    std::array<float, tile_rows> best{};
    best.fill(-std::numeric_limits<float>::infinity());
    std::array<std::int32_t, tile_rows * tile_columns> dots;
    for (std::size_t group = 0; group < centres_.groups(); ++group) {
      kernels_.dot_bytes_tile(tile_.data(), views_.rotated, centres_.group(group), views_.rotated,
                              dots.data());
      const std::size_t end = std::min(count_, (group + 1) * tile_columns);
      for (std::size_t r = 0; r < rows.size(); ++r) {
        const float step = step_of(rows[r]);
        for (std::size_t list = group * tile_columns; list < end; ++list) {
          const std::int32_t dot =
              dots[r * tile_columns + list % tile_columns] - centres_.excess(list);
          // |o - m|² is least where o·m - |m|²/2 is greatest.
          const float score = step * steps_[list] * static_cast<float>(dot) - half_norms_[list];
          if (score > best[r]) {
            best[r] = score;
            nearest[r] = static_cast<std::uint32_t>(list);
          }
        }
      }
    }
    return nearest;
  }

  void assign_all() {
    list_of_.resize(views_.rows);
    std::array<std::uint32_t, tile_rows> rows{};
    for (std::size_t row = 0; row < views_.rows; row += tile_rows) {
      const std::size_t taken = std::min(tile_rows, views_.rows - row);
      std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(row));
      const auto nearest = nearest_of({rows.data(), taken});
      std::copy_n(nearest.begin(), taken, list_of_.begin() + static_cast<std::ptrdiff_t>(row));
    }
    lists_.bounds.assign(count_ + 1, 0);
    for (const auto list : list_of_) ++lists_.bounds[list + 1];
    std::partial_sum(lists_.bounds.begin(), lists_.bounds.end(), lists_.bounds.begin());
    auto next = lists_.bounds;
    lists_.rows.resize(views_.rows);
    for (std::size_t row = 0; row < views_.rows; ++row)
      lists_.rows[next[list_of_[row]]++] = static_cast<std::uint32_t>(row);
  }

  // How many lists hold this share of the nearest neighbours of rows of the block. A row asked for
  // is left out of its own neighbours: it would be the nearest, and always found.
  std::size_t find_probes(double recall) {
    std::vector<std::uint32_t> trials(trial_count);
    for (std::size_t i = 0; i < trial_count; ++i)
      trials[i] = static_cast<std::uint32_t>((i * 2 + 1) * views_.rows / (trial_count * 2));
    const auto neighbours = neighbours_of(trials);
    std::vector<std::size_t> ranks;
    for (std::size_t i = 0; i < trial_count; ++i) {
      const auto order = order_of_lists(trials[i]);
      for (const auto& neighbour : neighbours[i]) ranks.push_back(order[list_of_[neighbour.place]]);
    }
    if (ranks.empty()) return 0;
    std::ranges::sort(ranks);
    const auto last =
        static_cast<std::size_t>(std::ceil(recall * static_cast<double>(ranks.size())));
    return ranks[std::clamp<std::size_t>(last, 1, ranks.size()) - 1] + 1;
  }

  // All trials at once, so that the bytes of the rows are read once. Bytes alone order the nearest
  // well enough to tell which lists must be read.
  std::vector<std::vector<Candidate>> neighbours_of(const std::vector<std::uint32_t>& trials) {
    Columns columns(trial_count, views_.rotated);
    for (std::size_t i = 0; i < trial_count; ++i) columns.set(i, views_.byte_row(trials[i]));
    std::vector<Candidates> best;
    for (std::size_t i = 0; i < trial_count; ++i) best.emplace_back(trial_neighbours);
    std::array<std::int32_t, tile_rows * tile_columns> dots;
    // The last rows that fill no tile are not needed for an estimate.
    for (std::size_t row = 0; row + tile_rows <= views_.rows; row += tile_rows) {
      kernels_.dot_bytes_tile(views_.byte_row(row), views_.rotated, columns.group(0),
                              views_.rotated, dots.data());
      for (std::size_t r = 0; r < tile_rows; ++r) {
        const auto& factors = views_.byte_factors[row + r];
        for (std::size_t i = 0; i < trial_count; ++i) {
          if (trials[i] == row + r) continue;
          const std::int32_t dot = dots[r * tile_columns + i] - columns.excess(i);
          const float score =
              factors.offset + factors.scale * step_of(trials[i]) * static_cast<float>(dot);
          best[i].offer(score, static_cast<std::uint32_t>(row + r));
        }
      }
    }
    std::vector<std::vector<Candidate>> neighbours;
    for (auto& of_trial : best) neighbours.push_back(of_trial.finish());
    return neighbours;
  }

  // The rank of each list when a search for this row reads the best first.
  std::vector<std::size_t> order_of_lists(std::size_t row) const {
    std::vector<std::int8_t> query(views_.rotated);
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < query.size(); ++i) {
      query[i] = static_cast<std::int8_t>(static_cast<int>(views_.byte_row(row)[i]) - 128);
      sum += query[i];
    }
    std::vector<Candidate> scored(count_);
    for (std::size_t list = 0; list < count_; ++list) {
      const std::int32_t dot = kernels_.dot_bytes(lists_.centres.data() + list * views_.rotated,
                                                  query.data(), views_.rotated) -
                               128 * sum;
      const auto& factors = lists_.factors[list];
      scored[list] = {factors.offset + factors.scale * step_of(row) * static_cast<float>(dot),
                      static_cast<std::uint32_t>(list)};
    }
    std::ranges::sort(scored, Candidate::is_better);
    std::vector<std::size_t> ranks(count_);
    for (std::size_t i = 0; i < count_; ++i) ranks[scored[i].place] = i;
    return ranks;
  }

  const VectorKernels& kernels_ = vector_kernels();
  const VectorViews& views_;
  std::size_t count_;
  Lists lists_;
  Columns centres_;
  std::vector<float> steps_;
  std::vector<float> half_norms_;
  std::vector<std::uint32_t> list_of_;
  std::vector<std::uint8_t> tile_;
};

std::size_t list_count_for(std::size_t rows) {
  const auto wanted = static_cast<std::size_t>(2 * std::sqrt(static_cast<double>(rows)));
  return std::clamp<std::size_t>(wanted / tile_columns * tile_columns, 64, lists_max);
}

}  // namespace

void Lists::read_centre(Metric metric, std::size_t list, std::span<float> out) const {
  const float step = metric == Metric::l2 ? factors[list].scale / 2 : factors[list].scale;
  const std::uint8_t* bytes = centres.data() + list * out.size();
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = step * static_cast<float>(static_cast<int>(bytes[i]) - 128);
}

Lists make_lists(const VectorViews& views, const VectorBuildOptions& options) {
  const std::size_t count = list_count_for(views.rows);
  // Fewer than some rows a list tell nothing.
  if (views.rows < options.lists_from || views.rows < count * 8) return {};
  return ListMaker(views, count).make(options.list_recall);
}

}  // namespace aiva::retrieval
