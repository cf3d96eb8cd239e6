#include <array>
#include <utility>

#include "engine.h"
#include "retrieval/keywords/keyword_builder.h"
#include "retrieval/keywords/keyword_search.h"

namespace aiva::bench {
namespace {

using namespace retrieval;

class OwnEngine final : public Engine {
 public:
  explicit OwnEngine(std::string language) : language_(std::move(language)) {}

  [[nodiscard]] std::string name() const override {
    return language_.empty() ? "ours, without stems" : "ours";
  }
  void build(const Texts& texts) override {
    KeywordBuilder builder(analyzer_);
    for (const auto& text : texts) builder.add({.body = text, .language = language_});
    builder.finish(sections_);
    auto block = KeywordBlock::open(sections_.table());
    AIVA_ASSERT(block.has_value());
    block_ = *block;
    languages_ = block_.languages();
  }
  [[nodiscard]] std::size_t bytes() const override { return sections_.bytes(); }
  std::vector<std::uint32_t> search(const std::string& query, std::size_t count_max) override {
    const KeywordScope scope{.block = &block_};
    auto parsed = parse_keyword_query(analyzer_, query, languages_);
    std::vector<std::uint32_t> rows;
    for (const auto& match : search_keywords({&scope, 1}, parsed, {}, count_max))
      rows.push_back(match.row);
    return rows;
  }

 private:
  std::string language_;
  Analyzer analyzer_;
  HeapSections sections_;
  KeywordBlock block_;
  std::vector<std::string> languages_;
};

}  // namespace

std::unique_ptr<Engine> make_own_engine(std::string language) {
  return std::make_unique<OwnEngine>(std::move(language));
}

}  // namespace aiva::bench
