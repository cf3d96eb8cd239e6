// Compares our vector search with FAISS, hnswlib and usearch in one process: engines take turns
// query by query, times are CPU time of the thread, recall is against an exact scan in floats.
// usage: retrieval_bench [CASE…], of the cases printed by --list; all but the large by default
//        retrieval_bench --vectors FILE DIMENSION    rows of little-endian floats, queries last
//        retrieval_bench --alone CASE…               ours only, which then find caches warm
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "engines.h"
#include "made_vectors.h"
#include "retrieval/kernels.h"
#include "retrieval/top_k.h"

namespace aiva::bench {
namespace {

constexpr std::size_t queries = 200;

// How engines follow each other: `turn` queries each, all of them `rounds` times.
struct Course {
  std::size_t turn = 40;
  std::size_t rounds = 1;
};
constexpr Course alone{.turn = queries, .rounds = 10};

enum class Peers { none, scan, graphs };

struct Case {
  const char* name;
  MadeVectors kind;
  std::size_t rows;
  std::size_t dimension;
  bool is_large = false;
  bool with_graph = true;
};

const std::vector<Case>& all_cases() {
  static const std::vector<Case> cases{
      {"1k", clustered, 1'000, 1536},
      {"10k", clustered, 10'000, 1536},
      {"10k-u", unclustered, 10'000, 1536},
      {"100k", clustered, 100'000, 1536},
      {"100k-h", half_clustered, 100'000, 1536, false, false},
      {"100k-u", unclustered, 100'000, 1536, false, false},
      {"100k-512", clustered, 100'000, 512},
      {"1m-384", {.name = "E clustered", .clusters = 2000}, 1'000'000, 384, true, false},
  };
  return cases;
}

std::vector<std::uint64_t> exact(const Rows& rows, const float* query, double share) {
  retrieval::TopK<std::uint64_t> top(wanted);
  const auto& kernels = retrieval::kernels();
  for (std::size_t row = 0; row < rows.count(); ++row) {
    if (share < 1 && !passes(row, share)) continue;
    top.offer(kernels.dot(query, rows.row(row), rows.dimension), row);
  }
  std::vector<std::uint64_t> keys;
  for (const auto& entry : top.take()) keys.push_back(entry.key);
  return keys;
}

struct Measured {
  std::vector<double> times{};
  std::size_t hits = 0;
  std::size_t hits_max = 0;
};

void compare(const std::string& title, const Rows& rows, const Rows& asked,
             const std::vector<Engine>& engines, const Course& course) {
  std::map<std::pair<double, std::size_t>, std::vector<std::uint64_t>> truths;
  for (const auto& engine : engines) {
    for (std::size_t at = 0; at < asked.count(); ++at) {
      auto& truth = truths[{engine.filter_share, at}];
      if (truth.empty()) truth = exact(rows, asked.row(at), engine.filter_share);
    }
  }
  std::vector<Measured> measured(engines.size());
  auto measure = [&](std::size_t engine, std::size_t at) {
    const double start = thread_cpu_s();
    const auto found = engines[engine].search(asked.row(at));
    measured[engine].times.push_back(thread_cpu_s() - start);
    const auto& truth = truths[{engines[engine].filter_share, at}];
    for (const auto key : found)
      measured[engine].hits += static_cast<std::size_t>(std::ranges::count(truth, key));
    measured[engine].hits_max += truth.size();
  };
  // Turns of some queries: an engine finds in the caches what it left there, not all of it.
  for (std::size_t first = 0; first < asked.count(); first += course.turn) {
    const std::size_t end = std::min(first + course.turn, asked.count());
    for (std::size_t i = 0; i < engines.size(); ++i) {
      for (std::size_t round = 0; round < course.rounds; ++round) {
        for (std::size_t at = first; at < end; ++at) measure(i, at);
      }
    }
  }
  std::printf("\n%s: %zu x %zu, %zu queries\n%-34s %9s %9s %8s %9s %9s\n", title.c_str(),
              rows.count(), rows.dimension, asked.count(), "engine", "p50 us", "p99 us", "recall",
              "build s", "MB");
  for (std::size_t i = 0; i < engines.size(); ++i) {
    auto& times = measured[i].times;
    std::ranges::sort(times);
    std::printf("%-34s %9.1f %9.1f %8.4f %9.2f %9.1f\n", engines[i].name.c_str(),
                times[times.size() / 2] * 1e6, times[times.size() * 99 / 100] * 1e6,
                static_cast<double>(measured[i].hits) / static_cast<double>(measured[i].hits_max),
                engines[i].build_s, engines[i].resident_mb);
  }
  std::fflush(stdout);
}

void run(const std::string& title, const std::vector<float>& values, std::size_t dimension,
         std::size_t asked_count, Peers peers) {
  const std::span all(values);
  const std::size_t split = values.size() - asked_count * dimension;
  const Rows rows{.values = all.first(split), .dimension = dimension};
  const Rows asked{.values = all.subspan(split), .dimension = dimension};
  auto engines = our_engines(rows, rows.count() >= 50'000);
  if (peers != Peers::none) {
    for (auto& engine : faiss_engines(rows)) engines.push_back(std::move(engine));
  }
  if (peers == Peers::graphs) {
    for (auto& engine : hnswlib_engines(rows)) engines.push_back(std::move(engine));
    for (auto& engine : usearch_engines(rows)) engines.push_back(std::move(engine));
  }
  compare(title, rows, asked, engines, peers == Peers::none ? alone : Course{});
}

std::vector<float> read_vectors(const char* path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto bytes = static_cast<std::size_t>(std::max<std::streamoff>(file.tellg(), 0));
  std::vector<float> values(bytes / sizeof(float));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

int run_file(const char* path, std::size_t dimension) {
  const auto values = read_vectors(path);
  if (dimension == 0 || values.empty() || values.size() % dimension != 0) {
    std::fprintf(stderr, "%s holds no vectors of %zu floats\n", path, dimension);
    return 1;
  }
  const std::size_t rows = values.size() / dimension;
  run(path, values, dimension, std::min(queries, rows / 10), Peers::graphs);
  return 0;
}

}  // namespace
}  // namespace aiva::bench

int main(int argc, char** argv) {
  using namespace aiva::bench;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() == 3 && arguments[0] == "--vectors")
    return run_file(argv[2], std::strtoul(argv[3], nullptr, 10));
  const bool is_alone = !arguments.empty() && arguments[0] == "--alone";
  const bool only_list = arguments.size() == 1 && arguments[0] == "--list";
  for (const auto& each : all_cases()) {
    const bool is_named = std::ranges::find(arguments, each.name) != arguments.end();
    if (only_list) {
      std::printf("%s%s\n", each.name, each.is_large ? " (large)" : "");
    } else if (is_named || (arguments.empty() && !each.is_large)) {
      run(std::string(each.name) + ", " + each.kind.name,
          make_vectors(each.kind, each.rows + queries, each.dimension), each.dimension, queries,
          is_alone          ? Peers::none
          : each.with_graph ? Peers::graphs
                            : Peers::scan);
    }
  }
  std::puts("\nThe scan of Redis hashes by a Node client takes 1,713 ms for 100k x 1536.");
  return 0;
}
