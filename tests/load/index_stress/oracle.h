#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "load/made_passages.h"

namespace aiva::load {

using PassagePointer = std::shared_ptr<const IndexedPassage>;  // rows of several states share it
using Rows = std::vector<PassagePointer>;                      // of one version

// The rows an index must show at each version of a knowledge base. Any thread; one writer.
class Oracle {
 public:
  // Rows of these documents go and these come when the version is reached, which may be at any
  // moment from now on.
  void announce(std::int64_t version, const std::vector<DocumentId>& removed,
                std::vector<IndexedPassage> added);
  // The version was reached.
  void acknowledge(std::int64_t version);

  // The last version that was reached, and the last that may have been.
  [[nodiscard]] std::int64_t reached() const;
  [[nodiscard]] std::int64_t announced() const;
  [[nodiscard]] Rows rows(std::int64_t version) const;

  // While it lives, rows of the version reached when it was made are remembered.
  class Watch {
   public:
    explicit Watch(Oracle& oracle);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    [[nodiscard]] std::int64_t first() const { return first_; }
    // The states a search that began with the watch and is over may have seen.
    [[nodiscard]] std::vector<Rows> states() const;

   private:
    Oracle& oracle_;
    std::int64_t first_;
  };

 private:
  struct Row {
    PassagePointer passage;
    std::int64_t born = 0;
    std::int64_t died = std::numeric_limits<std::int64_t>::max();
  };

  mutable std::mutex mutex_;
  std::vector<Row> rows_;
  std::int64_t reached_ = 0;
  std::int64_t announced_ = 0;
  std::multiset<std::int64_t> watched_;
};

// What was asked of an index.
struct Question {
  std::vector<float> vector{};  // empty: words are asked for
  std::string text{};           // one word, or the beginning of words and *
  std::size_t count_max = 10;
  PassageFilter filter{};
};

// What the rows answer to it.
struct Verdict {
  std::string fault{};  // empty: the answer is one the rows can give
  double recall = 1;    // of the nearest
};

// Judges an answer by the rows of one version.
Verdict judge(const Question& question, std::span<const PassageHit> hits, const Rows& rows);
// By that of several versions it fits best.
Verdict judge(const Question& question, std::span<const PassageHit> hits,
              std::span<const Rows> states);

}  // namespace aiva::load
