// Threads change, erase, close, open and search one segment index as hard as they can; every answer
// is checked against the rows it may show.
// usage: index_stress [--seconds N] [--seed N] [--bases N] [--threads N] [--memory-kb N]
//        ends with 1 when anything was wrong
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "foundation/log.h"
#include "load/index_stress/stress.h"
#include "ports/testing/temporary_folder.h"

namespace {

using aiva::load::Counts;
using aiva::load::StressOptions;

constexpr double recall_least = 0.99;

bool read(StressOptions& options, std::string_view name, std::uint64_t value) {
  if (name == "--seconds") options.time = std::chrono::seconds(value);
  if (name == "--seed") options.seed = value;
  if (name == "--bases") options.bases = value;
  if (name == "--threads") options.threads = value;
  if (name == "--memory-kb") options.resident_bytes_max = value * 1024;
  return name == "--seconds" || name == "--seed" || name == "--bases" || name == "--threads" ||
         name == "--memory-kb";
}

void print(const Counts& counts, double seconds) {
  auto say = [seconds](const char* what, std::int64_t count) {
    std::printf("%-18s %9lld  %8.1f/s\n", what, static_cast<long long>(count),
                static_cast<double>(count) / seconds);
  };
  say("vector searches", counts.vector_searches);
  say("word searches", counts.word_searches);
  say("changes", counts.commits);
  say("changes repeated", counts.conflicts);
  say("changes given up", counts.abandoned);
  say("openings", counts.openings);
  say("bases erased", counts.erased);
}

}  // namespace

int main(int argc, char** argv) {
  StressOptions options;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 == argc || !read(options, argv[i], std::strtoull(argv[i + 1], nullptr, 10))) {
      std::fprintf(stderr, "what is %s?\n", argv[i]);
      return 2;
    }
  }
  if (options.bases == 0 || options.threads == 0) {
    std::fputs("there must be a base and a thread\n", stderr);
    return 2;
  }
  aiva::log::start({.level = aiva::log::Level::error});
  aiva::TemporaryFolder folder;
  aiva::load::Stress stress(options, folder.path() / "index");
  auto start = std::chrono::steady_clock::now();
  stress.run();
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const auto& counts = stress.counts();
  print(counts, took.count());
  auto searches = std::max<std::int64_t>(counts.vector_searches, 1);
  auto recall = static_cast<double>(counts.recall_millionths) / 1e6 / static_cast<double>(searches);
  std::printf("recall %.4f, %lld faults, seed %llu\n", recall,
              static_cast<long long>(counts.faults), static_cast<unsigned long long>(options.seed));
  bool is_idle = counts.vector_searches == 0 || counts.word_searches == 0 || counts.commits == 0;
  return counts.faults == 0 && recall >= recall_least && !is_idle ? 0 : 1;
}
