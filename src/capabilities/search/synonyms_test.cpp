#include "capabilities/search/synonyms.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::search {
namespace {

std::string additions(const std::string& file, const std::string& query) {
  auto synonyms = Synonyms::parse(file);
  EXPECT_TRUE(synonyms.has_value()) << synonyms.error().message;
  return synonyms ? synonyms->additions_to(query) : std::string();
}

TEST(Synonyms, add_what_a_query_does_not_say) {
  const std::string file =
      "# of the office\ninvoice, bill, statement of account\n\nphone,telephone\n";

  EXPECT_EQ(additions(file, "Where are my invoices?"), "bill statement of account");
  EXPECT_EQ(additions(file, "the bill and the invoice"), "statement of account");
  EXPECT_EQ(additions(file, "a statement of account by TELEPHONE"), "invoice bill phone");
  EXPECT_EQ(additions(file, "a statement on account"), "");
  EXPECT_EQ(additions(file, ""), "");
  EXPECT_EQ(additions("", "invoice"), "");
}

TEST(Synonyms, cannot_make_a_query_stricter) {
  EXPECT_EQ(additions("invoice, \"exact words\", bill*  # a remark\n", "invoice"),
            "exact words bill");
}

TEST(Synonyms, are_told_apart_by_their_fingerprints) {
  auto one = Synonyms::parse("invoice, bill");
  auto same = Synonyms::parse("invoice, bill");
  auto other = Synonyms::parse("invoice, note");

  ASSERT_TRUE(one && same && other);
  EXPECT_EQ(one->fingerprint(), same->fingerprint());
  EXPECT_NE(one->fingerprint(), other->fingerprint());
}

TEST(Synonyms, add_only_so_much) {
  std::string file;
  for (int i = 0; i < 100; ++i) file += "invoice, word" + std::to_string(i) + "\n";

  auto added = additions(file, "invoice");

  EXPECT_GT(added.size(), 300U);
  EXPECT_LE(added.size(), 400U);
}

TEST(Synonyms, name_the_line_that_is_wrong) {
  const std::string lines[] = {"alone", "a,", "a,,b", "a, ...", "a, " + std::string(300, 'b')};
  for (const auto& line : lines) {
    auto synonyms = Synonyms::parse("invoice, bill\r\n" + line + "\n");
    ASSERT_FALSE(synonyms.has_value()) << line;
    EXPECT_EQ(synonyms.error().code, ErrorCode::invalid) << line;
    EXPECT_NE(synonyms.error().message.find("Line 2"), std::string::npos) << line;
  }
  EXPECT_EQ(Synonyms::parse("\xff, a").error().code, ErrorCode::invalid);
  EXPECT_EQ(Synonyms::parse(std::string(2'000'000, '\n')).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace aiva::search
