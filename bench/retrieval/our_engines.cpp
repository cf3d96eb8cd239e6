#include <time.h>

#include "engines.h"
#include "retrieval/vectors/vectors.h"

namespace aiva::bench {
namespace {

using namespace retrieval;

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Segment {
  HeapSections sections;
  VectorBlock block;
  std::vector<std::uint64_t> allowed{};
  std::size_t allowed_count = 0;
};

std::shared_ptr<Segment> build(const Rows& rows, std::size_t lists_from, double& build_s) {
  auto segment = std::make_shared<Segment>();
  const double start = process_cpu_s();
  build_vectors(
      {.dimension = rows.dimension, .metric = Metric::cosine}, rows.count(),
      [&](std::size_t first, std::size_t count, float* out) {
        std::copy_n(rows.row(first), count * rows.dimension, out);
      },
      {.lists_from = lists_from}, segment->sections);
  build_s = process_cpu_s() - start;
  segment->block = VectorBlock::open(segment->sections.table()).value();
  return segment;
}

std::vector<std::uint64_t> search(const VectorBlock& block, const float* query,
                                  const RowMask& mask) {
  const std::span values(query, block.shape().dimension);
  TopK<std::uint64_t> top(wanted);
  const VectorScope scope{.block = &block, .mask = mask};
  search_vectors({&scope, 1}, PreparedQuery::prepare(block.shape(), values), {.count_max = wanted},
                 top);
  std::vector<std::uint64_t> keys;
  for (const auto& entry : top.take()) keys.push_back(entry.key);
  return keys;
}

Engine make_engine(std::string name, const std::shared_ptr<Segment>& segment, double build_s) {
  return {.name = std::move(name),
          .search = [segment](const float* query) { return search(segment->block, query, {}); },
          .build_s = build_s,
          .resident_mb = static_cast<double>(segment->block.resident_bytes()) / 1e6};
}

Engine make_filtered(const std::string& name, const std::shared_ptr<Segment>& segment,
                     double share) {
  auto allowed = std::make_shared<std::vector<std::uint64_t>>(segment->block.rows() / 64 + 1);
  std::size_t count = 0;
  for (std::size_t row = 0; row < segment->block.rows(); ++row) {
    if (!passes(row, share)) continue;
    (*allowed)[row / 64] |= std::uint64_t{1} << row % 64;
    ++count;
  }
  Engine engine = make_engine(name, segment, 0);
  engine.search = [segment, allowed, count](const float* query) {
    return search(segment->block, query, {.allowed = *allowed, .allowed_count = count});
  };
  engine.filter_share = share;
  return engine;
}

void add_filtered(std::vector<Engine>& engines, const std::string& name,
                  const std::shared_ptr<Segment>& segment) {
  for (const int percent : {1, 10, 50}) {
    engines.push_back(
        make_filtered(name + ", " + std::to_string(percent) + " % pass", segment, percent / 100.0));
  }
}

}  // namespace

double process_cpu_s() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
double thread_cpu_s() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }

bool passes(std::size_t row, double share) {
  const std::uint64_t hash = (row + 1) * 0x9e3779b97f4a7c15U;
  return static_cast<double>((hash ^ hash >> 29) * 0xbf58476d1ce4e5b9U >> 11) * 0x1p-53 < share;
}

std::vector<Engine> our_engines(const Rows& rows, bool with_lists) {
  std::vector<Engine> engines;
  double build_s = 0;
  const auto flat = build(rows, rows.count() + 1, build_s);
  engines.push_back(make_engine("ours flat", flat, build_s));
  if (rows.count() >= 50'000) add_filtered(engines, "ours flat", flat);
  if (!with_lists) return engines;
  const auto listed = build(rows, 1, build_s);
  const std::string name = listed->block.has_lists()
                               ? "ours, " + std::to_string(listed->block.probes()) + " of " +
                                     std::to_string(listed->block.list_count()) + " lists"
                               : "ours, lists tried and left out";
  engines.push_back(make_engine(name, listed, build_s));
  if (listed->block.has_lists()) add_filtered(engines, "ours lists", listed);
  return engines;
}

}  // namespace aiva::bench
