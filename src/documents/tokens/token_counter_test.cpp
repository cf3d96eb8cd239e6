#include "documents/tokens/token_counter.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "documents/tokens/byte_pairs.h"
#include "documents/tokens/testing/merge_by_definition.h"
#include "documents/tokens/testing/small_ranks.h"

namespace aiva::documents {
namespace {

TEST(BytePairs, merge_as_their_definition_says_at_any_length) {
  auto ranks = TokenRanks::parse(small_ranks_text());
  ASSERT_TRUE(ranks);
  constexpr std::string_view letters = "aaatheingro \xC3\xA4";
  std::minstd_rand random(7);
  for (std::size_t length : {1U, 2U, 3U, 9U, 95U, 96U, 97U, 98U, 400U}) {
    for (int round = 0; round < 50; ++round) {
      std::string word;
      while (word.size() < length) word += letters[random() % letters.size()];
      ASSERT_EQ(count_byte_pairs(*ranks, word), merge_by_definition(*ranks, word)) << word;
    }
  }
}

TEST(TokenCounter, counts_words_one_by_one) {
  auto ranks = TokenRanks::parse(small_ranks_text());
  ASSERT_TRUE(ranks);
  TokenCounter counter(std::move(*ranks));

  EXPECT_EQ(counter.count(""), 0U);
  EXPECT_EQ(counter.count("the the"), 2U);
  EXPECT_EQ(counter.count("aaaaa"), 2U);
  EXPECT_EQ(counter.count("th e"), 3U);
}

TEST(TokenCounter, is_not_stopped_by_a_word_without_end) {
  auto ranks = TokenRanks::parse(small_ranks_text());
  ASSERT_TRUE(ranks);
  TokenCounter counter(std::move(*ranks));

  EXPECT_EQ(counter.count(std::string(4'000'000, 'a')), 1'000'000U);
}

TEST(TokenCounter, counts_the_same_from_many_threads) {
  auto ranks = TokenRanks::parse(small_ranks_text());
  ASSERT_TRUE(ranks);
  TokenCounter counter(std::move(*ranks));
  std::vector<std::string> words;
  std::vector<std::size_t> counts;
  for (int i = 0; i < 5000; ++i) words.push_back("the" + std::to_string(i * 7919) + "ingaaaa");
  for (const auto& word : words) counts.push_back(counter.count(word));

  std::vector<std::jthread> threads;
  std::vector<int> differing(4);
  for (std::size_t t = 0; t < differing.size(); ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < words.size() * 4; ++i) {
        auto at = (i * (t + 1)) % words.size();
        if (counter.count(words[at]) != counts[at]) ++differing[t];
      }
    });
  threads.clear();

  EXPECT_EQ(differing, std::vector<int>(4));
}

// What tiktoken and gpt-tokenizer count.
TEST(TokenCounter, counts_as_o200k_base_does) {
  constexpr auto* file = "native/unpacked/tokens/o200k_base.tiktoken";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is missing; run ./dev setup";
  auto counter = TokenCounter::load(file);
  ASSERT_TRUE(counter);
  struct Case {
    std::string text;
    std::size_t tokens;
  };
  std::string kanji;
  for (int i = 0; i < 200; ++i) kanji += "漢字";
  const std::vector<Case> cases = {
      {"Hello, world!", 4},
      {"The keeper's LIGHTHOUSE doesn't sleep; they've said we'll go.", 13},
      {"Die Straßenbahnhaltestelle heißt „Ölmühlenweg“.", 14},
      {"返品は商品到着後14日以内にお願いいたします。送料はお客様負担となります。", 24},
      {"يمكن إرجاع المنتجات خلال أربعة عشر يومًا من تاريخ الاستلام.", 15},
      {"สวัสดีชาวโลก", 7},
      {"नमस्ते दुनिया", 5},
      {"안녕하세요 세계", 3},
      {"1234567890 3.14159 ½ ٣٤٥", 15},
      {"a\n\n\n  b\r\n\tc   \n", 7},
      {"👩‍👩‍👧‍👦 🇩🇪 ✈️", 18},
      {"if (x_1 >= 0xFF) { return foo->bar(); } // ok\n", 21},
      {"CamelCaseHTTPRequest snake_case kebab-case", 8},
      {"e\u0301te\u0301 --\u0301", 6},
      {"http://example.com/a/b?c=d&e=f\n//path\n", 15},
      {"DON'T SHE'LL I'D", 7},
      {"<|endoftext|>", 7},
      {std::string(300, 'x'), 38},
      {std::string(1000, '='), 16},
      {kanji, 400}};
  for (const auto& one : cases) EXPECT_EQ(counter->count(one.text), one.tokens) << one.text;
}

}  // namespace
}  // namespace aiva::documents
