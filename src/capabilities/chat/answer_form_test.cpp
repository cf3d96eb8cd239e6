#include "capabilities/chat/answer_form.h"

#include <gtest/gtest.h>

namespace aiva::chat {
namespace {

double likeness(std::string_view question, std::string_view sentence) {
  return AnswerForm(question).likeness(search::terms_of(sentence));
}

TEST(AnswerForm, wants_a_figure_where_one_is_asked_for) {
  for (std::string_view question :
       {"When are refunds paid?", "How long does it take?", "How many moons are there?",
        "What is the maximum depth?", "How heavy is the tent?", "what does it cost"}) {
    EXPECT_EQ(likeness(question, "It is 14."), 1) << question;
    EXPECT_EQ(likeness(question, "Seven, or more."), 1) << question;
    EXPECT_EQ(likeness(question, "It depends."), 0) << question;
  }
}

TEST(AnswerForm, wants_the_subject_explained_where_its_meaning_is_asked) {
  EXPECT_EQ(likeness("What is the base system?", "The base system is a minimal set."), 1);
  EXPECT_EQ(likeness("What does IPX7 mean?", "IPX7 means that it may be dipped."), 1);
  EXPECT_EQ(likeness("What is the purpose of /srv?", "/srv contains data of this site."), 1);
  EXPECT_EQ(likeness("What is the base system?", "It is a part of the base system."), 0);
  EXPECT_EQ(likeness("What is the base system?", "The system is large."), 0.5);
  EXPECT_EQ(likeness("What is /srv?", "Names below /srv are free."), 0.5);
}

TEST(AnswerForm, knows_questions_for_the_manner) {
  EXPECT_TRUE(AnswerForm("How do I reset it?").wants_manner());
  EXPECT_TRUE(AnswerForm("how should scripts prompt").wants_manner());
  EXPECT_FALSE(AnswerForm("How long is it?").wants_manner());
  EXPECT_FALSE(AnswerForm("Why?").wants_manner());
}

TEST(AnswerForm, wants_nothing_in_particular_of_other_questions) {
  EXPECT_EQ(likeness("Is shipping free?", "Shipping is free above 900 kroner."), 0);
  EXPECT_EQ(likeness("How do I reset it?", "Hold the button for 8 seconds."), 0);
  EXPECT_EQ(likeness("", "Anything."), 0);
}

}  // namespace
}  // namespace aiva::chat
