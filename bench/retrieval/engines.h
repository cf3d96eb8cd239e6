#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace aiva::bench {

// Rows of unit length, end to end.
struct Rows {
  std::span<const float> values;
  std::size_t dimension = 0;

  [[nodiscard]] std::size_t count() const { return values.size() / dimension; }
  [[nodiscard]] const float* row(std::size_t at) const { return values.data() + at * dimension; }
};

inline constexpr std::size_t wanted = 10;

// One way to search the rows. `search` answers the numbers of the best ten rows.
struct Engine {
  std::string name;
  std::function<std::vector<std::uint64_t>(const float* query)> search;
  double build_s = 0;
  double resident_mb = 0;
  double filter_share = 1;  // of the rows a query may find: every one whose hash is below
};

// Seconds this process, or this thread, computed so far.
double process_cpu_s();
double thread_cpu_s();
// Whether the row passes the filter of this share.
bool passes(std::size_t row, double share);

// Ours: without lists, with lists when the rows cluster, and filtered.
std::vector<Engine> our_engines(const Rows& rows, bool with_lists);
// FAISS IndexFlatIP, and hnswlib over floats (M = 16, efConstruction = 100) at several ef.
std::vector<Engine> faiss_engines(const Rows& rows);
std::vector<Engine> hnswlib_engines(const Rows& rows);
// The graph of usearch (the same parameters) over half floats and our kernel for them. The rows'
// values are borrowed.
std::vector<Engine> usearch_engines(const Rows& rows);

}  // namespace aiva::bench
