#include "capabilities/commerce/internal/spelling.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::commerce {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Spelling : public testing::Test {
 protected:
  Understood read(std::string_view text, std::vector<std::string> known = {}) {
    const Vocabulary* vocabularies[] = {&words_};
    return understand(text, vocabularies, known, analyzer_);
  }

  retrieval::Analyzer analyzer_;
  Vocabulary words_{{{"red", 3}, {"sneakers", 4}, {"shoes", 2}, {"tee", 1}, {"rouge", 1}}};
};

TEST_F(Spelling, leaves_words_that_are_there_as_they_are) {
  auto read_text = read("Red SNEAKERS");

  EXPECT_EQ(read_text.words, "Red SNEAKERS");
  EXPECT_EQ(read_text.meaning, "Red SNEAKERS");
  EXPECT_EQ(read_text.corrected, "");
  EXPECT_THAT(read_text.terms, ElementsAre("red", "sneakers"));
}

TEST_F(Spelling, puts_wrong_words_right) {
  auto read_text = read("snekaers red");

  EXPECT_EQ(read_text.words, "sneakers red");
  EXPECT_EQ(read_text.corrected, "sneakers red");
  EXPECT_THAT(read_text.terms, ElementsAre("sneakers", "red"));
}

TEST_F(Spelling, takes_the_last_word_for_a_beginning) {
  auto read_text = read("red snea");

  EXPECT_EQ(read_text.words, "red snea*");
  EXPECT_EQ(read_text.meaning, "red snea");
  EXPECT_EQ(read_text.corrected, "");
}

TEST_F(Spelling, searches_for_both_forms_of_a_word) {
  auto read_text = read("shoe red");

  EXPECT_EQ(read_text.words, "shoe shoes red");
  EXPECT_EQ(read_text.corrected, "");
}

TEST_F(Spelling, leaves_alone_what_stands_elsewhere_is_quoted_or_a_code) {
  EXPECT_EQ(read("snekaers red", {"snekaers"}).corrected, "");
  EXPECT_EQ(read("\"snekaers red\" red").corrected, "");
  EXPECT_EQ(read("snekaers* red").corrected, "");
  EXPECT_EQ(read("sneakers-40 red").corrected, "");
  EXPECT_EQ(read("").words, "");
}

TEST_F(Spelling, names_the_words_that_shelves_lack) {
  const Vocabulary* vocabularies[] = {&words_};

  EXPECT_THAT(strange_words("Red snekaers \"blue\" 42 snekaers", vocabularies, analyzer_),
              ElementsAre("snekaers"));
  EXPECT_THAT(strange_words("", vocabularies, analyzer_), IsEmpty());
}

TEST_F(Spelling, has_codes_whole_among_the_names) {
  EXPECT_THAT(names_of("AB-1234", analyzer_), testing::Contains("ab-1234"));
  EXPECT_THAT(words_of("AB-1234", analyzer_), testing::Not(testing::Contains("ab-1234")));
}

}  // namespace
}  // namespace aiva::commerce
