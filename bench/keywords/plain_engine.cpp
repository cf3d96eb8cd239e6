#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "corpus.h"
#include "engine.h"

namespace aiva::bench {
namespace {

struct Posting {
  std::uint32_t row = 0;
  std::uint32_t frequency = 0;
};

class PlainEngine final : public Engine {
 public:
  [[nodiscard]] std::string name() const override { return "plain BM25"; }
  void build(const Texts& texts) override {
    double length_sum = 0;
    for (std::uint32_t row = 0; row < texts.size(); ++row) {
      auto words = split_text(texts[row]);
      length_sum += static_cast<double>(words.size());
      norms_.push_back(static_cast<float>(words.size()));
      for (auto word : words) {
        auto& list = lists_[std::string(word)];
        if (list.empty() || list.back().row != row) list.push_back({.row = row});
        ++list.back().frequency;
      }
    }
    auto mean = static_cast<float>(length_sum / static_cast<double>(texts.size()));
    for (auto& norm : norms_) norm = 1.2F * (0.25F + 0.75F * norm / mean);
    scores_.resize(texts.size());
  }
  [[nodiscard]] std::size_t bytes() const override {
    std::size_t bytes = norms_.size() * sizeof(float);
    for (const auto& [word, list] : lists_) bytes += word.size() + list.size() * sizeof(Posting);
    return bytes;
  }
  std::vector<std::uint32_t> search(const std::string& query, std::size_t count_max) override {
    auto words = split_text(query);
    std::ranges::sort(words);
    words.erase(std::ranges::unique(words).begin(), words.end());
    std::vector<std::uint32_t> rows;
    for (auto word : words) add_scores(lists_[std::string(word)], rows);
    auto count = std::min(count_max, rows.size());
    std::ranges::partial_sort(rows, rows.begin() + static_cast<std::ptrdiff_t>(count),
                              [this](std::uint32_t a, std::uint32_t b) {
                                return scores_[a] != scores_[b] ? scores_[a] > scores_[b] : a < b;
                              });
    for (auto row : rows) scores_[row] = 0;
    rows.resize(count);
    return rows;
  }

 private:
  void add_scores(const std::vector<Posting>& list, std::vector<std::uint32_t>& rows) {
    auto with = static_cast<float>(list.size());
    auto rarity = std::log1p((static_cast<float>(norms_.size()) - with + 0.5F) / (with + 0.5F));
    for (auto [row, times] : list) {
      auto frequency = static_cast<float>(times);
      if (scores_[row] == 0) rows.push_back(row);
      scores_[row] += rarity * frequency * 2.2F / (frequency + norms_[row]);
    }
  }

  std::unordered_map<std::string, std::vector<Posting>> lists_;
  std::vector<float> norms_;
  std::vector<float> scores_;
};

}  // namespace

std::unique_ptr<Engine> make_plain_engine() { return std::make_unique<PlainEngine>(); }

}  // namespace aiva::bench
