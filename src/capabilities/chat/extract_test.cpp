#include "capabilities/chat/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace aiva::chat {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

search::TextHit hit(std::string text, int page, std::string heading = {},
                    std::string document = "Handbook.pdf") {
  static std::int64_t index = 0;
  search::TextHit made{.score = 0.9};
  auto size = text.size();
  made.chunk = {.id = ChunkId::make(),
                .index = index++,
                .text = std::move(text),
                .heading_path = std::move(heading),
                .page_first = page,
                .page_last = page,
                .spans = {{.page = page, .begin = 0, .end = size}},
                .document_name = std::move(document)};
  return made;
}

// The reply that words alone choose.
ExtractiveReply reply_to(std::string_view question, const std::vector<search::TextHit>& hits) {
  return compose_reply(hits,
                       choose_extracts(question, hits, shortlist_extracts(question, hits, 24)));
}

TEST(Extract, answers_with_the_one_sentence_that_says_it) {
  auto reply = reply_to("When are refunds paid?",
                        {hit("Returns are free. Refunds are paid within 14 days of the return's "
                             "arrival. Gift cards are never refunded.",
                             3, "Returns > Refunds"),
                         hit("The lamp floats. It is charged over night.", 7)});

  ASSERT_THAT(reply.sources, SizeIs(1));
  EXPECT_EQ(reply.sources[0].quote, "Refunds are paid within 14 days of the return's arrival.");
  EXPECT_EQ(reply.sources[0].page, 3);
  EXPECT_EQ(reply.sources[0].heading_path, "Returns > Refunds");
  ASSERT_THAT(reply.parts, SizeIs(1));
  EXPECT_EQ(reply.lead + reply.parts[0],
            "From the documents: Refunds are paid within 14 days of the return's arrival. [1]");
}

TEST(Extract, says_so_when_nothing_is_near) {
  auto reply =
      reply_to("Who won the chess championship?", {hit("Refunds are paid within 14 days.", 3)});

  EXPECT_THAT(reply.sources, IsEmpty());
  EXPECT_THAT(reply.parts, IsEmpty());
  EXPECT_EQ(reply.lead, "The documents of this knowledge base do not answer the question.");
}

TEST(Extract, answers_a_written_question_with_what_follows_it) {
  auto reply = reply_to("How do I reset the lamp?",
                        {hit("How do I reset the lamp? Hold the button for ten seconds. The light "
                             "blinks twice. Can I swim with it? Yes, to 30 m.",
                             4)});

  ASSERT_THAT(reply.sources, SizeIs(1));
  EXPECT_EQ(reply.sources[0].quote, "Hold the button for ten seconds. The light blinks twice.");
}

TEST(Extract, takes_the_steps_that_a_colon_announces) {
  auto list = hit("To reset the lamp:\nHold the button.\nWait for the light.", 4);
  list.chunk.spans = {{4, 0, 18}, {4, 19, 35}, {5, 36, 55}};

  auto reply = reply_to("how to reset the lamp", {list});

  ASSERT_THAT(reply.parts, SizeIs(1));
  EXPECT_EQ(reply.parts[0], "\n\nTo reset the lamp:\nHold the button.\nWait for the light. [1]");
}

TEST(Extract, takes_the_sentence_before_when_one_points_back) {
  auto reply = reply_to("How deep may the beacon dive to?",
                        {hit("The Marine Beacon is sealed. It may dive to a depth of 30 m, deep "
                             "enough for reefs.",
                             9)});

  ASSERT_THAT(reply.sources, SizeIs(1));
  EXPECT_THAT(reply.sources[0].quote, testing::StartsWith("The Marine Beacon is sealed. It may"));
}

TEST(Extract, joins_sentences_of_two_documents_that_cover_the_question_together) {
  auto reply = reply_to("refund deadline and courier name",
                        {hit("The refund deadline is 14 days.", 3),
                         hit("The courier has the name Polar Post.", 1, {}, "faq.md")});

  ASSERT_THAT(reply.sources, SizeIs(2));
  EXPECT_EQ(reply.sources[0].number, 1);
  EXPECT_EQ(reply.sources[1].number, 2);
  EXPECT_NE(reply.sources[0].document_name, reply.sources[1].document_name);
  EXPECT_THAT(reply.parts[0], testing::StartsWith("\n\n- "));
  EXPECT_THAT(reply.parts[1], testing::StartsWith("\n- "));
}

