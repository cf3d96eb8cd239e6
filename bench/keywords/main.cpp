// Keyword search side by side: the ten best rows for queries of six words. Times are CPU times of
// the one thread. Usage: keywords_bench [--own] [TEXT FILE…]; without files, 50,000 made-up texts;
// --own leaves the other engines out.

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "corpus.h"
#include "engine.h"

namespace aiva::bench {
namespace {

constexpr std::size_t rows_made_up = 50'000;
constexpr std::size_t query_count = 200;
constexpr std::size_t query_words = 6;
constexpr std::size_t best_count = 10;
constexpr int rounds = 5;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Line {
  std::unique_ptr<Engine> engine;
  double build_s = 0;
  std::vector<double> times_ms{};
  std::size_t shared = 0;  // rows that are among the best by plain BM25, too
};

double quantile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void run(const Texts& texts, bool has_others) {
  std::vector<Line> lines;
  lines.push_back({make_plain_engine()});
  lines.push_back({make_own_engine("en")});
  lines.push_back({make_own_engine("")});
  if (has_others) {
    lines.push_back({make_xapian_engine()});
    lines.push_back({make_sqlite_engine()});
  }
  for (auto& line : lines) {
    auto begin = cpu_seconds();
    line.engine->build(texts);
    line.build_s = cpu_seconds() - begin;
  }
  // One after the other within each query, so that what else the machine does meets all alike.
  std::size_t best_rows = 0;
  for (int round = 0; round < rounds; ++round)
    for (const auto& query : make_queries(texts, query_count, query_words)) {
      std::vector<std::uint32_t> best;
      for (auto& line : lines) {
        auto begin = cpu_seconds();
        auto rows = line.engine->search(query, best_count);
        line.times_ms.push_back((cpu_seconds() - begin) * 1e3);
        if (best.empty()) best = rows;
        for (auto row : rows)
          if (std::ranges::find(best, row) != best.end()) ++line.shared;
      }
      best_rows += best.size();
    }
  fmt::print("{} texts, queries of {} words\n", texts.size(), query_words);
  fmt::print("{:<28}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "", "p50 ms", "p99 ms", "build s", "MB",
             "shared");
  for (const auto& line : lines)
    fmt::print("{:<28}{:>9.3f}{:>9.3f}{:>9.2f}{:>9.1f}{:>8.1f}%\n", line.engine->name(),
               quantile(line.times_ms, 0.5), quantile(line.times_ms, 0.99), line.build_s,
               static_cast<double>(line.engine->bytes()) * 1e-6,
               100.0 * static_cast<double>(line.shared) / static_cast<double>(best_rows));
}

}  // namespace
}  // namespace aiva::bench

int main(int count, char** arguments) {
  using namespace aiva::bench;
  std::vector<std::string> files(arguments + 1, arguments + count);
  bool is_alone = std::erase(files, "--own") > 0;
  auto texts = files.empty() ? make_texts(rows_made_up) : read_texts(files);
  if (texts.empty()) return 1;
  run(texts, !is_alone);
  return 0;
}
