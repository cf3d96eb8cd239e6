#include "documents/clean_text.h"

#include <gtest/gtest.h>

namespace aiva::documents {
namespace {

TEST(CleanText, collapses_blanks_and_keeps_single_line_ends) {
  EXPECT_EQ(clean_flowing_text("  a \t b\r\n\r\n  c\xC2\xA0 d  "), "a b\nc d");
}

TEST(CleanText, drops_control_and_invisible_characters) {
  EXPECT_EQ(clean_flowing_text(std::string_view("a\0b\x07"
                                                "c\xC2\xAD"
                                                "d\xE2\x80\x8B"
                                                "e\xEF\xBF\xBE",
                                                15)),
            "abcde");
}

TEST(CleanText, spells_ligatures_out) {
  EXPECT_EQ(clean_flowing_text("e\xEF\xAC\x83"
                               "cient \xEF\xAC\x81le"),
            "efficient file");
}

TEST(CleanText, keeps_joiners_that_change_spelling) {
  EXPECT_EQ(clean_flowing_text("می\xE2\x80\x8Cخواهم"), "می\xE2\x80\x8Cخواهم");
}

TEST(CleanText, keeps_indentation_of_preformatted_text) {
  EXPECT_EQ(clean_preformatted_text("\n\n  if x:\n\ty()   \n\n\n\nend\n"), "  if x:\n\ty()\n\nend");
}

TEST(CleanText, replaces_broken_utf8) {
  EXPECT_EQ(clean_flowing_text("a\xFF"
                               "b"),
            "a\xEF\xBF\xBD"
            "b");
}

}  // namespace
}  // namespace aiva::documents
