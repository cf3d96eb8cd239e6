#include <gtest/gtest.h>

#include <string>

#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

std::string read(std::string_view bytes, std::string_view name = "a.json") {
  auto reading = read_into_text(bytes, name);
  return reading.error ? "failed: " + reading.error->message : reading.text();
}

std::string repeat(std::string_view piece, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

TEST(Json, writes_names_and_values_as_lines) {
  EXPECT_EQ(read(R"({"name": "Bolt", "price": 1.50, "in stock": true, "old": null,
                     "sizes": ["M4", "M5"]})"),
            "p1 paragraph: name: Bolt\nprice: 1.50\nin stock: true\nsizes: M4, M5\n");
}

TEST(Json, makes_headings_of_nested_names_after_the_lines_beside_them) {
  EXPECT_EQ(read(R"({"shop": {"address": {"city": "Bonn"}, "owner": "Ada"}, "id": 7})"),
            "p1 paragraph: id: 7\n"
            "p1 heading 1: shop\np1 paragraph: owner: Ada\n"
            "p1 heading 2: address\np1 paragraph: city: Bonn\n");
}

TEST(Json, makes_a_table_of_things_with_the_same_names) {
  EXPECT_EQ(
      read(R"({"items": [{"sku": "a1", "qty": 2}, {"sku": "b|2", "qty": 10, "tags": ["x"]}]})"),
      "p1 heading 1: items\n"
      "p1 table (header 1): sku | qty | tags\na1 | 2\nb\\|2 | 10 | x\n");
}

TEST(Json, makes_a_table_of_rows) {
  EXPECT_EQ(read(R"([["city", "people"], ["Bonn", 330000], ["Trier", 110000]])"),
            "p1 table (header 1): city | people\nBonn | 330000\nTrier | 110000\n");
}

TEST(Json, gives_things_with_parts_a_section_each) {
  EXPECT_EQ(read(R"([{"name": "Ada", "jobs": [{"year": 1843, "what": "notes"},
                                              {"year": 1844, "what": "more"}]},
                     {"name": "Bob", "jobs": []}])"),
            "p1 heading 1: Ada\np1 paragraph: name: Ada\np1 heading 2: jobs\n"
            "p1 table (header 1): year | what\n1843 | notes\n1844 | more\n"
            "p1 paragraph: name: Bob\n");
}

TEST(Json, writes_lists_of_long_texts_as_items) {
  auto text = std::string(500, 'x');
  EXPECT_EQ(read("[\"" + text + "\", \"b\"]"), "p1 item 1: " + text + "\np1 item 1: b\n");
}

TEST(Json, decodes_escapes) {
  EXPECT_EQ(read(R"({"a": "\u00fc \ud83d\ude00 \"q\" \ud83d c:\\x"})"),
            "p1 paragraph: a: ü 😀 \"q\" \xEF\xBF\xBD c:\\x\n");
}

TEST(Json, takes_the_title_from_its_name) {
  EXPECT_EQ(read_into_text(R"({"title": "Handbook", "x": 1})", "a.json").summary.title, "Handbook");
}

TEST(Json, names_the_place_where_it_is_broken) {
  EXPECT_EQ(read("{\"a\": 1,\n \"b\" 2}"),
            "failed: The JSON is broken at line 2, column 6: a colon is missing");
  EXPECT_EQ(read("[1, 2"), "failed: The JSON is broken at line 1, column 6: it ends too early");
  EXPECT_EQ(read("[01]"),
            "failed: The JSON is broken at line 1, column 4: a number begins with zero");
  EXPECT_EQ(read(R"(["\u1"])"),
            "failed: The JSON is broken at line 1, column 4: four hexadecimal digits are missing");
  EXPECT_EQ(read("[tru]"), "failed: The JSON is broken at line 1, column 2: unknown word");
  EXPECT_EQ(read("{} x"),
            "failed: The JSON is broken: something stands behind its value, at byte 2");
}

TEST(Json, refuses_values_that_nest_too_deep) {
  EXPECT_TRUE(read(repeat("[", 100000)).contains("values nest too deep"));
  EXPECT_TRUE(read(repeat("{\"a\":", 100000)).contains("values nest too deep"));
}

TEST(Json, reads_what_nests_deep_but_within_the_limit) {
  auto text = read(repeat("{\"a\":", 200) + "1" + repeat("}", 200));
  EXPECT_TRUE(text.contains("p1 heading 6: a\n")) << text;
  EXPECT_TRUE(text.ends_with("a: 1\n")) << text;
}

TEST(JsonLines, makes_a_block_of_each_record) {
  EXPECT_EQ(
      read("{\"q\": \"Why?\", \"a\": {\"text\": \"So.\", \"n\": [1, 2]}}\n{\"q\": \"How?\"}\n",
           "a.jsonl"),
      "p1 paragraph: q: Why?\na: text: So., n: 1, 2\np1 paragraph: q: How?\n");
}

TEST(JsonLines, keeps_the_records_before_a_broken_one) {
  auto reading = read_into_text("{\"a\": 1}\n{\"a\": 2}\n{\"a\": \n", "a.jsonl");
  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.text(), "p1 paragraph: a: 1\np1 paragraph: a: 2\n");
  EXPECT_TRUE(reading.summary.partial_reason.contains("line 4")) << reading.summary.partial_reason;
}

TEST(Json, survives_any_changed_byte) {
  const std::string whole =
      R"({"a": [1.5e3, "x\u00e4", {"b": null}], "c": [{"d": 1, "e": 2}, {"d": 3, "e": 4}]})";
  int readable = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (char c : {'\0', '"', '{', ']', '\\', '\xFF'}) {
      auto changed = whole;
      changed[i] = c;
      readable += read_into_text(changed, "a.json").error ? 0 : 1;
    }
  }
  EXPECT_GT(readable, 0);
}

}  // namespace
}  // namespace aiva::documents
