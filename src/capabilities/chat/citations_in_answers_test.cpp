#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

#include "capabilities/chat/internal/reply_builder.h"
#include "capabilities/chat/passages.h"

// What a model's answer becomes, over a thousand made answers whose right form is known: each is
// cut at random and goes the way of a streamed answer, from the pieces to the sources.

namespace aiva::chat {
namespace {

constexpr int answers = 1000;

// An answer as a model gives it, and what must come of it.
struct MadeAnswer {
  std::string given{};
  std::string expected{};
  std::set<int> cited{};
  int removed = 0;
};

class Maker {
 public:
  Maker(unsigned seed, int passages) : random_(seed), passages_(passages) {}

  MadeAnswer make() {
    MadeAnswer answer;
    auto parts = pick(1, 12);
    for (int i = 0; i < parts; ++i) add_part(answer);
    if (pick(0, 9) == 0) add(answer, " and [" + std::to_string(pick(1, passages_)));  // cut off
    return answer;
  }
  std::vector<std::string> cut(std::string_view text) {
    std::vector<std::string> pieces;
    while (!text.empty()) {
      auto length = std::min<std::size_t>(static_cast<std::size_t>(pick(1, 9)), text.size());
      pieces.emplace_back(text.substr(0, length));
      text.remove_prefix(length);
    }
    return pieces;
  }
  int pick(int least, int most) { return std::uniform_int_distribution<int>(least, most)(random_); }

 private:
  static void add(MadeAnswer& answer, const std::string& text) {
    answer.given += text;
    answer.expected += text;
  }
  // Markers that were never given go with the space before them.
  void cite(MadeAnswer& answer, const std::string& marker, const std::vector<int>& numbers) {
    std::string space = pick(0, 3) == 0 ? "" : " ";
    answer.given += space + marker;
    std::string kept;
    for (int number : numbers) {
      if (number < 1 || number > passages_) {
        ++answer.removed;
        continue;
      }
      answer.cited.insert(number);
      kept += "[" + std::to_string(number) + "]";
    }
    if (!kept.empty()) answer.expected += space + kept;
  }
  void add_part(MadeAnswer& answer) {
    static const std::vector<std::string> words = {"Refunds are paid within 14 days",
                                                   "Die Lampe schwimmt, größer als §3",
                                                   "see note [a]",
                                                   "in [2024] it rained",
                                                   "an empty [] list",
                                                   "一行文字",
                                                   "broken [1,] list",
                                                   "[1 2] is no list",
                                                   "[1--2] neither",
                                                   "item[x]",
                                                   "too long [1234567]",
                                                   "a ] alone"};
    static const std::vector<std::string> code = {"`row[1]`", "`a[99] + b[2]`",
                                                  "\n```\nlist[7] = [1, 3]\n```\n", "`[0]`"};
    auto text = words[static_cast<std::size_t>(pick(0, static_cast<int>(words.size()) - 1))];
    add(answer, (answer.given.empty() ? "" : " ") + text);
    if (pick(0, 5) == 0)
      add(answer, " " + code[static_cast<std::size_t>(pick(0, static_cast<int>(code.size()) - 1))]);
    int right = pick(1, passages_);
    int other = pick(1, passages_);
    int wrong = pick(passages_ + 1, 99);
    auto say = [](int number) { return std::to_string(number); };
    switch (pick(0, 9)) {
      case 0: cite(answer, "[" + say(right) + "]", {right}); break;
      case 1: cite(answer, "[" + say(right) + "][" + say(other) + "]", {right, other}); break;
      case 2: cite(answer, "[" + say(right) + ", " + say(other) + "]", {right, other}); break;
      case 3: cite(answer, "[" + say(right) + ";" + say(wrong) + "]", {right, wrong}); break;
      case 4: cite(answer, "[" + say(wrong) + "]", {wrong}); break;
      case 5: cite(answer, "[0]", {0}); break;
      case 6: {
        std::vector<int> range;
        for (int n = std::min(right, other); n <= std::max(right, other); ++n) range.push_back(n);
        cite(answer, "[" + say(right) + "-" + say(other) + "]", range);
        break;
      }
      case 7: cite(answer, "[" + say(wrong) + "]", {wrong}); break;
      default: break;
    }
    add(answer, ".");
  }

  std::mt19937 random_;
  int passages_;
};

Task<Result<void>> hear(std::string& heard, TurnEvent event) {
  heard += event.text;
  co_return Result<void>();
}

std::vector<search::TextHit> hits_of(int count) {
  std::vector<search::TextHit> hits;
  for (int i = 0; i < count; ++i) {
    knowledge::Chunk chunk{.id = ChunkId::make(),
                           .text = "Thing " + std::to_string(i) + " is paid within 14 days.",
                           .document_name = "Handbook.pdf"};
    chunk.spans = {{.page = 1, .begin = 0, .end = chunk.text.size()}};
    hits.push_back({.chunk = std::move(chunk)});
  }
  return hits;
}

TEST(CitationsInAnswers, never_point_to_a_chunk_that_was_not_retrieved) {
  int removed = 0;
  std::size_t cited = 0;
  for (int number = 0; number < answers; ++number) {
    Maker maker(static_cast<unsigned>(number), 1 + number % 12);
    auto made = maker.make();
    auto hits = hits_of(1 + number % 12);
    auto passages = passages_of(hits, {}, {});
    ASSERT_EQ(passages.size(), hits.size());
    bool must_cite = number % 4 == 0;
    std::string heard;
    auto listener = [&heard](TurnEvent event) { return hear(heard, std::move(event)); };
    Hosts hosts;
    PersonalMask mask;
    ReplyBuilder builder(listener, hosts, mask, {.must_cite = must_cite});
    builder.set_passage_count(static_cast<int>(passages.size()));

    for (auto& piece : maker.cut(made.given)) ASSERT_TRUE(sync_wait(builder.add(std::move(piece))));
    ASSERT_TRUE(sync_wait(builder.end_round()));
    auto sources =
        cited_sources(builder.text(), "When?", passages, context_sources(hits, hits.size()));

    bool is_withheld = must_cite && made.cited.empty();
    EXPECT_EQ(builder.lacks_citation(), is_withheld) << made.given;
    EXPECT_EQ(builder.text(), is_withheld ? "" : made.expected) << made.given;
    EXPECT_EQ(heard, builder.text());
    EXPECT_EQ(builder.removed_citations(), made.removed) << made.given;
    std::set<int> told;
    for (const auto& source : sources) {
      ASSERT_GE(source.number, 1);
      ASSERT_LE(source.number, static_cast<int>(hits.size()));
      EXPECT_EQ(source.chunk, hits[static_cast<std::size_t>(source.number) - 1].chunk.id);
      if (source.is_cited) told.insert(source.number);
    }
    EXPECT_EQ(told, made.cited) << made.given;
    removed += made.removed;
    cited += made.cited.size();
  }
  // The answers are made so that there is something to be found.
  EXPECT_GT(removed, 1000);
  EXPECT_GT(cited, 2000U);
}

}  // namespace
}  // namespace aiva::chat
