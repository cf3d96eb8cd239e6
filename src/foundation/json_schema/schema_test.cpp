#include "foundation/json_schema/schema.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::json {
namespace {

Schema schema_of(const std::string& text) {
  auto schema = Schema::parse(text);
  if (!schema) {
    ADD_FAILURE() << text << ": "
                  << (schema.error().details.empty() ? schema.error().message
                                                     : schema.error().details.front().message);
    return *Schema::parse("true");
  }
  return *schema;
}

// The mistakes of a value as "path: message" lines.
std::string mistakes(const Schema& schema, const std::string& value) {
  std::string lines;
  for (const auto& mistake : schema.check(*parse(value)))
    lines += mistake.field + ": " + mistake.message + "\n";
  return lines;
}

struct Case {
  const char* schema;
  const char* good;  // values, a line each
  const char* bad;
};

class Keywords : public ::testing::TestWithParam<Case> {};

TEST_P(Keywords, tell_good_values_from_bad_ones) {
  auto schema = schema_of(GetParam().schema);

  auto each = [](const std::string& lines, auto use) {
    std::size_t at = 0;
    while (at < lines.size()) {
      auto end = lines.find('\n', at);
      if (end == std::string::npos) end = lines.size();
      use(lines.substr(at, end - at));
      at = end + 1;
    }
  };
  each(GetParam().good, [&](const std::string& value) {
    EXPECT_EQ(mistakes(schema, value), "") << GetParam().schema << " " << value;
  });
  each(GetParam().bad, [&](const std::string& value) {
    EXPECT_NE(mistakes(schema, value), "") << GetParam().schema << " " << value;
  });
}

INSTANTIATE_TEST_SUITE_P(
    All, Keywords,
    ::testing::Values(
        Case{R"(true)", "1\nnull\n{}", ""}, Case{R"(false)", "", "1\nnull"},
        Case{R"({"type":"integer"})", "1\n-5\n2.0\n18446744073709551615", "1.5\n\"1\"\ntrue\nnull"},
        Case{R"({"type":"number"})", "1\n1.5", "\"1\"\n[]"},
        Case{R"({"type":["string","null"]})", "\"a\"\nnull", "1\nfalse\n{}"},
        Case{R"({"type":"boolean"})", "true\nfalse", "0\n\"true\""},
        Case{R"({"enum":["a",1,{"b":[2]}]})", "\"a\"\n1\n1.0\n{\"b\":[2]}", "\"b\"\n2\n{\"b\":[]}"},
        Case{R"({"const":{"a":1,"b":2}})", "{\"b\":2,\"a\":1}", "{\"a\":1}\n1"},
        Case{R"({"minimum":1,"maximum":3})", "1\n2.5\n3\n\"x\"", "0\n3.01"},
        Case{R"({"exclusiveMinimum":1,"exclusiveMaximum":3})", "1.1\n2", "1\n3"},
        Case{R"({"multipleOf":0.1})", "0.3\n1\n7.7", "0.35"},
        Case{R"({"minLength":2,"maxLength":3})", "\"äß\"\n\"abc\"\n5", "\"ä\"\n\"abcd\""},
        Case{R"({"pattern":"^[a-z]+$"})", "\"abc\"\n4", "\"ABC\"\n\"\""},
        Case{R"({"items":{"type":"integer"},"minItems":1,"maxItems":2})", "[1]\n[1,2]\n{}",
             "[]\n[1,2,3]\n[\"a\"]"},
        Case{R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})",
             "[]\n[\"a\"]\n[\"a\",1]", "[1]\n[\"a\",\"b\"]"},
        Case{R"({"uniqueItems":true})", "[1,2]\n[[1],[2]]", "[1,1.0]\n[{\"a\":1},{\"a\":1}]"},
        Case{R"({"required":["a"],"properties":{"a":{"type":"string"}}})", "{\"a\":\"\"}\n1",
             "{}\n{\"a\":1}"},
        Case{R"({"properties":{"a":true},"additionalProperties":false})", "{}\n{\"a\":1}",
             "{\"b\":1}"},
        Case{R"({"additionalProperties":{"type":"integer"}})", "{\"x\":1}", "{\"x\":\"1\"}"},
        Case{R"({"minProperties":1,"maxProperties":1})", "{\"a\":1}", "{}\n{\"a\":1,\"b\":2}"},
        Case{R"({"anyOf":[{"type":"string"},{"minimum":5}]})", "\"a\"\n5\nnull", "4"},
        Case{R"({"oneOf":[{"type":"integer"},{"minimum":5}]})", "3\n5.5", "6\n4.5"},
        Case{R"({"allOf":[{"type":"integer"},{"minimum":5}]})", "5", "4\n5.5"},
        Case{R"({"not":{"type":"string"}})", "1", "\"a\""},
        Case{R"({"format":"date"})", "\"2024-02-29\"\n1", "\"2023-02-29\"\n\"2024-13-01\"\n\"x\""},
        Case{R"({"format":"time"})", "\"10:00:00Z\"\n\"10:00:00.5+02:00\"",
             "\"10:00:00\"\n\"24:00:00Z\""},
        Case{R"({"format":"date-time"})", "\"2024-01-01T10:00:00Z\"", "\"2024-01-01\"\n\"x\""},
        Case{R"({"format":"email"})", "\"a@b.example\"", "\"a\"\n\"@b\"\n\"a@\"\n\"a b@c.d\""},
        Case{R"({"format":"uri"})", "\"https://a.example/b?c\"", "\"a/b\"\n\"http://a b\""},
        Case{R"({"format":"uuid"})", "\"0190b3c4-0000-7000-8000-000000000000\"", "\"0190\""},
        Case{R"({"format":"ipv4"})", "\"10.0.0.255\"",
             "\"10.0.0\"\n\"10.0.0.256\"\n\"1.2.3.4.5\"\n\"01.2.3.4\""},
        Case{R"({"format":"other"})", "\"anything\"", ""}));

