#include <faiss/IndexFlat.h>
#include <hnswlib/hnswlib.h>

#include "engines.h"

namespace aiva::bench {

std::vector<Engine> faiss_engines(const Rows& rows) {
  const double start = process_cpu_s();
  auto index =
      std::make_shared<faiss::IndexFlatIP>(static_cast<faiss::Index::idx_t>(rows.dimension));
  index->add(static_cast<faiss::Index::idx_t>(rows.count()), rows.values.data());
  return {{.name = "FAISS IndexFlatIP",
           .search =
               [index](const float* query) {
                 std::vector<float> scores(wanted);
                 std::vector<faiss::Index::idx_t> found(wanted);
                 index->search(1, query, wanted, scores.data(), found.data());
                 return std::vector<std::uint64_t>(found.begin(), found.end());
               },
           .build_s = process_cpu_s() - start,
           .resident_mb = static_cast<double>(rows.values.size_bytes()) / 1e6}};
}

std::vector<Engine> hnswlib_engines(const Rows& rows) {
  struct Graph {
    explicit Graph(const Rows& of) : space(of.dimension), index(&space, of.count(), 16, 100) {}
    hnswlib::InnerProductSpace space;
    hnswlib::HierarchicalNSW<float> index;
  };
  const double start = process_cpu_s();
  auto graph = std::make_shared<Graph>(rows);
  for (std::size_t i = 0; i < rows.count(); ++i) graph->index.addPoint(rows.row(i), i);
  const double build_s = process_cpu_s() - start;
  std::vector<Engine> engines;
  for (const std::size_t ef : {32, 64, 128}) {
    engines.push_back(
        {.name = "hnswlib float, ef " + std::to_string(ef),
         .search =
             [graph, ef](const float* query) {
               graph->index.setEf(ef);
               auto found = graph->index.searchKnn(query, wanted);
               std::vector<std::uint64_t> keys;
               for (; !found.empty(); found.pop()) keys.push_back(found.top().second);
               return keys;
             },
         .build_s = build_s,
         // The row, 32 links below and their count, the label.
         .resident_mb =
             static_cast<double>(rows.count() * (rows.dimension * 4 + 32 * 4 + 12)) / 1e6});
  }
  return engines;
}

}  // namespace aiva::bench
