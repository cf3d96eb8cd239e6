#include "faces/load/profile.h"

#include <gtest/gtest.h>

namespace aiva::load {
namespace {

double weight(const Mix& mix, Operation operation) {
  return mix[static_cast<std::size_t>(operation)];
}

TEST(Profile, has_what_the_guide_counts) {
  ASSERT_EQ(all_profiles().size(), 4U);
  const auto& documents = find_profile("document_heavy")->per_minute;
  EXPECT_EQ(weight(documents, Operation::search), 300);
  EXPECT_EQ(weight(documents, Operation::upload) * 60, 150);
  EXPECT_EQ(weight(documents, Operation::chat), 0);
  EXPECT_EQ(weight(find_profile("chat_heavy")->per_minute, Operation::chat), 750);
  const auto& mixed = find_profile("mixed")->per_minute;
  EXPECT_EQ(weight(mixed, Operation::search), 450);
  EXPECT_EQ(weight(mixed, Operation::upload) * 60, 75);
  EXPECT_EQ(find_profile("lazy"), nullptr);
}

TEST(Profile, picks_operations_as_often_as_they_weigh) {
  auto mix = parse_mix("search=3,list_bases=1,credits=0");
  ASSERT_TRUE(mix);

  int searches = 0;
  for (int i = 0; i < 1000; ++i) {
    auto picked = pick(*mix, i / 1000.0);
    searches += picked == Operation::search ? 1 : 0;
    EXPECT_NE(picked, Operation::credits);
  }

  EXPECT_EQ(searches, 750);
  EXPECT_EQ(pick(*mix, 1), Operation::search);  // where rounding may lead
}

TEST(Profile, refuses_mixes_that_are_none) {
  for (const auto* text : {"", "search", "search=", "search=x", "search=-1", "search=0", "fly=1",
                           "search=1;chat=1", "open_session=1", "search=1e9", "search=nan"})
    EXPECT_FALSE(parse_mix(text)) << text;
}

}  // namespace
}  // namespace aiva::load
