#include "retrieval/keywords/analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace aiva::retrieval {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSubsetOf;
using testing::IsSupersetOf;
using testing::Not;

using Texts = std::vector<std::string>;

// Stems are written with a "~" before them.
Texts analyse(std::string_view text, std::string_view language) {
  Analyzer analyzer;
  Texts texts;
  for (const auto& term : analyzer.analyse(text, language))
    texts.push_back(term.kind == TermKind::stem ? "~" + std::string(term.text.substr(1))
                                                : std::string(term.text));
  return texts;
}

TEST(Analyzer, prints) {
  for (auto [t, l] : std::vector<std::pair<const char*, const char*>>{
           {"The Running cats' don't O'Brien company's", "en"},
           {"Häuser Straße schön schon Müller Mueller Größenänderungen", "de"},
           {"L'été à l'hôpital, qu'il œuvre aujourd’hui", "fr"},
           {"Los niños corrían rápidamente", "es"},
           {"Ёлки новых домов мой йод", "ru"},
           {"الْكِتَابُ المكتبة كتـــاب ٣٤", "ar"},
           {"लड़कियाँ किताबें हिन्दी", "hi"},
           {"کتابیں پاکستان یہ", "ur"},
           {"東京都の自然言語処理コンピューター猫", "ja"},
           {"中华人民共和国成立于1949年", "zh"},
           {"서울에서 한국어를 공부합니다", "ko"},
           {"ภาษาไทยง่ายมาก", "th"},
           {"AB-1234/5 john.doe@example.com report_v2.1.pdf v1.2.3 C++ c# 1,234.56 https://x.y/z", ""},
       }) {
    std::string s;
    for (auto& x : analyse(t, l)) s += x + " | ";
    printf("%s: %s\n", l, s.c_str());
  }
}

}  // namespace
}  // namespace aiva::retrieval