TEST(Extract, says_the_same_thing_once) {
  auto reply = reply_to("When are refunds paid?",
                        {hit("Refunds are paid within 14 days.", 3),
                         hit("Refunds are paid within 14 days!", 1, {}, "faq.md")});

  EXPECT_THAT(reply.sources, SizeIs(1));
}

TEST(Extract, lets_meaning_overrule_words) {
  std::vector<search::TextHit> hits = {hit("The refund form is blue.", 1),
                                       hit("You get your money back in two weeks.", 2)};
  auto extracts = shortlist_extracts("When do I receive my refund?", hits, 24);
  ASSERT_THAT(extracts, SizeIs(2));
  for (auto& extract : extracts) extract.cosine = extract.hit == 1 ? 0.95 : 0.05;

  auto chosen = choose_extracts("When do I receive my refund?", hits, extracts);

  ASSERT_FALSE(chosen.empty());
  EXPECT_EQ(chosen.front().hit, 1U);
}

TEST(Extract, prefers_a_figure_where_one_is_asked_for) {
  auto reply = reply_to("How long is the warranty?",
                        {hit("The warranty is long. The warranty is 24 months long.", 6)});

  ASSERT_FALSE(reply.sources.empty());
  EXPECT_THAT(reply.sources[0].quote, testing::HasSubstr("24 months"));
}

TEST(Extract, does_not_pass_brackets_of_a_document_off_as_its_own_markers) {
  auto reply = reply_to("what did Miller show", {hit("Miller [12] did show a[0] is fine.", 6)});

  ASSERT_THAT(reply.parts, SizeIs(1));
  EXPECT_EQ(reply.parts[0], " Miller (12) did show a(0) is fine. [1]");
  EXPECT_THAT(reply.sources[0].quote, testing::HasSubstr("[12]"));
}

TEST(Extract, goes_on_by_a_sentence_where_the_manner_is_asked) {
  std::vector<search::TextHit> hits = {
      hit("Scripts may prompt the user. They do it through debconf. Nothing else is allowed.", 28)};

  auto manner = reply_to("How should scripts prompt the user?", hits);
  auto permission = reply_to("May scripts prompt the user?", hits);

  ASSERT_THAT(manner.sources, SizeIs(1));
  EXPECT_EQ(manner.sources[0].quote, "Scripts may prompt the user. They do it through debconf.");
  ASSERT_FALSE(permission.sources.empty());
  EXPECT_EQ(permission.sources[0].quote, "Scripts may prompt the user.");
}

TEST(Extract, shows_code_as_code) {
  auto code = hit("aiva serve --port 62001", 2);
  code.chunk.type = "code";

  auto reply = reply_to("serve port", {code});

  ASSERT_THAT(reply.parts, SizeIs(1));
  EXPECT_EQ(reply.parts[0], "\n\n```\naiva serve --port 62001\n```\n [1]");
}

TEST(Extract, names_the_columns_of_a_row) {
  auto table =
      hit("Product | Battery | Cycles\nPolaris | 1800 mAh | 500\nVega | 5200 mAh | 800", 2);
  table.chunk.type = "table";

  auto reply = reply_to("How many cycles does the Vega have?", {table});

  ASSERT_THAT(reply.parts, SizeIs(1));
  EXPECT_EQ(reply.parts[0], " Product: Vega; Battery: 5200 mAh; Cycles: 800 [1]");
  EXPECT_EQ(reply.sources[0].quote, "Vega | 5200 mAh | 800");
}

TEST(Extract, keeps_room_for_sentences_that_share_no_word) {
  std::vector<search::TextHit> hits;
  for (int i = 0; i < 10; ++i) hits.push_back(hit("Other. Lamp one. Lamp two.", 1));

  auto extracts = shortlist_extracts("lamp", hits, 16);

  EXPECT_THAT(extracts, SizeIs(16));
  EXPECT_EQ(std::ranges::count(extracts, 0.0, &Extract::coverage), 4);
}

}  // namespace
}  // namespace aiva::chat
