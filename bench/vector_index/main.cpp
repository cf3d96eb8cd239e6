// Compares what stands behind the passage index: our segments in this process and the vector sets
// of a Redis 8 beside it. Both get the same rows in the same process and take turns query by
// query; times are wall clock, as a caller waits for them; recall@10 is against an exact scan.
// usage: vector_index_bench [ROWS DIMENSION]    default: 1000, 10000 and 20000 x 512, clustered
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../retrieval/made_vectors.h"
#include "adapters/redis/redis_passage_index.h"
#include "adapters/redis/testing/redis_server.h"
#include "adapters/segment_index/segment_index.h"

namespace aiva::bench {
namespace {

constexpr std::size_t queries = 200;
constexpr std::size_t turn = 20;
constexpr std::size_t wanted = 10;
constexpr std::size_t rows_per_add = 500;
constexpr int page_share = 10;  // one row in so many passes the filter

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Rows {
  std::vector<float> values;
  std::size_t dimension = 0;
  std::size_t count = 0;  // without the queries, which come last
  std::vector<ChunkId> chunks{};

  [[nodiscard]] std::span<const float> row(std::size_t at) const {
    return std::span(values).subspan(at * dimension, dimension);
  }
  [[nodiscard]] static int page_of(std::size_t at) { return static_cast<int>(at % page_share) + 1; }
};

struct Subject {
  std::string name;
  PassageIndex* index = nullptr;
  PassageFilter filter{};
  double build_s = 0;
  std::vector<double> times{};
  std::size_t hits = 0;
  std::size_t hits_max = 0;
};

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "%s (%s)\n", error.message.c_str(), error.cause.c_str());
  std::exit(1);
}

double build(PassageIndex& index, KnowledgeBaseId base, const Rows& rows) {
  auto start = std::chrono::steady_clock::now();
  auto opened = sync_wait(index.open({}, base, {"bench", rows.dimension}));
  if (!opened) give_up(opened.error());
  auto change = index.begin(base);
  if (!change) give_up(change.error());
  for (std::size_t first = 0; first < rows.count; first += rows_per_add) {
    std::vector<IndexedPassage> passages;
    for (auto at = first; at < std::min(rows.count, first + rows_per_add); ++at)
      passages.push_back({.chunk = rows.chunks[at],
                          .document = DocumentId::make(),
                          .page_first = Rows::page_of(at),
                          .page_last = Rows::page_of(at),
                          .text = "row",
                          .vector = {rows.row(at).begin(), rows.row(at).end()}});
    auto added = sync_wait((*change)->add({}, std::move(passages)));
    if (!added) give_up(added.error());
  }
  auto committed = sync_wait((*change)->commit({}, 0, 1));
  if (!committed) give_up(committed.error());
  return seconds_since(start);
}

std::vector<ChunkId> exact(const Rows& rows, std::span<const float> query,
                           const PassageFilter& filter) {
  std::vector<std::pair<float, std::size_t>> scored;
  for (std::size_t at = 0; at < rows.count; ++at) {
    if (filter.page_max && Rows::page_of(at) > *filter.page_max) continue;
    auto row = rows.row(at);
    scored.emplace_back(-std::inner_product(row.begin(), row.end(), query.begin(), 0.0F), at);
  }
  auto end = scored.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, scored.size()));
  std::partial_sort(scored.begin(), end, scored.end());
  std::vector<ChunkId> best;
  for (auto each = scored.begin(); each != end; ++each) best.push_back(rows.chunks[each->second]);
  return best;
}

void ask(Subject& subject, KnowledgeBaseId base, std::span<const float> query,
         const std::vector<ChunkId>& truth) {
  auto start = std::chrono::steady_clock::now();
  auto hits = sync_wait(subject.index->search_vectors(
      {}, base, {query.begin(), query.end()}, {.count_max = wanted, .filter = subject.filter}));
  subject.times.push_back(seconds_since(start));
  if (!hits) give_up(hits.error());
  for (const auto& hit : *hits)
    subject.hits += static_cast<std::size_t>(std::ranges::count(truth, hit.chunk));
  subject.hits_max += truth.size();
}

std::int64_t used_memory(Redis& redis) {
  auto info = redis::ask(redis, {"INFO", "memory"}).text;
  auto at = info.find("used_memory:");
  return at == std::string::npos ? 0 : std::atoll(info.c_str() + at + 12);
}

void compare(std::size_t count, std::size_t dimension) {
  Rows rows{.values = make_vectors(clustered, count + queries, dimension),
            .dimension = dimension,
            .count = count};
  for (std::size_t at = 0; at < count; ++at) rows.chunks.push_back(ChunkId::make());
  Metrics metrics;
  auto segments = make_segment_index({}, metrics);
  auto words = make_segment_index({}, metrics);
  if (!segments || !words) std::exit(1);
  redis::RedisServer server;
  auto redis = redis::connect(server.url());
  auto vectors = make_redis_passage_index(*redis, std::move(*words), {}, metrics);
  auto base = KnowledgeBaseId::make();
  auto memory = used_memory(*redis);
  auto segments_s = build(**segments, base, rows);
  auto redis_s = build(*vectors, base, rows);
  memory = used_memory(*redis) - memory;

  PassageFilter tenth{.page_max = 1};
  std::vector<Subject> subjects{{"segments", segments->get(), {}, segments_s},
                                {"Redis vector sets", vectors.get(), {}, redis_s},
                                {"segments, 10 % pass", segments->get(), tenth},
                                {"Redis vector sets, 10 % pass", vectors.get(), tenth}};
  for (std::size_t first = 0; first < queries; first += turn)
    for (auto& subject : subjects)
      for (auto at = first; at < std::min(first + turn, queries); ++at) {
        auto query = rows.row(count + at);
        ask(subject, base, query, exact(rows, query, subject.filter));
      }

  std::printf("\n%zu x %zu, clustered, %zu queries; Redis: %.1f MB\n%-30s %9s %9s %8s %9s\n", count,
              dimension, queries, static_cast<double>(memory) / 1e6, "index", "p50 us", "p99 us",
              "recall", "build s");
  for (auto& subject : subjects) {
    std::ranges::sort(subject.times);
    std::printf("%-30s %9.0f %9.0f %8.4f %9.2f\n", subject.name.c_str(),
                subject.times[queries / 2] * 1e6, subject.times[queries * 99 / 100] * 1e6,
                static_cast<double>(subject.hits) / static_cast<double>(subject.hits_max),
                subject.build_s);
  }
  std::fflush(stdout);
}

}  // namespace
}  // namespace aiva::bench

int main(int argc, char** argv) {
  using aiva::bench::compare;
  if (argc == 3) {
    compare(std::strtoul(argv[1], nullptr, 10), std::strtoul(argv[2], nullptr, 10));
    return 0;
  }
  for (std::size_t count : {1'000UL, 10'000UL, 20'000UL}) compare(count, 512);
  return 0;
}
