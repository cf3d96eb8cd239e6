#include "retrieval/keywords/keyword_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "retrieval/keywords/keyword_fixture.h"
#include "retrieval/keywords/keyword_merge.h"

namespace aiva::retrieval {
namespace {

using retrieval::testing::build_block;
using retrieval::testing::HeldBlock;
using retrieval::testing::make_corpus;
using retrieval::testing::open_block;
using retrieval::testing::RowText;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Bits = std::vector<std::uint64_t>;
using Rows = std::vector<std::uint32_t>;

bool is_set(const Bits& bits, std::size_t row) {
  return row / 64 < bits.size() && (bits[row / 64] >> row % 64 & 1U) != 0;
}

Bits make_bits(std::size_t rows, unsigned seed, unsigned percent) {
  std::mt19937 random(seed);
  Bits bits((rows + 63) / 64);
  for (std::size_t row = 0; row < rows; ++row)
    if (random() % 100 < percent) bits[row / 64] |= std::uint64_t{1} << row % 64;
  return bits;
}

// BM25 said plainly: over the terms of all rows, without an index.
class PlainSearch {
 public:
  explicit PlainSearch(std::span<const RowText> corpus) {
    Analyzer analyzer;
    for (const auto& text : corpus) {
      auto& row = rows_.emplace_back();
      std::array<const std::string*, 3> fields = {&text.body, &text.heading, &text.title};
      for (std::size_t field = 0; field < 3; ++field) {
        std::uint32_t words = 0;
        for (const auto& term : analyzer.analyse(*fields[field], text.language)) {
          ++row.frequencies[std::string(term.text)][field];
          words = std::max(words, term.position + 1);
        }
        row.length += words;
      }
      length_sum_ += row.length;
    }
  }

  // The scores of rows with any of the words.
  std::map<std::uint32_t, double> score(const KeywordQuery& query,
                                        const Bm25Settings& settings) const {
    std::map<std::uint32_t, double> scores;
    for (const auto& word : query.words) {
      auto rarity = rarity_of(word);
      for (std::uint32_t row = 0; row < rows_.size(); ++row) {
        auto best = share(row, word.text, settings);
        for (const auto& stem : word.stems) {
          best = std::max(best, settings.stem_weight * share(row, stem_mark + stem, settings));
          best = std::max(best, settings.stem_weight * share(row, stem, settings));
        }
        if (best > 0) scores[row] += rarity * best * (settings.saturation + 1);
      }
    }
    return scores;
  }

 private:
  struct Row {
    std::map<std::string, std::array<double, 3>> frequencies;
    std::uint32_t length = 0;
  };

  double count(const std::string& term) const {
    return static_cast<double>(std::ranges::count_if(
        rows_, [&](const Row& row) { return row.frequencies.contains(term); }));
  }

  double rarity_of(const KeywordWord& word) const {
    auto with = count(word.text);
    for (const auto& stem : word.stems)
      with = std::max(with, count(stem_mark + stem) + count(stem));
    auto without = std::max(0.0, static_cast<double>(rows_.size()) - with);
    return std::log(1 + (without + 0.5) / (with + 0.5));
  }

  double share(std::uint32_t row, const std::string& term, const Bm25Settings& settings) const {
    auto found = rows_[row].frequencies.find(term);
    if (found == rows_[row].frequencies.end()) return 0;
    auto [body, heading, title] = found->second;
    auto weight = body * settings.body_boost + heading * settings.heading_boost +
                  title * settings.title_boost;
    auto length_mean = length_sum_ / static_cast<double>(rows_.size());
    auto norm = settings.saturation * (1 - settings.length_share +
                                       settings.length_share * rows_[row].length / length_mean);
    return weight / (weight + norm);
  }

  std::vector<Row> rows_;
  double length_sum_ = 0;
};

// A corpus cut into blocks.
struct CutCorpus {
  std::vector<HeldBlock> blocks;
  std::vector<std::size_t> begins;