TEST(Schema, names_the_place_of_each_mistake) {
  auto schema = schema_of(R"({"type":"object","required":["city"],"additionalProperties":false,
      "properties":{"city":{"type":"string"},"days":{"type":"array","items":{"type":"integer",
      "maximum":7}}}})");

  EXPECT_EQ(mistakes(schema, R"({"days":[1,9,"x"],"when":1})"),
            "city: is required\ndays.1: must be at most 7\ndays.2: must be an integer\n"
            "when: is not known\n");
}

TEST(Schema, refuses_what_is_no_schema) {
  for (const char* text : {"1",
                           "[]",
                           R"({"type":"text"})",
                           R"({"type":[]})",
                           R"({"enum":[]})",
                           R"({"minimum":"1"})",
                           R"({"minLength":-1})",
                           R"({"minItems":3,"maxItems":2})",
                           R"({"pattern":"("})",
                           R"({"properties":[]})",
                           R"({"required":[1]})",
                           R"({"items":3})",
                           R"({"anyOf":{}})",
                           R"({"oneOf":[]})",
                           R"({"multipleOf":0})",
                           R"({"uniqueItems":1})",
                           R"({"$ref":"#/a"})",
                           R"({"if":true})",
                           R"({"patternProperties":{}})",
                           "{"}) {
    auto schema = Schema::parse(text, "parameters");
    ASSERT_FALSE(schema.has_value()) << text;
    EXPECT_EQ(schema.error().code, ErrorCode::invalid);
    ASSERT_FALSE(schema.error().details.empty());
    EXPECT_TRUE(schema.error().details.front().field.starts_with("parameters")) << text;
  }
}

TEST(Schema, bounds_what_strangers_write) {
  std::string deep = "true";
  for (int i = 0; i < 20; ++i) deep = R"({"items":)" + deep + "}";
  std::string wide = R"({"properties":{)";
  for (int i = 0; i < 2100; ++i) wide += (i == 0 ? "\"p" : ",\"p") + std::to_string(i) + "\":{}";
  wide += "}}";

  EXPECT_FALSE(Schema::parse(deep).has_value());
  EXPECT_FALSE(Schema::parse(wide).has_value());
  EXPECT_FALSE(Schema::parse("{\"title\":\"" + std::string(70'000, 'x') + "\"}").has_value());
}

TEST(Schema, gives_up_on_values_that_take_too_long) {
  std::string nested = R"({"type":"integer"})";
  for (int i = 0; i < 6; ++i)
    nested = R"({"anyOf":[{"items":)" + nested + R"(},{"items":)" + nested + "}]}";
  auto branching = schema_of(nested);
  auto unique = schema_of(R"({"uniqueItems":true})");
  std::string value = "\"x\"";
  for (int i = 0; i < 6; ++i) value = "[" + value + "," + value + "," + value + "," + value + "]";
  std::string many = "[0";
  for (int i = 1; i < 3000; ++i) many += "," + std::to_string(i);

  EXPECT_EQ(mistakes(branching, value), ": takes too long to check\n");
  EXPECT_EQ(mistakes(unique, many + "]"), ": takes too long to check\n");
}

TEST(Schema, says_a_bounded_number_of_mistakes) {
  auto schema = schema_of(R"({"items":{"type":"string"}})");

  EXPECT_EQ(schema.check(*parse("[" + std::string(R"(1,)") + std::string(198, ' ') + "1]")).size(),
            2U);
  std::string many = "[0";
  for (int i = 0; i < 100; ++i) many += ",0";
  EXPECT_EQ(schema.check(*parse(many + "]")).size(), 20U);
}

}  // namespace
}  // namespace aiva::json
