#include "openapi/yaml_to_json.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::openapi {
namespace {

struct Case {
  std::string yaml;
  std::string json;
};

TEST(YamlToJson, keeps_the_type_each_scalar_has_in_yaml) {
  const Case cases[] = {
      {"200", "200"},         {"'200'", "\"200\""}, {"\"true\"", "\"true\""},
      {"true", "true"},       {"no", "\"no\""},     {"~", "null"},
      {"", "null"},           {"0.50", "0.50"},     {"-1e-3", "-1e-3"},
      {"3.1.0", "\"3.1.0\""}, {"0x1F", "31"},       {"+7", "7"},
      {".5", "0.5"},          {"007", "7"},         {"2024-01-02", "\"2024-01-02\""},
      {"1e", "\"1e\""},       {"!!str 5", "\"5\""},
  };

  for (const Case& example : cases) {
    EXPECT_EQ(yaml_to_json(example.yaml).value_or("failed"), example.json) << example.yaml;
  }
}

TEST(YamlToJson, keeps_the_order_of_keys_and_makes_every_key_a_string) {
  const std::string yaml = "responses:\n  404: {description: gone}\n  200: [a, 1]\n";

  const auto json = yaml_to_json(yaml);

  EXPECT_EQ(json.value_or("failed"),
            R"({"responses":{"404":{"description":"gone"},"200":["a",1]}})");
}

TEST(YamlToJson, escapes_what_json_cannot_hold_plainly) {
  const std::string yaml = "a: |\n  say \"hi\"\\\n  ü\nb: \"tab\\there\"\n";

  const auto json = yaml_to_json(yaml);

  EXPECT_EQ(json.value_or("failed"),
            "{\"a\":\"say \\\"hi\\\"\\\\\\nü\\n\",\"b\":\"tab\\u0009here\"}");
}

TEST(YamlToJson, follows_anchors) {
  const auto json = yaml_to_json("a: &x [1]\nb: *x\n");

  EXPECT_EQ(json.value_or("failed"), R"({"a":[1],"b":[1]})");
}

TEST(YamlToJson, names_the_line_of_a_mistake) {
  EXPECT_EQ(yaml_to_json("a: 1\na: 2\n").error(), "line 2: key a is written twice");
  EXPECT_TRUE(yaml_to_json("a: [1\nb: 2\n").error().starts_with("line "));
  EXPECT_EQ(yaml_to_json("a: .inf").error(), "line 1: JSON has no such number");
}

TEST(YamlToJson, refuses_nesting_without_end) {
  const std::string yaml = std::string(150, '[') + std::string(150, ']');

  EXPECT_EQ(yaml_to_json(yaml).error(), "line 1: nested too deeply");
}

}  // namespace
}  // namespace aiva::openapi
