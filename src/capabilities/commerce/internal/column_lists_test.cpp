#include "capabilities/commerce/internal/column_lists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aiva::commerce {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ColumnLists, are_read_as_they_are_written) {
  EXPECT_THAT(read_tags(R"(["a","b"])"), ElementsAre("a", "b"));
  EXPECT_THAT(read_options(R"([{"name":"Size","value":"42"}])"),
              ElementsAre(ChosenOption{"Size", "42"}));
  auto collections = read_collections(R"([{"id":"1","title":"New"}])");
  ASSERT_THAT(collections, SizeIs(1));
  EXPECT_EQ(collections[0].id, "1");
  EXPECT_EQ(collections[0].title, "New");
  auto fields = read_metafields(R"([{"space":"s","key":"k","type":"t","value":"v"}])");
  ASSERT_THAT(fields, SizeIs(1));
  EXPECT_EQ(fields[0].key, "k");
  EXPECT_EQ(fields[0].value, "v");
}

TEST(ColumnLists, leave_out_what_is_malformed) {
  EXPECT_THAT(read_tags("{"), IsEmpty());
  EXPECT_THAT(read_tags("{}"), IsEmpty());
  EXPECT_THAT(read_tags(""), IsEmpty());
  EXPECT_THAT(read_tags(R"(["a",1,null])"), ElementsAre("a"));
  EXPECT_THAT(read_options(R"(["x",{"name":1}])"), SizeIs(1));
  EXPECT_THAT(read_metafields("[[]]"), IsEmpty());
}

}  // namespace
}  // namespace aiva::commerce
