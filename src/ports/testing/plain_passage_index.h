#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "ports/passage_index.h"

namespace aiva {

// A passage index that compares with everything; small and slow. A passage scores one for every
// query word it has in its heading or text.
class PlainPassageIndex final : public PassageIndex {
 public:
  Task<Result<std::int64_t>> open(CallContext context, KnowledgeBaseId base,
                                  PassageVectors vectors) override {
    CO_TRY_VOID(context.check());
    std::lock_guard lock(mutex_);
    auto& shelf = shelves_[base];
    if (shelf.vectors.model != vectors.model || shelf.vectors.dimension != vectors.dimension)
      shelf = {.vectors = std::move(vectors)};
    co_return shelf.version;
  }
  [[nodiscard]] std::optional<std::int64_t> version(KnowledgeBaseId base) const override {
    std::lock_guard lock(mutex_);
    auto found = shelves_.find(base);
    if (found == shelves_.end()) return std::nullopt;
    return found->second.version;
  }
  Result<std::unique_ptr<Change>> begin(KnowledgeBaseId base) override {
    std::lock_guard lock(mutex_);
    if (!shelves_.contains(base)) return not_open();
    return std::make_unique<PlainChange>(*this, base);
  }
  void erase(KnowledgeBaseId base) override {
    std::lock_guard lock(mutex_);
    shelves_.erase(base);
  }
  Task<Result<std::vector<KnowledgeBaseId>>> list(CallContext context) override {
    CO_TRY_VOID(context.check());
    std::lock_guard lock(mutex_);
    std::vector<KnowledgeBaseId> bases;
    for (const auto& [base, shelf] : shelves_) bases.push_back(base);
    co_return bases;
  }

  Task<Result<std::vector<PassageHit>>> search_vectors(CallContext context, KnowledgeBaseId base,
                                                       std::vector<float> vector,
                                                       PassageQuery query) override {
    CO_TRY_VOID(context.check());
    std::lock_guard lock(mutex_);
    auto found = shelves_.find(base);
    if (found == shelves_.end()) co_return not_open();
    if (found->second.vectors.dimension != vector.size())
      co_return fail(ErrorCode::invalid, "The query has another dimension");
    std::vector<PassageHit> hits;
    for (const auto& [id, passage] : found->second.passages) {
      if (!fits(passage, query.filter) || passage.vector.empty()) continue;
      const auto& values = passage.vector;
      auto cosine = std::inner_product(values.begin(), values.end(), vector.begin(), 0.0F);
      hits.push_back(make_hit(passage, cosine, query));
    }
    co_return best_of(std::move(hits), query.count_max);
  }
  Task<Result<std::vector<PassageHit>>> search_words(CallContext context, KnowledgeBaseId base,
                                                     std::string text,
                                                     PassageQuery query) override {
    CO_TRY_VOID(context.check());
    std::lock_guard lock(mutex_);
    if (words_failure_) co_return fail(*words_failure_);
    auto found = shelves_.find(base);
    if (found == shelves_.end()) co_return not_open();
    std::vector<PassageHit> hits;
    for (const auto& [id, passage] : found->second.passages) {
      if (!fits(passage, query.filter)) continue;
      auto score = count_shared_words(text, passage.heading + "\n" + passage.text);
      if (score == 0) continue;
      auto& hit = hits.emplace_back(make_hit(passage, score, query));
      if (query.wants_reasons) hit.words = reasons_of(text, passage);
    }
    co_return best_of(std::move(hits), query.count_max);
  }
  [[nodiscard]] std::size_t size(KnowledgeBaseId base) const override {
    std::lock_guard lock(mutex_);
    auto found = shelves_.find(base);
    return found == shelves_.end() ? 0 : found->second.passages.size();
  }

  // Makes searches by words fail.
  void fail_words_with(std::optional<Error> failure) {
    std::lock_guard lock(mutex_);
    words_failure_ = std::move(failure);
  }

 private:
  struct Shelf {
    PassageVectors vectors{};
    std::int64_t version = 0;
    std::map<ChunkId, IndexedPassage> passages{};
  };

