#include <usearch/index.hpp>

#include "engines.h"
#include "retrieval/vectors/vector_kernels.h"

namespace aiva::bench {
namespace {

using Graph = unum::usearch::index_gt<float, std::uint64_t, std::uint32_t>;

// Rows as half floats, compared by our kernel for them: the graph is usearch's, the arithmetic as
// fast as ours.
class HalfRows {
 public:
  explicit HalfRows(const Rows& rows) : dimension_(rows.dimension), halves_(rows.values.size()) {
    kernels_.halves_of_floats(rows.values.data(), halves_.size(), halves_.data());
  }
  [[nodiscard]] float distance(const float* query, std::size_t row) const {
    return 1 - kernels_.dot_halves(query, halves_.data() + row * dimension_, dimension_);
  }
  void prefetch(std::size_t row) const {
    const std::uint16_t* start = halves_.data() + row * dimension_;
    for (std::size_t i = 0; i < dimension_; i += 32) __builtin_prefetch(start + i);
  }
  [[nodiscard]] std::size_t bytes() const { return halves_.size() * sizeof(std::uint16_t); }

 private:
  const retrieval::VectorKernels& kernels_ = retrieval::vector_kernels();
  std::size_t dimension_;
  std::vector<std::uint16_t> halves_;
};

// Keys are the numbers of rows, and slots are given in their order.
struct Metric {
  const HalfRows* halves;
  const Rows* rows;

  template <class Entry>
  float operator()(const float* query, const Entry& entry) const {
    return halves->distance(query, get_slot(entry));
  }
  template <class A, class B>
    requires requires(const A& a) { get_slot(a); }
  float operator()(const A& a, const B& b) const {
    return halves->distance(rows->row(get_slot(a)), get_slot(b));
  }
};

struct Prefetch {
  const HalfRows* halves;
  template <class Iterator>
  void operator()(Iterator first, Iterator last) const {
    for (; first != last; ++first) halves->prefetch(get_slot(first));
  }
};

struct Built {
  explicit Built(const Rows& of) : rows(of), halves(of), graph(unum::usearch::index_config_t(16)) {}
  Rows rows;  // borrowed values, read while it is built only
  HalfRows halves;
  Graph graph;
};

}  // namespace

std::vector<Engine> usearch_engines(const Rows& rows) {
  const double start = process_cpu_s();
  auto built = std::make_shared<Built>(rows);
  built->graph.reserve(rows.count());
  const Metric metric{&built->halves, &built->rows};
  const Prefetch prefetch{&built->halves};
  unum::usearch::index_update_config_t config;
  config.expansion = 100;
  for (std::size_t i = 0; i < rows.count(); ++i)
    built->graph.add(i, rows.row(i), metric, config, unum::usearch::dummy_callback_t{}, prefetch);
  const double build_s = process_cpu_s() - start;
  std::vector<Engine> engines;
  for (const std::size_t ef : {32, 64, 128}) {
    engines.push_back(
        {.name = "usearch half, ef " + std::to_string(ef),
         .search =
             [built, metric, prefetch, ef](const float* query) {
               unum::usearch::index_search_config_t asked;
               asked.expansion = ef;
               auto found = built->graph.search(query, wanted, metric, asked,
                                                unum::usearch::dummy_predicate_t{}, prefetch);
               std::vector<std::uint64_t> keys(wanted);
               keys.resize(found.dump_to(keys.data()));
               return keys;
             },
         .build_s = build_s,
         .resident_mb =
             static_cast<double>(built->halves.bytes() + built->graph.memory_usage()) / 1e6});
  }
  return engines;
}

}  // namespace aiva::bench
