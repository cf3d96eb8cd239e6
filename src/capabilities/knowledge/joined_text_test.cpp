#include "capabilities/knowledge/joined_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace aiva::knowledge {
namespace {

std::string join(const std::vector<Chunk>& chunks, std::string_view heading_path = "") {
  std::vector<const Chunk*> pointers;
  for (const auto& chunk : chunks) pointers.push_back(&chunk);
  return joined_text(heading_path, pointers);
}

TEST(JoinedText, keeps_chunks_apart) {
  EXPECT_EQ(join({{.text = "One."}, {.text = "Two."}}), "One.\n\nTwo.");
}

TEST(JoinedText, says_once_what_parts_of_a_paragraph_repeat) {
  EXPECT_EQ(join({{.text = "The lamp burns. The keeper sleeps well."},
                  {.text = "The keeper sleeps well. The sea is calm."}}),
            "The lamp burns. The keeper sleeps well. The sea is calm.");
  EXPECT_EQ(join({{.text = "All of this is said twice."}, {.text = "All of this is said twice."}}),
            "All of this is said twice.");
}

TEST(JoinedText, takes_little_repetition_for_chance) {
  EXPECT_EQ(join({{.text = "Is it? Yes."}, {.text = "Yes. It is."}}), "Is it? Yes.\n\nYes. It is.");
}

TEST(JoinedText, says_the_header_of_a_split_table_once) {
  Chunk first{.type = "table", .text = "item | price\na | 1", .spans = {{.begin = 0, .end = 18}}};
  Chunk next{.type = "table", .text = "item | price\nb | 2", .spans = {{.begin = 13, .end = 18}}};

  EXPECT_EQ(join({first, next}), "item | price\na | 1\nb | 2");
}

TEST(JoinedText, names_the_headings_below) {
  EXPECT_EQ(join({{.text = "One.", .heading_path = "A"},
                  {.text = "Two.", .heading_path = "A > B"},
                  {.text = "Three.", .heading_path = "A > B"}},
                 "A"),
            "One.\n\nB\n\nTwo.\n\nThree.");
}

TEST(JoinedText, is_found_quickly_in_hostile_chunks) {
  std::string same(100'000, 'a');
  EXPECT_EQ(join({{.text = same}, {.text = same}}).size(), 200'000U - 4096U);
}

}  // namespace
}  // namespace aiva::knowledge
