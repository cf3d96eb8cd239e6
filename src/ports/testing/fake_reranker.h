#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "ports/reranker.h"

namespace aiva {

// A reranker that says which share of the query's words, as they are written, a text has.
class FakeReranker final : public Reranker {
 public:
  // The next `count` calls fail with this error.
  void fail_next(std::size_t count, Error error) {
    error_ = std::move(error);
    failures_left_ = count;
  }
  // Texts of the last call.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }
  // Calls so far.
  [[nodiscard]] std::size_t calls() const { return calls_; }

  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] std::size_t texts_max() const override { return 256; }

  Task<Result<RerankScores>> score(CallContext context, std::string query,
                                   std::vector<std::string> texts) override {
    CO_TRY_VOID(context.check());
    if (texts.size() > texts_max())
      co_return fail(ErrorCode::too_large, "Too many texts in one call");
    ++calls_;
    if (failures_left_ > 0) {
      --failures_left_;
      co_return fail(error_);
    }
    auto wanted = words_of(query);
    RerankScores scores;
    for (const auto& text : texts) {
      auto words = words_of(text);
      std::size_t shared = 0;
      for (const auto& word : wanted) shared += words.count(word);
      auto all = static_cast<double>(std::max<std::size_t>(wanted.size(), 1));
      scores.values.push_back(static_cast<double>(shared) / all);
      scores.tokens += static_cast<std::int64_t>(wanted.size() + words.size());
    }
    texts_ = std::move(texts);
    co_return scores;
  }

 private:
  static std::set<std::string> words_of(const std::string& text) {
    std::set<std::string> words;
    std::istringstream stream(text);
    for (std::string word; stream >> word;) words.insert(word);
    return words;
  }

  std::string model_ = "fake-reranker";
  Error error_;
  std::vector<std::string> texts_;
  std::atomic<std::size_t> failures_left_ = 0;
  std::atomic<std::size_t> calls_ = 0;
};

}  // namespace aiva
