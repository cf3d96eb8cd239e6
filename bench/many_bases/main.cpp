// Compares a search of many knowledge bases with one of a single base that holds the same
// documents: rows, indexes and the log are those of a server, only the query's embedding costs
// nothing. Both take turns query by query; CPU time is that of the whole process. usage:
// many_bases_bench [CHUNKS] [BASES] [QUERIES]
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "corpus.h"
#include "library.h"

namespace aiva::bench {
namespace {

constexpr std::size_t dimension = 384;
constexpr std::size_t words_per_query = 6;

double cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

double wall_us() {
  auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::micro>(now).count();
}

struct Times {
  std::vector<double> cpu{};
  std::vector<double> wall{};

  static double median(std::vector<double>& values) {
    auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
  }
};

// Answers the best hit's text.
std::string measure(Library& library, const std::vector<KnowledgeBaseId>& bases,
                    const std::string& query, Times& times) {
  auto cpu = cpu_us();
  auto wall = wall_us();
  auto answer = library.search(bases, query);
  times.wall.push_back(wall_us() - wall);
  times.cpu.push_back(cpu_us() - cpu);
  return answer.hits.empty() ? std::string() : answer.hits.front().chunk.text;
}

void run(std::size_t chunks, std::size_t base_count, std::size_t queries) {
  auto texts = make_texts(chunks);
  Library library(dimension);
  std::vector<KnowledgeBaseId> one{library.add_base("all")};
  std::vector<KnowledgeBaseId> many;
  for (std::size_t i = 0; i < base_count; ++i) {
    many.push_back(library.add_base("part " + std::to_string(i)));
    std::vector<std::string> part;
    for (std::size_t at = i; at < texts.size(); at += base_count) part.push_back(texts[at]);
    library.add_document(one.front(), part);
    library.add_document(many.back(), part);
  }
  library.run_jobs();
  std::printf("%lld chunks of %zu dimensions, %zu queries of %zu words\n",
              static_cast<long long>(library.chunks(one.front())), dimension, queries,
              words_per_query);

  Times of_one;
  Times of_many;
  std::size_t same = 0;
  auto asked = make_queries(texts, queries, words_per_query);
  for (const auto* warm : {&asked.front(), &asked.back()}) {
    library.search(one, *warm);
    library.search(many, *warm);
  }
  for (const auto& query : asked) {
    auto best = measure(library, one, query, of_one);
    same += measure(library, many, query, of_many) == best ? 1U : 0U;
  }
  auto one_cpu = Times::median(of_one.cpu);
  auto many_cpu = Times::median(of_many.cpu);
  auto one_wall = Times::median(of_one.wall);
  auto many_wall = Times::median(of_many.wall);
  std::printf("%-22s %12s %12s\n", "", "CPU us p50", "wall us p50");
  std::printf("%-22s %12.0f %12.0f\n", "1 knowledge base", one_cpu, one_wall);
  std::printf("%3zu knowledge bases    %12.0f %12.0f\n", base_count, many_cpu, many_wall);
  std::printf("ratio                  %12.2f %12.2f   the same best hit %zu of %zu\n",
              many_cpu / one_cpu, many_wall / one_wall, same, queries);
}

}  // namespace
}  // namespace aiva::bench

int main(int count, char** arguments) {
  auto argument = [&](int place, std::size_t fallback) {
    return count > place ? std::max<std::size_t>(std::strtoul(arguments[place], nullptr, 10), 1)
                         : fallback;
  };
  aiva::bench::run(argument(1, 30'000), std::min<std::size_t>(argument(2, 30), 100),
                   argument(3, 300));
  return 0;
}
