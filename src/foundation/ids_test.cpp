#include "foundation/ids.h"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

namespace aiva {
namespace {

TEST(Uuid, keeps_its_text_form_through_parsing) {
  const std::string text = "a0000000-0000-4000-8000-00000000beef";

  auto id = Uuid::parse(text);

  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), text);
}

TEST(Uuid, reads_upper_case_and_writes_lower_case) {
  auto id = Uuid::parse("A0000000-0000-4000-8000-00000000BEEF");

  ASSERT_TRUE(id);
  EXPECT_EQ(id->to_string(), "a0000000-0000-4000-8000-00000000beef");
}

TEST(Uuid, refuses_malformed_text) {
  for (std::string_view text :
       {"", "a", "a0000000-0000-4000-8000-00000000bee", "a0000000-0000-4000-8000-00000000beef0",
        "a0000000+0000-4000-8000-00000000beef", "g0000000-0000-4000-8000-00000000beef",
        "a00000000000-4000-8000-00000000beef-"})
    EXPECT_FALSE(Uuid::parse(text)) << text;
}

TEST(Uuid, makes_distinct_time_ordered_ids_of_version_7) {
  std::set<Uuid> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(Uuid::make());

  EXPECT_EQ(ids.size(), 1000U);
  EXPECT_EQ(ids.begin()->to_string()[14], '7');
}

TEST(Uuid, sorts_what_one_thread_makes_within_a_millisecond) {
  auto before = Uuid::make();
  for (int i = 0; i < 1000; ++i) {
    auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(1);
    while (std::chrono::steady_clock::now() < until) {
    }
    auto id = Uuid::make();
    EXPECT_LT(before, id);
    before = id;
  }
}

}  // namespace
}  // namespace aiva
