#include "load/index_stress/oracle.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace aiva::load {
namespace {

// Half floats of unit vectors are so far off at most.
constexpr float score_error_max = 2e-3F;
constexpr float tie = 1e-3F;

bool fits(const IndexedPassage& passage, const PassageFilter& filter) {
  if (filter.documents != nullptr && !filter.documents->contains(passage.document)) return false;
  if (filter.page_min && passage.page_last < *filter.page_min) return false;
  if (filter.page_max && passage.page_first > *filter.page_max) return false;
  return filter.kinds.empty() ||
         std::ranges::find(filter.kinds, passage.kind) != filter.kinds.end();
}

// Words stand between single spaces.
bool has_word(const IndexedPassage& passage, std::string_view asked) {
  const std::string_view text = passage.text;
  bool is_prefix = asked.ends_with('*');
  if (is_prefix) asked.remove_suffix(1);
  for (auto at = text.find(asked); at != text.npos; at = text.find(asked, at + 1)) {
    auto end = at + asked.size();
    bool begins = at == 0 || text[at - 1] == ' ';
    if (begins && (is_prefix || end == text.size() || text[end] == ' ')) return true;
  }
  return false;
}

bool answers(const IndexedPassage& passage, const Question& question) {
  if (!fits(passage, question.filter)) return false;
  return question.vector.empty() ? has_word(passage, question.text) : !passage.vector.empty();
}

using Table = std::unordered_map<ChunkId, const IndexedPassage*>;

std::string judge_hits(const Question& question, std::span<const PassageHit> hits,
                       const Table& possible) {
  if (hits.size() != std::min(question.count_max, possible.size()))
    return std::to_string(hits.size()) + " hits of " + std::to_string(possible.size());
  std::unordered_set<ChunkId> seen;
  float last = std::numeric_limits<float>::infinity();
  for (const auto& hit : hits) {
    auto found = possible.find(hit.chunk);
    if (found == possible.end()) return "a hit that is not of this version or not of the filter";
    if (!seen.insert(hit.chunk).second) return "a hit twice";
    if (hit.document != found->second->document) return "a hit of another document";
    if (!(hit.score <= last)) return "hits out of order";
    last = hit.score;
    if (question.vector.empty() && !(hit.score > 0)) return "a word without a score";
    if (!question.vector.empty() &&
        std::abs(hit.score - score(question.vector, found->second->vector)) > score_error_max)
      return "a wrong score";
  }
  return {};
}

// How many of the nearest rows are among the hits; those as near as the last of them count.
double recall_of(const Question& question, std::span<const PassageHit> hits,
                 const Table& possible) {
  std::vector<float> scores;
  scores.reserve(possible.size());
  for (const auto& [chunk, passage] : possible)
    scores.push_back(score(question.vector, passage->vector));
  auto wanted = std::min(question.count_max, scores.size());
  if (wanted == 0) return 1;
  std::ranges::nth_element(scores, scores.begin() + static_cast<std::ptrdiff_t>(wanted - 1),
                           std::greater());
  auto least = scores[wanted - 1] - tie;
  auto found = std::ranges::count_if(hits, [&](const PassageHit& hit) {
    return score(question.vector, possible.at(hit.chunk)->vector) >= least;
  });
  return static_cast<double>(found) / static_cast<double>(wanted);
}

}  // namespace

void Oracle::announce(std::int64_t version, const std::vector<DocumentId>& removed,
                      std::vector<IndexedPassage> added) {
  std::unordered_set<DocumentId> goes(removed.begin(), removed.end());
  std::lock_guard lock(mutex_);
  // What no search can see any more is forgotten.
  auto oldest = watched_.empty() ? reached_ : std::min(*watched_.begin(), reached_);
  std::erase_if(rows_, [oldest](const Row& row) { return row.died <= oldest; });
  for (auto& row : rows_)
    if (goes.contains(row.passage->document)) row.died = std::min(row.died, version);
  for (auto& passage : added)
    rows_.push_back(
        {.passage = std::make_shared<const IndexedPassage>(std::move(passage)), .born = version});
  announced_ = version;
}

void Oracle::acknowledge(std::int64_t version) {
  std::lock_guard lock(mutex_);
  reached_ = version;
}

std::int64_t Oracle::reached() const {
  std::lock_guard lock(mutex_);
  return reached_;
}

std::int64_t Oracle::announced() const {
  std::lock_guard lock(mutex_);
  return announced_;
}

Rows Oracle::rows(std::int64_t version) const {
  std::lock_guard lock(mutex_);
  Rows found;
  for (const auto& row : rows_)
    if (row.born <= version && version < row.died) found.push_back(row.passage);
  return found;
}

Oracle::Watch::Watch(Oracle& oracle) : oracle_(oracle) {
  std::lock_guard lock(oracle_.mutex_);
  first_ = oracle_.reached_;
  oracle_.watched_.insert(first_);
}

Oracle::Watch::~Watch() {
  std::lock_guard lock(oracle_.mutex_);
  oracle_.watched_.erase(oracle_.watched_.find(first_));
}

std::vector<Rows> Oracle::Watch::states() const {
  std::vector<Rows> states;
  auto last = oracle_.announced();
  for (auto version = first_; version <= last; ++version) states.push_back(oracle_.rows(version));
  return states;
}

Verdict judge(const Question& question, std::span<const PassageHit> hits, const Rows& rows) {
  Table possible;
  for (const auto& row : rows)
    if (answers(*row, question)) possible.emplace(row->chunk, row.get());
  Verdict verdict{.fault = judge_hits(question, hits, possible)};
  if (verdict.fault.empty() && !question.vector.empty())
    verdict.recall = recall_of(question, hits, possible);
  return verdict;
}

Verdict judge(const Question& question, std::span<const PassageHit> hits,
              std::span<const Rows> states) {
  Verdict best{.fault = "no state to judge by", .recall = 0};
  for (const auto& rows : states) {
    auto verdict = judge(question, hits, rows);
    bool is_better =
        best.fault.empty() ? verdict.fault.empty() && verdict.recall > best.recall : true;
    if (is_better) best = std::move(verdict);
  }
  return best;
}

}  // namespace aiva::load
