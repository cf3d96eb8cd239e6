#include "crash/index_kill/shown_rows.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "adapters/segment_index/segment_index.h"
#include "crash/index_kill/rows_of_passages.h"
#include "foundation/metrics.h"
#include "retrieval/collections/snapshot_search.h"

namespace aiva::crash {
namespace {

constexpr std::size_t all = 100'000;

std::vector<ChunkId> keys_of(const retrieval::Snapshot& snapshot,
                             const std::vector<retrieval::FoundRow>& found) {
  std::vector<ChunkId> keys;
  for (const auto& row : found)
    keys.push_back(ChunkId{snapshot.segments[row.segment].segment->keys()[row.row]});
  return keys;
}

std::vector<ChunkId> chunks_of(const Result<std::vector<PassageHit>>& hits) {
  std::vector<ChunkId> chunks;
  if (hits)
    for (const auto& hit : *hits) chunks.push_back(hit.chunk);
  return chunks;
}

bool is_same(std::vector<ChunkId> found, std::vector<ChunkId> wanted) {
  std::ranges::sort(found);
  std::ranges::sort(wanted);
  return found == wanted;
}

ShownRows rows_of(const retrieval::Collection& collection, retrieval::AnalyzerPool& analyzers) {
  auto snapshot = collection.snapshot();
  return {.version = snapshot->version,
          .size = snapshot->live(),
          .with_word =
              [snapshot, &analyzers](const std::string& word) {
                auto analyzer = analyzers.lend();
                retrieval::SnapshotFilter filter(*snapshot, {});
                return keys_of(*snapshot, search_words(*snapshot, *analyzer, word, all, filter));
              },
          .near =
              [snapshot, shape = collection.shape().vectors()](const std::vector<float>& vector,
                                                               std::size_t count) {
                retrieval::SnapshotFilter filter(*snapshot, {});
                return keys_of(*snapshot, search_vectors(*snapshot, shape, vector, count, filter));
              }};
}

ShownRows rows_of(PassageIndex& index, KnowledgeBaseId base) {
  return {.version = index.version(base).value_or(-1),
          .size = index.size(base),
          .with_word =
              [&index, base](const std::string& word) {
                return chunks_of(sync_wait(index.search_words({}, base, word, {.count_max = all})));
              },
          .near =
              [&index, base](const std::vector<float>& vector, std::size_t count) {
                return chunks_of(
                    sync_wait(index.search_vectors({}, base, vector, {.count_max = count})));
              }};
}

}  // namespace

std::string compare(const ShownRows& shown, const History& history) {
  auto rows = history.rows(shown.version);
  auto at = " at version " + std::to_string(shown.version);
  if (shown.size != rows.size())
    return std::to_string(shown.size) + " rows instead of " + std::to_string(rows.size()) + at;
  std::vector<ChunkId> everything;
  std::vector<ChunkId> with_vector;
  std::map<std::string, std::vector<ChunkId>> by_word;
  for (const auto& row : rows) {
    everything.push_back(row.chunk);
    if (!row.vector.empty()) with_vector.push_back(row.chunk);
    auto first = row.text.find(' ') + 1;
    auto second = row.text.find(' ', first) + 1;
    by_word[row.text.substr(first, second - first - 1)].push_back(row.chunk);
    by_word[row.text.substr(second)].push_back(row.chunk);
  }
  if (!is_same(shown.with_word("common"), everything))
    return "wrong rows have the common word" + at;
  for (const auto& [word, chunks] : by_word)
    if (!is_same(shown.with_word(word), chunks)) return "wrong rows have the word " + word + at;
  if (!is_same(shown.near(load::Random(1).direction(), all), with_vector))
    return "wrong rows have vectors" + at;
  for (const auto& row : rows) {
    if (row.vector.empty()) continue;
    auto best = shown.near(row.vector, 1);
    if (best.size() != 1 || best[0] != row.chunk) return "a row is not nearest to its vector" + at;
  }
  return {};
}

Opened check_collection(const std::filesystem::path& folder, const History& history,
                        bool is_read_only) {
  retrieval::AnalyzerPool analyzers;
  auto opened = retrieval::Collection::open(collection_options(folder, is_read_only), analyzers);
  if (!opened) return {.fault = "not opened: " + opened.error().message + opened.error().cause};
  auto& collection = **opened;
  auto shown = rows_of(collection, analyzers);
  if (!collection.verify()) {
    // Whatever it answers, it must survive being asked.
    (void)compare(shown, history);
    if (!is_read_only) std::filesystem::remove(folder / retrieval::manifest_file);
    return {.is_damaged = true};
  }
  return {.version = shown.version, .fault = compare(shown, history)};
}

OpenedIndex check_index(const std::filesystem::path& folder, std::uint64_t seed,
                        const Slots& slots) {
  OpenedIndex result;
  Metrics metrics;
  auto made = make_segment_index({.folder = folder}, metrics);
  if (!made) return {.fault = "not made: " + made.error().message};
  auto& index = **made;
  std::set<KnowledgeBaseId> known;
  for (std::size_t i = 0; i < bases && result.fault.empty(); ++i) {
    auto id = base_id(seed, i, slots[i].generation);
    known.insert(id);
    auto opened = sync_wait(index.open({}, id, vectors));
    if (!opened) return {.fault = "not opened: " + opened.error().message};
    result.versions[i] = *opened;
    result.fault = compare(rows_of(index, id), History(history_seed(seed, i, slots[i].generation)));
  }
  auto listed = sync_wait(index.list({}));
  if (!listed) return {.fault = "not listed: " + listed.error().message};
  for (auto id : *listed) {
    if (known.contains(id)) continue;
    index.erase(id);
    ++result.erased;
  }
  return result;
}

}  // namespace aiva::crash
