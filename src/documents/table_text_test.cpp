#include "documents/table_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::documents {
namespace {

using testing::ElementsAre;

TEST(TableText, gives_back_the_cells_it_was_made_of) {
  std::string text;
  add_table_row(text, std::vector<std::string>{"Size", "a|b", "", "two\nlines"});

  EXPECT_EQ(text, "Size | a\\|b |  | two lines\n");
  EXPECT_THAT(split_table_row("Size | a\\|b |  | two lines"),
              ElementsAre("Size", "a|b", "", "two lines"));
}

TEST(TableText, leaves_out_empty_cells_at_the_end) {
  std::string text;
  add_table_row(text, std::vector<std::string>{"one", " ", ""});

  EXPECT_EQ(text, "one\n");
}

}  // namespace
}  // namespace aiva::documents
