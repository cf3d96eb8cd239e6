#include "retrieval/keywords/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace aiva::retrieval {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

using Texts = std::vector<std::string>;

// The terms of a text in their order, stems with a "~" before them.
Texts analyse(std::string_view text, std::string_view language) {
  Analyzer analyzer;
  Texts texts;
  for (const auto& term : analyzer.analyse(text, language))
    texts.push_back(term.kind == TermKind::stem ? "~" + std::string(term.text.substr(1))
                                                : std::string(term.text));
  return texts;
}

struct Case {
  const char* language;
  const char* text;
  Texts terms;
};

TEST(Analyzer, yields_words_and_the_stems_that_differ) {
  const auto cases = std::to_array<Case>({
      {"en", "The Running cats", {"the", "running", "~run", "cats", "~cat"}},
      {"de", "Häuser schön Straße", {"häuser", "~haus", "schön", "~schon", "strasse", "~strass"}},
      {"fr", "Été œuvre", {"été", "~ete", "œuvre", "~oeuvr"}},
      {"es", "Los niños corrían", {"los", "niños", "~nin", "corrían", "~corr"}},
      {"ru", "Ёлки новых домов", {"ёлки", "~елк", "новых", "~нов", "домов", "~дом"}},
      {"ar", "الْكِتَابُ كتـــاب", {"الكتاب", "~كتاب", "كتاب"}},
      {"hi", "लड़कियाँ किताबें", {"लड़कियाँ", "~लड़क", "किताबें", "~किताब"}},
      {"sv", "får", {"får"}},
      {"", "Déjà vu", {"déjà", "~deja", "vu"}},
      {"xx", "Déjà vu", {"déjà", "~deja", "vu"}},
  });

  for (const auto& each : cases)
    EXPECT_EQ(analyse(each.text, each.language), each.terms) << each.text;
}

TEST(Analyzer, takes_scripts_of_one_alphabet_from_either_keyboard) {
  EXPECT_EQ(analyse("کتابیں یہ", "ur"), analyse("كتابيں يه", "ur"));
  EXPECT_EQ(analyse("٣٤ ۳۴ ३४ ３４", "ar"), Texts({"34", "34", "34", "34"}));
}

TEST(Analyzer, yields_pairs_and_words_of_scripts_without_spaces) {
  const auto cases = std::to_array<Case>({
      {"ja", "コンピューターの猫", {"コン", "コンピューター", "ンピ", "の猫", "猫"}},
      {"zh", "中华人民共和国", {"中华", "人民", "共和国"}},
      {"ko", "서울에서 공부", {"서울", "서울에서", "울에", "에서", "공부"}},
      {"th", "ภาษาไทย", {"ภา", "ภาษา", "ไทย", "ไท"}},
      {"lo", "ພາສາລາວ", {"ພາ", "າສ"}},
      {"km", "ភាសាខ្មែរ", {"ភាសា"}},
  });

  for (const auto& each : cases)
    EXPECT_THAT(analyse(each.text, each.language), IsSupersetOf(each.terms)) << each.text;
  EXPECT_EQ(analyse("本", "ja"), Texts{"本"});
}

TEST(Analyzer, keeps_codes_findable_whole_and_by_parts) {
  const auto cases = std::to_array<Case>({
      {"", "AB-1234/5", {"ab-1234/5", "ab", "1234", "5"}},
      {"", "x.doe@example.com", {"x.doe@example.com", "x", "doe", "example", "com"}},
      {"", "report_v2.pdf", {"report_v2.pdf", "report", "v2", "pdf"}},
      {"", "v1.2.3,", {"v1.2.3", "v1", "2", "3"}},
      {"", "C++ or c#?", {"c++", "c", "or", "c#", "c"}},
      {"", "1,234.50", {"1,234.50", "1", "234", "50"}},
      {"", "red, blue", {"red", "blue"}},
      {"", "https://a.b/c", {"https", "a.b/c", "a", "b", "c"}},
  });

  for (const auto& each : cases)
    EXPECT_EQ(analyse(each.text, each.language), each.terms) << each.text;
}

