#include "documents/language.h"

#include <gtest/gtest.h>

#include <string>

#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

struct Sample {
  const char* code;
  const char* text;
};

class Language : public testing::TestWithParam<Sample> {};

TEST_P(Language, is_told_from_the_text) {
  EXPECT_EQ(detect_language(GetParam().text), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Samples, Language,
    testing::Values(
        Sample{"en", "Press the red button and wait until the machine has come to a full stop."},
        Sample{"de", "Drücken Sie den roten Knopf und warten Sie, bis die Maschine still steht."},
        Sample{"fr", "Appuyez sur le bouton rouge et attendez que la machine soit arrêtée."},
        Sample{"es", "Pulse el botón rojo y espere hasta que la máquina se haya detenido."},
        Sample{"ru", "Нажмите красную кнопку и подождите, пока машина полностью остановится."},
        Sample{"ja", "赤いボタンを押して、機械が完全に止まるまで待ってください。"},
        Sample{"zh", "请按下红色按钮，等到机器完全停止为止再打开盖子。"},
        Sample{"he", "לחץ על הכפתור האדום והמתן עד שהמכונה תיעצר לגמרי לפני פתיחת המכסה."}));

TEST(LanguageOf, nothing_cannot_be_told) {
  EXPECT_EQ(detect_language(""), "");
  EXPECT_EQ(detect_language("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"), "");
}

TEST(LanguageOf, a_document_is_in_its_summary) {
  auto reading =
      read_into_text("Die Maschine darf nur von geschultem Personal bedient werden.", "a.txt");
  EXPECT_EQ(reading.summary.language, "de");
}

}  // namespace
}  // namespace aiva::documents
