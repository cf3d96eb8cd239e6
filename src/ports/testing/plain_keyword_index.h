#pragma once

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/keyword_index.h"

namespace aiva {

// A keyword index a test fills by hand; a chunk scores one for every query word it contains.
class PlainKeywordIndex final : public KeywordIndex {
 public:
  void add(KnowledgeBaseId knowledge_base, ChunkId chunk, std::string text) {
    std::lock_guard lock(mutex_);
    chunks_[knowledge_base].emplace_back(chunk, std::move(text));
  }
  void clear() {
    std::lock_guard lock(mutex_);
    chunks_.clear();
  }

  Task<Result<std::vector<KeywordHit>>> search(CallContext context, KnowledgeBaseId knowledge_base,
                                               std::string query, std::size_t count_max) override {
    CO_TRY_VOID(context.check());
    std::lock_guard lock(mutex_);
    std::vector<KeywordHit> hits;
    for (const auto& [chunk, text] : chunks_[knowledge_base]) {
      double score = count_shared_words(query, text);
      if (score > 0) hits.push_back({chunk, score});
    }
    std::ranges::sort(hits, [](const KeywordHit& a, const KeywordHit& b) {
      return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
    });
    hits.resize(std::min(hits.size(), count_max));
    co_return hits;
  }

 private:
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

  static double count_shared_words(std::string_view query, std::string_view text) {
    auto words = split_words(text);
    auto wanted = split_words(query);
    return static_cast<double>(std::ranges::count_if(wanted, [&words](const std::string& word) {
      return std::ranges::find(words, word) != words.end();
    }));
  }

  std::mutex mutex_;
  std::map<KnowledgeBaseId, std::vector<std::pair<ChunkId, std::string>>> chunks_;
};

}  // namespace aiva