TEST(Analyzer, drops_articles_and_endings_at_apostrophes) {
  EXPECT_EQ(analyse("l'hiver company's don’t", ""), Texts({"hiver", "company", "don"}));
  EXPECT_EQ(analyse("it's o'clock", ""), Texts({"it", "clock"}));
}

TEST(Analyzer, puts_terms_of_one_place_at_one_position) {
  Analyzer analyzer;
  std::vector<std::pair<std::string, std::uint32_t>> places;

  for (const auto& term : analyzer.analyse("see AB-1 running", "en"))
    places.emplace_back(term.text, term.position);

  using Place = std::pair<std::string, std::uint32_t>;
  EXPECT_THAT(places, ElementsAre(Place{"see", 0}, Place{"ab-1", 1}, Place{"ab", 1}, Place{"1", 2},
                                  Place{"running", 3}, Place{std::string{stem_mark} + "run", 3}));
}

TEST(Analyzer, gives_positions_without_gaps) {
  Analyzer analyzer;
  std::uint32_t last = 0;

  for (const auto& term : analyzer.analyse("日本語 text 猫 한국어를 AB-1/2 l'a ภาษา end", "")) {
    EXPECT_GE(term.position, last);
    EXPECT_LE(term.position, last + 1);
    last = term.position;
  }

  EXPECT_GT(last, 8U);
}

TEST(Analyzer, finds_typographic_forms_of_the_same) {
  EXPECT_EQ(analyse("ﬁle ＡＢ Ⅳ", ""), analyse("file ab iv", ""));
  EXPECT_EQ(analyse("co\xC2\xADoperate", ""), Texts{"cooperate"});
  EXPECT_EQ(analyse("AB‐12", ""), analyse("ab-12", ""));
}

TEST(Analyzer, cuts_words_and_texts_that_have_no_end) {
  std::string endless(3U << 20U, 'a');
  std::string words;
  for (int i = 0; i < 200'000; ++i) words += "w ";
  std::string marks = "e";
  for (int i = 0; i < 100'000; ++i) marks += "\u0301";
  std::string ideographs;
  for (int i = 0; i < 100'000; ++i) ideographs += "文";

  EXPECT_EQ(analyse(endless, "en"), Texts{std::string(term_bytes_max, 'a')});
  EXPECT_EQ(analyse(words, "en").size(), analysed_words_max);
  for (const auto& term : analyse(marks, "fr")) EXPECT_LE(term.size(), term_bytes_max + 1);
  EXPECT_LE(analyse(ideographs, "zh").size(), 3 * analysed_words_max);
}

TEST(Analyzer, takes_any_bytes) {
  EXPECT_THAT(analyse("", "en"), IsEmpty());
  EXPECT_THAT(analyse("\x01\x02 \xFF\xFE\x80 ok\xC3", "en"), Contains("ok"));
  EXPECT_THAT(analyse("--- '' ...//", "en"), IsEmpty());
  EXPECT_THAT(analyse(std::string("a\0b", 3), "en"), ElementsAre("a", "b"));
}

TEST(Analyzer, stems_as_it_analyses) {
  Analyzer analyzer;

  EXPECT_EQ(analyzer.stem("running", "en"), "run");
  EXPECT_EQ(analyzer.stem("run", "en"), "run");
  EXPECT_EQ(analyzer.stem("été", "fr"), "ete");
  EXPECT_EQ(analyzer.stem("häuser", "de"), "haus");
  EXPECT_EQ(std::string(analyzer.stem("mueller", "de")), analyzer.stem("müller", "de"));
  EXPECT_EQ(analyzer.stem("quelle", "de"), "quell");
  EXPECT_EQ(analyzer.stem("bauern", "de"), "bau");
}

}  // namespace
}  // namespace aiva::retrieval
