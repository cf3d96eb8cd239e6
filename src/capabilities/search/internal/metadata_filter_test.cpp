#include "capabilities/search/internal/metadata_filter.h"

#include <gtest/gtest.h>

namespace aiva::search {
namespace {

json::Object object(std::string_view text) { return json::parse(text)->get_object(); }

TEST(MetadataFilter, wants_every_member_with_its_value) {
  constexpr std::string_view metadata =
      R"({"year":2024,"kind":"report","final":true,"note":null,"tags":["a"]})";

  EXPECT_TRUE(fits_filter(metadata, object("{}")));
  EXPECT_TRUE(fits_filter(metadata, object(R"({"year":2024.0,"kind":"report"})")));
  EXPECT_TRUE(fits_filter(metadata, object(R"({"final":true,"note":null})")));
  EXPECT_FALSE(fits_filter(metadata, object(R"({"year":"2024"})")));
  EXPECT_FALSE(fits_filter(metadata, object(R"({"kind":"report","year":2023})")));
  EXPECT_FALSE(fits_filter(metadata, object(R"({"missing":null})")));
  EXPECT_FALSE(fits_filter("", object(R"({"a":1})")));
}

TEST(MetadataFilter, knows_texts_numbers_and_flags_only) {
  EXPECT_TRUE(is_fit_filter(object(R"({"a":1,"b":"x","c":false,"d":null})")));
  EXPECT_FALSE(is_fit_filter(object(R"({"a":[1]})")));
  EXPECT_FALSE(is_fit_filter(object(R"({"a":{}})")));
  json::Object many;
  for (int i = 0; i < 11; ++i) many[std::to_string(i)] = i;
  EXPECT_FALSE(is_fit_filter(many));
}

}  // namespace
}  // namespace aiva::search
