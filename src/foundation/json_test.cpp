#include "foundation/json.h"

#include <gtest/gtest.h>

#include "foundation/json_writer.h"

namespace aiva {
namespace {

TEST(Json, refuses_malformed_text_with_a_position) {
  for (std::string_view text : {"", "{", "{\"a\":1,}", "{} x", "\"\xff\"", "nul", "{\"a\":01}"}) {
    auto parsed = json::parse(text);

    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid);
    EXPECT_NE(parsed.error().message.find("byte"), std::string::npos);
  }
}

TEST(Json, refuses_text_that_is_too_deep_or_too_long) {
  std::string deep(100, '[');

  EXPECT_FALSE(json::parse(deep + std::string(100, ']')));
  EXPECT_EQ(json::parse("[1,2,3]", {.bytes_max = 3}).error().code, ErrorCode::too_large);
}

TEST(JsonFields, reports_every_mistake_at_once) {
  auto value = json::parse(R"({"name":"","size":"x","flag":1,"count":500})").value();

  json::Fields fields(value);
  fields.text("name", {.length_min = 1});
  fields.text("missing", {});
  fields.integer("size", 0, 0, 10);
  fields.integer("count", 0, 0, 10);
  fields.boolean("flag", false);
  auto outcome = fields.finish();

  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::invalid);
  EXPECT_EQ(outcome.error().details.size(), 5U);
}

TEST(JsonFields, reads_what_is_right_and_passes_over_the_rest) {
  auto value =
      json::parse(R"({"name":"n","size":7,"flag":true,"none":null,"nobody_asks":[]})").value();

  json::Fields fields(value);

  EXPECT_EQ(fields.text("name", {.length_min = 1}), "n");
  EXPECT_EQ(fields.integer("size", 0, 0, 10), 7);
  EXPECT_TRUE(fields.boolean("flag", false));
  EXPECT_FALSE(fields.optional_text("none", {}));
  EXPECT_TRUE(fields.finish());
}

TEST(JsonWriter, escapes_what_must_be_wherever_it_stands) {
  for (std::string_view mark : {"\"", "\\", "\n", "\x01", "\x1f", "\x7f", "é", "\x20"})
    for (std::size_t length = 0; length < 20; ++length)
      for (std::size_t place = 0; place <= length; ++place) {
        std::string wanted(length, 'a');
        wanted.insert(place, mark);
        std::string text;
        JsonWriter(text).value(wanted);

        auto read = json::parse(text);

        ASSERT_TRUE(read) << text;
        ASSERT_EQ(read->get_string(), wanted);
      }
}

TEST(JsonWriter, writes_what_a_parser_reads_back) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("a", "x\"\\\n\x01").field("b", 1.5).field("c", true);
  writer.key("d").begin_array().value(1).value(-2).null().end_array();
  writer.key("e").begin_object().end_object().end_object();

  auto value = json::parse(text);

  ASSERT_TRUE(value) << text;
  EXPECT_EQ(text,
            "{\"a\":\"x\\\"\\\\\\n\\u0001\",\"b\":1.5,\"c\":true,\"d\":[1,-2,null],\"e\":{}}");
}

}  // namespace
}  // namespace aiva