  CutCorpus(std::span<const RowText> corpus, std::size_t rows_max) {
    for (std::size_t begin = 0; begin < corpus.size(); begin += rows_max) {
      begins.push_back(begin);
      blocks.push_back(
          build_block(corpus.subspan(begin, std::min(rows_max, corpus.size() - begin))));
    }
  }
  [[nodiscard]] std::vector<KeywordScope> scopes() const {
    std::vector<KeywordScope> scopes;
    for (const auto& held : blocks) scopes.push_back({.block = &held.block});
    return scopes;
  }
  [[nodiscard]] std::uint32_t row_of(const KeywordMatch& match) const {
    return static_cast<std::uint32_t>(begins[match.block]) + match.row;
  }
};

KeywordQuery parse(std::string_view text) {
  static Analyzer analyzer;
  const std::vector<std::string> languages = {"en", "de", "fr"};
  return parse_keyword_query(analyzer, text, languages);
}

std::vector<KeywordMatch> search(const HeldBlock& held, std::string_view text,
                                 std::size_t count_max = 100) {
  const KeywordScope scope{.block = &held.block};
  return search_keywords({&scope, 1}, parse(text), {}, count_max);
}

Rows rows_of(std::span<const KeywordMatch> matches) {
  Rows rows;
  for (const auto& match : matches) rows.push_back(match.row);
  return rows;
}

Rows find_rows(const HeldBlock& held, std::string_view text) {
  auto rows = rows_of(search(held, text));
  std::ranges::sort(rows);
  return rows;
}

const auto queries = std::to_array<std::string_view>(
    {"run", "running houses", "the of", "Häuser été hotels", "AB-12/3", "scoring the merged rows",
     "東京都 index", "the run of segments queries scores indexing rows ab 12",
     "nothing here runs"});

TEST(KeywordSearch, scores_as_plain_bm25_does_however_rows_are_spread) {
  auto corpus = make_corpus(2500, 1);
  PlainSearch plain(corpus);
  std::vector<CutCorpus> cuts;
  for (std::size_t rows_max : {2500U, 700U, 64U}) cuts.emplace_back(corpus, rows_max);
  const auto settings = std::to_array<Bm25Settings>(
      {{}, {.saturation = 0.9F, .length_share = 0.4F, .heading_boost = 5, .stem_weight = 0.5F}});

  for (const auto& setting : settings)
    for (auto text : queries) {
      auto query = parse(text);
      auto expected = plain.score(query, setting);
      std::vector<double> best;
      for (auto [row, score] : expected) best.push_back(score);
      std::ranges::sort(best, std::greater());
      for (const auto& cut : cuts) {
        auto matches = search_keywords(cut.scopes(), query, setting, 10);
        ASSERT_EQ(matches.size(), std::min<std::size_t>(10, expected.size())) << text;
        for (std::size_t i = 0; i < matches.size(); ++i) {
          EXPECT_NEAR(matches[i].score, expected[cut.row_of(matches[i])], 1e-4) << text;
          EXPECT_NEAR(matches[i].score, best[i], 1e-4) << text;
        }
      }
    }
}

TEST(KeywordSearch, finds_the_same_rows_with_the_same_scores_however_rows_are_spread) {
  auto corpus = make_corpus(4000, 2);
  CutCorpus whole(corpus, corpus.size());
  CutCorpus parts(corpus, 333);

  for (auto text : queries)
    for (std::size_t count_max : {1U, 10U, 1000U, 5000U}) {
      auto some = search_keywords(whole.scopes(), parse(text), {}, count_max);
      auto others = search_keywords(parts.scopes(), parse(text), {}, count_max);
      ASSERT_EQ(some.size(), others.size());
      for (std::size_t i = 0; i < some.size(); ++i) {
        EXPECT_EQ(whole.row_of(some[i]), parts.row_of(others[i])) << text;
        EXPECT_EQ(some[i].score, others[i].score) << text;
      }
    }
}

TEST(KeywordSearch, puts_the_smaller_row_first_where_scores_are_equal) {
  std::vector<RowText> rows(300, RowText{.body = "same words"});

  auto matches = search(build_block(rows), "words", 4);

  EXPECT_THAT(rows_of(matches), ElementsAre(0, 1, 2, 3));
}

TEST(KeywordSearch, sees_only_rows_that_the_masks_show) {
  auto corpus = make_corpus(3000, 3);
  auto held = build_block(corpus);
  for (unsigned percent : {0U, 1U, 50U}) {
    auto dead = make_bits(corpus.size(), 7, 30);
    auto allowed = make_bits(corpus.size(), 8, percent);
    const KeywordScope open{.block = &held.block};
    const KeywordScope masked{.block = &held.block, .mask = {.dead = dead, .allowed = allowed}};

    for (auto text : queries) {
      auto all = search_keywords({&open, 1}, parse(text), {}, corpus.size());
      std::erase_if(all, [&](const KeywordMatch& match) {
        return is_set(dead, match.row) || !is_set(allowed, match.row);
      });
      if (all.size() > 10) all.resize(10);
      auto some = search_keywords({&masked, 1}, parse(text), {}, 10);
      EXPECT_EQ(rows_of(some), rows_of(all)) << text;
    }
  }
}

TEST(KeywordSearch, ranks_the_written_form_above_its_stem_and_counts_both_once) {
  const auto rows = std::to_array<RowText>(
      {{"the houses here"}, {"the house here"}, {"the housing here"}, {"nothing else here"}});
  auto held = build_block(rows);

  auto plural = search(held, "houses");
  auto single = search(held, "house");

  EXPECT_THAT(rows_of(plural), ElementsAre(0, 1, 2));
  EXPECT_NEAR(plural[1].score, 0.8 * plural[0].score, 1e-4);
  EXPECT_THAT(rows_of(single), ElementsAre(1, 0, 2));
  EXPECT_NEAR(single[0].score, plural[0].score, 1e-4);
}

TEST(KeywordSearch, ranks_words_of_headings_and_titles_higher) {
  const auto rows = std::to_array<RowText>(
      {{"apple pear plum"}, {"pear plum", "apple"}, {"pear plum", "", "apple"}, {"pear plum fig"}});

  auto matches = search(build_block(rows), "apple");

  EXPECT_THAT(rows_of(matches), ElementsAre(1, 2, 0));
}

TEST(KeywordSearch, finds_words_without_their_diacritics_and_in_other_forms) {
  const auto rows = std::to_array<RowText>({{"un été à l'hôpital", "", "", "fr"},
                                            {"die Häuser der Stadt", "", "", "de"},
                                            {"новые дома", "", "", "ru"},
                                            {"naïve approach", "", "", ""}});
  auto held = build_block(rows);
  const KeywordScope scope{.block = &held.block};
  auto find = [&](std::string_view text) {
    Analyzer analyzer;
    auto query = parse_keyword_query(analyzer, text, held.block.languages());
    return rows_of(search_keywords({&scope, 1}, query, {}, 10));
  };

  EXPECT_THAT(find("ete hopitaux"), ElementsAre(0));
  EXPECT_THAT(find("haus"), ElementsAre(1));
  EXPECT_THAT(find("Häusern"), ElementsAre(1));
  EXPECT_THAT(find("домов"), ElementsAre(2));
  EXPECT_THAT(find("naive"), ElementsAre(3));
}

TEST(KeywordSearch, finds_codes_whole_and_by_parts) {
  const auto rows = std::to_array<RowText>(
      {{"part AB-1234/5 fits"}, {"part AB-1234/6 fits"}, {"mail to jo.doe@example.com"}});
  auto held = build_block(rows);

  EXPECT_EQ(search(held, "ab-1234/5")[0].row, 0U);
  EXPECT_EQ(search(held, "AB-1234/6")[0].row, 1U);
  EXPECT_EQ(find_rows(held, "1234"), Rows({0, 1}));
  EXPECT_EQ(find_rows(held, "example"), Rows({2}));
  EXPECT_EQ(find_rows(held, "jo.doe@example.com"), Rows({2}));
}

TEST(KeywordSearch, finds_only_rows_that_have_the_phrase) {
  const auto rows = std::to_array<RowText>({{"data base of rows"},
                                            {"base data"},
                                            {"the data of the base and a data base"},
                                            {"data", "base"},
                                            {"東京都の天気"},
                                            {"京都の東京"}});
  auto held = build_block(rows);

  EXPECT_EQ(find_rows(held, "\"data base\""), Rows({0, 2}));
  EXPECT_EQ(find_rows(held, "“data base” rows"), Rows({0, 2}));
  EXPECT_EQ(find_rows(held, "\"data base\" \"of rows\""), Rows({0}));
  EXPECT_EQ(find_rows(held, "\"東京都\""), Rows({4}));
  EXPECT_EQ(find_rows(held, "\"base base\""), Rows());
  EXPECT_EQ(find_rows(held, "\"no such\" data"), Rows());
  EXPECT_EQ(find_rows(held, "\"data"), Rows({0, 1, 2, 3}));
}

TEST(KeywordSearch, finds_phrases_as_reading_the_texts_does) {
  auto corpus = make_corpus(3000, 4);
  CutCorpus cut(corpus, 1700);
  Analyzer analyzer;
  const auto phrases = std::to_array<std::string_view>(
      {"the of", "the the", "run the", "of the run", "houses of", "runs running"});

  for (auto phrase : phrases) {
    std::set<std::uint32_t> expected;
    auto spaced = " " + std::string(phrase) + " ";
    for (std::uint32_t row = 0; row < corpus.size(); ++row) {
      const auto& [body, heading, title, language] = corpus[row];
      for (const auto* field : {&body, &heading, &title})
        if ((" " + *field).find(spaced) != std::string::npos) expected.insert(row);
    }
    auto query = parse("\"" + std::string(phrase) + "\"");
    std::set<std::uint32_t> found;
    for (const auto& match : search_keywords(cut.scopes(), query, {}, corpus.size()))
      found.insert(cut.row_of(match));
    EXPECT_EQ(found, expected) << phrase;
  }
}

TEST(KeywordSearch, finds_words_by_their_beginning) {
  const auto rows = std::to_array<RowText>(
      {{"configure it"}, {"configuration"}, {"confirm"}, {"part AB-1234/5"}, {"part AB-9"}});
  auto held = build_block(rows);

  EXPECT_EQ(find_rows(held, "config*"), Rows({0, 1}));
  EXPECT_EQ(find_rows(held, "conf* part"), Rows({0, 1, 2, 3, 4}));
  EXPECT_EQ(find_rows(held, "zz*"), Rows());
  EXPECT_EQ(search(held, "ab-12*")[0].row, 3U);
  EXPECT_EQ(find_rows(held, "*"), Rows());
}

TEST(KeywordSearch, bounds_what_a_prefix_expands_to) {
  std::vector<RowText> rows;
  for (int i = 0; i < 3000; ++i) rows.push_back({.body = "word" + std::to_string(i)});
  for (int i = 0; i < 5; ++i) rows.push_back({.body = "wordcommon"});
  auto held = build_block(rows);

  auto matches = search(held, "word*", 5000);

  EXPECT_EQ(matches.size(), 63U + 5U);
  EXPECT_EQ(find_rows(held, "wordc*").size(), 5U);
}

TEST(KeywordSearch, answers_when_there_is_nothing) {
  auto empty = build_block({});
  const auto blank = std::to_array<RowText>({{""}, {"..."}, {"", "", ""}});
  auto held = build_block(blank);

  EXPECT_THAT(search(empty, "word"), IsEmpty());
  EXPECT_THAT(search(held, "word"), IsEmpty());
  EXPECT_THAT(search(held, ""), IsEmpty());
  EXPECT_THAT(search(held, "\"\" ** ..."), IsEmpty());
  EXPECT_THAT(search_keywords({}, parse("word"), {}, 10), IsEmpty());
  EXPECT_THAT(search(build_block(std::to_array<RowText>({{"word"}})), "word", 0), IsEmpty());
}

TEST(KeywordSearch, answers_queries_of_common_words_only) {
  std::vector<RowText> rows(500, RowText{.body = "the of and"});

  auto matches = search(build_block(rows), "the of", 3);

  EXPECT_THAT(rows_of(matches), ElementsAre(0, 1, 2));
  EXPECT_GT(matches[0].score, 0);
}

TEST(KeywordSearch, takes_settings_out_of_range) {
  auto held = build_block(make_corpus(500, 5));
  const KeywordScope scope{.block = &held.block};
  const auto nan = std::nanf("");
  const auto settings = std::to_array<Bm25Settings>(
      {{.saturation = -1, .length_share = 9, .body_boost = -5, .stem_weight = 77},
       {.saturation = nan, .length_share = nan, .body_boost = nan, .stem_weight = nan},
       {.saturation = 1e30F, .body_boost = 1e30F, .heading_boost = 1e30F, .title_boost = 1e30F}});

  for (const auto& setting : settings)
    for (auto text : queries)
      for (const auto& match : search_keywords({&scope, 1}, parse(text), setting, 10))
        EXPECT_TRUE(std::isfinite(match.score) && match.score > 0);
}

TEST(KeywordSearch, explains_scores_by_words) {
  auto corpus = make_corpus(2000, 6);
  CutCorpus cut(corpus, 600);
  auto scopes = cut.scopes();

  for (auto text : queries) {
    auto matches = search_keywords(scopes, parse(text), {}, 20);
    auto reasons = explain_keywords(scopes, parse(text), {}, matches);
    ASSERT_EQ(reasons.size(), matches.size());
    for (std::size_t i = 0; i < matches.size(); ++i) {
      float sum = 0;
      for (const auto& reason : reasons[i]) {
        sum += reason.score;
        EXPECT_GT(reason.body + reason.heading + reason.title, 0U);
        EXPECT_GT(reason.rarity, 0);
        EXPECT_LT(reason.score, reason.rarity * 2.2F);
      }
      EXPECT_NEAR(sum, matches[i].score, 1e-4) << text;
    }
  }
}

TEST(KeywordSearch, explains_which_form_of_a_word_a_row_has) {
  const auto rows = std::to_array<RowText>({{"the houses stand", "houses"}, {"one house"}});
  auto held = build_block(rows);
  const KeywordScope scope{.block = &held.block};
  const auto both = std::to_array<KeywordMatch>({{.row = 0}, {.row = 1}});
  const auto strange = std::to_array<KeywordMatch>({{.block = 4}, {.row = 4}});

  auto reasons = explain_keywords({&scope, 1}, parse("houses one"), {}, both);

  ASSERT_EQ(reasons.size(), 2U);
  const auto& exact = reasons[0];
  const auto& other = reasons[1];
  ASSERT_EQ(exact.size(), 1U);
  EXPECT_EQ(exact[0].term, "houses");
  EXPECT_FALSE(exact[0].is_stem);
  EXPECT_EQ(exact[0].body, 1U);
  EXPECT_EQ(exact[0].heading, 1U);
  ASSERT_EQ(other.size(), 2U);
  EXPECT_EQ(other[0].word, "houses");
  EXPECT_EQ(other[0].term, "hous");
  EXPECT_TRUE(other[0].is_stem);
  EXPECT_EQ(other[1].word, "one");
  // "one" stands in one row, "houses" in both.
  EXPECT_GT(other[1].rarity, other[0].rarity);
  EXPECT_FLOAT_EQ(exact[0].rarity, other[0].rarity);
  EXPECT_THAT(explain_keywords({&scope, 1}, parse("one"), {}, strange),
              ElementsAre(IsEmpty(), IsEmpty()));
}

}  // namespace
}  // namespace aiva::retrieval