  class PlainChange final : public Change {
   public:
    PlainChange(PlainPassageIndex& index, KnowledgeBaseId base) : index_(index), base_(base) {}
    void remove(DocumentId document) override { removed_.insert(document); }
    Task<Result<void>> add(CallContext context, std::vector<IndexedPassage> passages) override {
      CO_TRY_VOID(context.check());
      auto dimension = index_.dimension(base_);
      for (auto& passage : passages) {
        if (!passage.vector.empty() && passage.vector.size() != dimension)
          co_return fail(ErrorCode::invalid, "A vector has another dimension");
        added_.push_back(std::move(passage));
      }
      co_return Result<void>{};
    }
    Task<Result<void>> commit(CallContext context, std::int64_t from_version,
                              std::int64_t to_version) override {
      CO_TRY_VOID(context.check());
      std::lock_guard lock(index_.mutex_);
      auto found = index_.shelves_.find(base_);
      if (found == index_.shelves_.end() || found->second.version != from_version)
        co_return fail(ErrorCode::conflict, "The index is at another version");
      auto& shelf = found->second;
      std::erase_if(shelf.passages,
                    [this](auto& entry) { return removed_.contains(entry.second.document); });
      for (auto& passage : added_) shelf.passages[passage.chunk] = std::move(passage);
      shelf.version = to_version;
      co_return Result<void>{};
    }

   private:
    PlainPassageIndex& index_;
    KnowledgeBaseId base_;
    std::unordered_set<DocumentId> removed_;
    std::vector<IndexedPassage> added_;
  };

  static std::unexpected<Error> not_open() {
    return fail(ErrorCode::not_found, "The index of the knowledge base is not open");
  }
  static bool fits(const IndexedPassage& passage, const PassageFilter& filter) {
    if (filter.documents != nullptr && !filter.documents->contains(passage.document)) return false;
    if (filter.page_min && passage.page_last < *filter.page_min) return false;
    if (filter.page_max && passage.page_first > *filter.page_max) return false;
    return filter.kinds.empty() ||
           std::ranges::find(filter.kinds, passage.kind) != filter.kinds.end();
  }
  static PassageHit make_hit(const IndexedPassage& passage, float score,
                             const PassageQuery& query) {
    PassageHit hit{.chunk = passage.chunk, .document = passage.document, .score = score};
    if (query.wants_vectors) hit.vector = passage.vector;
    return hit;
  }
  static std::vector<WordReason> reasons_of(std::string_view text, const IndexedPassage& passage) {
    std::vector<WordReason> reasons;
    auto body = split_words(passage.text);
    auto heading = split_words(passage.heading);
    for (const auto& word : split_words(text)) {
      WordReason reason{.word = word, .term = word, .rarity = 1, .score = 1};
      reason.body = static_cast<std::uint32_t>(std::ranges::count(body, word));
      reason.heading = static_cast<std::uint32_t>(std::ranges::count(heading, word));
      if (reason.body + reason.heading > 0) reasons.push_back(std::move(reason));
    }
    return reasons;
  }
  static std::vector<PassageHit> best_of(std::vector<PassageHit> hits, std::size_t count_max) {
    std::ranges::sort(hits, [](const PassageHit& a, const PassageHit& b) {
      return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
    });
    hits.resize(std::min(hits.size(), count_max));
    return hits;
  }
  static std::vector<std::string> split_words(std::string_view text) {
    std::vector<std::string> words(1);
    for (char c : text) {
      bool is_upper = c >= 'A' && c <= 'Z';
      bool is_word = is_upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c < 0;
      if (is_word) {
        words.back() += is_upper ? static_cast<char>(c + 32) : c;
      } else if (!words.back().empty()) {
        words.emplace_back();
      }
    }
    if (words.back().empty()) words.pop_back();
    return words;
  }
  static float count_shared_words(std::string_view query, std::string_view text) {
    auto words = split_words(text);
    auto wanted = split_words(query);
    return static_cast<float>(std::ranges::count_if(wanted, [&words](const std::string& word) {
      return std::ranges::find(words, word) != words.end();
    }));
  }
  std::size_t dimension(KnowledgeBaseId base) const {
    std::lock_guard lock(mutex_);
    auto found = shelves_.find(base);
    return found == shelves_.end() ? 0 : found->second.vectors.dimension;
  }

  mutable std::mutex mutex_;
  std::map<KnowledgeBaseId, Shelf> shelves_;
  std::optional<Error> words_failure_;
};

}  // namespace aiva
