#include "foundation/flat_object.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace aiva {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "name=value" of each member, numbers with a #; nothing for what is not read.
std::vector<std::string> members(std::string_view text) {
  std::vector<std::string> all;
  FlatObject object(text);
  if (!object.begin()) return {};
  do {
    auto member = object.next();
    if (!member) return {};
    all.push_back(std::string(member->name) + (member->is_text ? "=" : "#") +
                  std::string(member->value));
  } while (object.has_more());
  return object.end() ? all : std::vector<std::string>();
}

TEST(FlatObject, reads_texts_and_whole_numbers) {
  EXPECT_THAT(members(R"({"type":"append","n":20,"audio":"AAAA"})"),
              ElementsAre("type=append", "n#20", "audio=AAAA"));
  EXPECT_THAT(members(" { \"a\" : \"\" ,\n\t\"b\" : 0 } \r\n"), ElementsAre("a=", "b#0"));
  EXPECT_THAT(members("{\"a\":\"\xC3\xA4\"}"), ElementsAre("a=\xC3\xA4"));
}

TEST(FlatObject, takes_no_byte_for_the_end_of_the_text) {
  using std::string_view_literals::operator""sv;
  EXPECT_THAT(members("{\"a\":\"\x7F\"}"), ElementsAre("a=\x7F"));
  EXPECT_THAT(members("\0{\"a\":\"b\"}"sv), IsEmpty());
  EXPECT_THAT(members("{\"a\":\"b\"}\0"sv), IsEmpty());
  EXPECT_THAT(members("{\"a\":\0}"sv), IsEmpty());
  EXPECT_THAT(members("{\"a\":\"\0\"}"sv), IsEmpty());
  EXPECT_THAT(members("{\"a\\\":\"b\"}"), IsEmpty());
  // A text ends in the middle at any place.
  std::string_view whole = R"({"a":"b","n":12})";
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THAT(members(whole.substr(0, size)), IsEmpty()) << size;
}

TEST(FlatObject, leaves_everything_else_to_the_parser) {
  for (std::string_view text : {"",
                                "{",
                                "{}",
                                "[]",
                                R"("a")",
                                R"({"a"})",
                                R"({"a":})",
                                R"({"a":"b")",
                                R"({"a":"b",})",
                                R"({"a":"b"}})",
                                R"({"a":"b"} x)",
                                R"({"a":"\n"})",
                                "{\"a\":\"\n\"}",
                                R"({"\u0061":"b"})",
                                R"({"a":{"b":"c"}})",
                                R"({"a":["b"]})",
                                R"({"a":true})",
                                R"({"a":null})",
                                R"({"a":-1})",
                                R"({"a":1.5})",
                                R"({"a":1e3})",
                                R"({"a":01})",
                                R"({a:"b"})",
                                R"({"a":"b" "c":"d"})",
                                R"({'a':"b"})"})
    EXPECT_THAT(members(text), IsEmpty()) << text;
}

}  // namespace
}  // namespace aiva
