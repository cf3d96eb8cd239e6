#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "documents/chunker.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

struct Language {
  std::string name;
  std::vector<std::string> sentences;
  std::string gap = " ";  // between sentences
};

// Sentences with what misleads a splitter: abbreviations, numbers, quotations, no blanks.
const std::vector<Language>& languages() {
  static const std::vector<Language> all = {
      {"English",
       {"The lamp weighs 3.5 kg and costs approx. 20 euros.",
        "Ask Dr. Weber, e.g. by telephone, about the U.S. version.", "He said: \"It floats!\"",
        "Does it?", "See Fig. 4 on pp. 12 to 14."}},
      {"German",
       {"Die Lampe wiegt 3,5 kg und kostet ca. 20 Euro.",
        "Fragen Sie z.B. Herrn Dr. Weber am 3. Oktober danach.", "Er sagte: „Sie schwimmt!“",
        "Wirklich?", "Siehe Abb. 4 und Nr. 12 bzw. die Straßenbahnhaltestellenübersicht."}},
      {"Japanese",
       {"このランプの重さは3.5キロで、価格は約20ユーロです。",
        "詳しくはウェーバー博士にお尋ねください。", "彼は「浮くんだ！」と言いました。",
        "本当ですか？", "12ページから14ページの図4を参照してください。"},
       ""},
      {"Arabic",
       {"يزن المصباح 3.5 كغ ويكلف حوالي 20 يورو.", "اسأل الدكتور فيبر عن النسخة الأمريكية.",
        "هل يطفو حقًا؟", "نعم، إنه يطفو!", "انظر الشكل 4 في الصفحات من 12 إلى 14."}}};
  return all;
}

class ChunkerIn : public ::testing::TestWithParam<std::size_t> {};

TEST_P(ChunkerIn, this_language_cuts_between_sentences) {
  const auto& language = languages()[GetParam()];
  Block block;
  for (int round = 0; round < 20; ++round)
    for (const auto& sentence : language.sentences)
      block.text += (block.text.empty() ? "" : language.gap) + sentence;
  std::vector<Piece> pieces;
  Chunker chunker({.measure = count_characters, .size_target = 200, .size_max = 220, .overlap = 40},
                  [&](Piece piece) -> Result<void> {
                    pieces.push_back(std::move(piece));
                    return {};
                  });

  ASSERT_TRUE(chunker.add({block}));
  ASSERT_TRUE(chunker.finish());

  ASSERT_GT(pieces.size(), 5U);
  auto begins_or_ends = [&](std::string_view text, bool is_end) {
    for (const auto& sentence : language.sentences)
      if (is_end ? text.ends_with(sentence) : text.starts_with(sentence)) return true;
    return false;
  };
  for (const auto& piece : pieces) {
    EXPECT_TRUE(begins_or_ends(piece.text, false)) << piece.text;
    EXPECT_TRUE(begins_or_ends(piece.text, true)) << piece.text;
    EXPECT_LE(count_characters(piece.text), 220);
    EXPECT_NE(block.text.find(piece.text), std::string::npos);
  }
}

TEST_P(ChunkerIn, this_language_cuts_a_sentence_without_end_gently) {
  const auto& language = languages()[GetParam()];
  Block block;
  for (int round = 0; round < 40; ++round) {
    auto words = language.sentences[static_cast<std::size_t>(round) % language.sentences.size()];
    for (std::string_view stop : {".", "!", "?", "。", "！", "？", "؟", "\"", "“", ":", "」", "「"})
      for (auto at = words.find(stop); at != std::string::npos; at = words.find(stop))
        words.erase(at, stop.size());
    block.text += words + (language.gap.empty() ? "、" : ", ");
  }
  std::vector<Piece> pieces;
  Chunker chunker({.measure = count_characters, .size_target = 100, .size_max = 120, .overlap = 20},
                  [&](Piece piece) -> Result<void> {
                    pieces.push_back(std::move(piece));
                    return {};
                  });

  ASSERT_TRUE(chunker.add({block}));
  ASSERT_TRUE(chunker.finish());

  ASSERT_GT(pieces.size(), 5U);
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
    const auto& text = pieces[i].text;
    ASSERT_TRUE(is_valid_utf8(text));
    EXPECT_LE(count_characters(text), 120);
    auto behind = block.text.find(text) + text.size();
    bool is_gentle = text.ends_with("、") || text.ends_with(",") || block.text[behind] == ' ' ||
                     text.ends_with("،");
    EXPECT_TRUE(is_gentle) << text;
  }
}

INSTANTIATE_TEST_SUITE_P(Chunker, ChunkerIn, ::testing::Range(std::size_t{0}, languages().size()),
                         [](const auto& info) { return languages()[info.param].name; });

}  // namespace
}  // namespace aiva::documents
