#include "keyword_targets.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "retrieval/keywords/keyword_builder.h"
#include "retrieval/keywords/keyword_merge.h"
#include "retrieval/keywords/keyword_search.h"

namespace aiva::fuzz {
namespace {

using namespace retrieval;

void check(bool holds) {
  if (!holds) std::abort();
}

// Enough rows for lists of several blocks.
const HeapSections& sample_sections() {
  static const auto sections = [] {
    Analyzer analyzer;
    KeywordBuilder builder(analyzer);
    for (int row = 0; row < 300; ++row) {
      auto number = std::to_string(row % 17);
      builder.add({.body = "the running houses of AB-" + number + " 東京都",
                   .heading = row % 3 == 0 ? "houses" : "",
                   .title = row % 5 == 0 ? "run" : "",
                   .language = row % 2 == 0 ? "en" : ""});
    }
    HeapSections built;
    builder.finish(built);
    return built;
  }();
  return sections;
}

void search(const KeywordBlock& block, Analyzer& analyzer, std::string_view text) {
  const KeywordScope scope{.block = &block};
  auto query = parse_keyword_query(analyzer, text, block.languages());
  check(query.words.size() <= query_words_max && query.phrases.size() <= query_phrases_max);
  for (const auto& match : search_keywords({&scope, 1}, query, {}, 10)) {
    check(match.row < block.rows());
    (void)explain_keywords({&scope, 1}, query, {}, {&match, 1});
  }
}

// A section in memory of exactly its size.
using Section = std::vector<std::uint64_t>;

}  // namespace

void analyse_keywords(std::string_view bytes) {
  static Analyzer analyzer;
  for (std::string_view language : {"", "en", "de", "ar", "hi", "ja"}) {
    std::uint32_t last = 0;
    for (const auto& term : analyzer.analyse(bytes, language)) {
      check(term.position >= last && term.position <= last + 1 && !term.text.empty());
      last = term.position;
    }
  }
  KeywordBuilder builder(analyzer);
  builder.add({.body = bytes, .heading = bytes.substr(bytes.size() / 2), .language = "en"});
  HeapSections sections;
  builder.finish(sections);
  auto block = KeywordBlock::open(sections.table());
  check(block.has_value());
  search(*block, analyzer, bytes);
  const KeywordSource source{.block = &*block};
  HeapSections merged;
  check(merge_keywords({&source, 1}, merged).has_value());
}

// Each change takes four bytes: the section, two for where in it, and what is put there; one at
// the very end of a section cuts it there.
void search_keyword_sections(std::string_view bytes) {
  static Analyzer analyzer;
  std::vector<std::pair<SectionKind, Section>> sections;
  std::vector<std::size_t> sizes;
  for (const auto& [kind, section] : sample_sections().table().all()) {
    auto& [_, copy] = sections.emplace_back(kind, Section(section.size() / 8 + 1));
    std::memcpy(copy.data(), section.data(), section.size());
    sizes.push_back(section.size());
  }
  constexpr std::size_t change_bytes = 4;
  for (; bytes.size() >= change_bytes; bytes.remove_prefix(change_bytes)) {
    auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    auto chosen = byte(0) % sections.size();
    auto place = std::size_t{byte(1)} << 8U | byte(2);
    if (byte(0) >= 240) sizes[chosen] = std::min(sizes[chosen], place);
    if (place < sizes[chosen])
      reinterpret_cast<unsigned char*>(sections[chosen].second.data())[place] = byte(3);
  }
  SectionTable table;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    sections[i].second.resize((sizes[i] + 7) / 8);
    sections[i].second.shrink_to_fit();
    table.add(sections[i].first,
              {reinterpret_cast<const std::byte*>(sections[i].second.data()), sizes[i]});
  }
  auto block = KeywordBlock::open(table);
  if (!block) return;
  for (std::string_view text : {"run houses the", "\"the running\" ab-3", "h* a* r*", "東京都"})
    search(*block, analyzer, text);
  const KeywordSource source{.block = &*block};
  HeapSections merged;
  if (merge_keywords({&source, 1}, merged)) check(KeywordBlock::open(merged.table()).has_value());
}

}  // namespace aiva::fuzz
