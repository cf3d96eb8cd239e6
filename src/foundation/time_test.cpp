#include "foundation/time.h"

#include <gtest/gtest.h>

#include "foundation/text/utf8.h"

namespace aiva {
namespace {

TEST(Time, writes_and_reads_iso_8601) {
  EXPECT_EQ(to_iso8601(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_iso8601(1762157730123), "2025-11-03T08:15:30.123Z");
  EXPECT_EQ(parse_iso8601("2025-11-03T08:15:30.123Z"), 1762157730123);
  EXPECT_EQ(parse_iso8601("2025-11-03T08:15:30Z"), 1762157730000);
  EXPECT_EQ(parse_iso8601("2025-11-03T08:15:30.1239999999999999999999999Z"), 1762157730123);
}

TEST(Time, refuses_impossible_instants) {
  for (std::string_view text :
       {"", "2025-02-30T00:00:00Z", "2025-01-01T24:00:00Z", "2025-01-01T00:00:00",
        "2025-01-01T00:00:00+02:00", "2025-01-01T-1:00:00Z", "2025- 1-01T00:00:00Z",
        "+202-01-01T00:00:00Z", "2025-01-01T00:00:00.Z",
        "2025-01-01T00:00:00.0000000000000000000Z and more"})
    EXPECT_FALSE(parse_iso8601(text)) << text;
}

TEST(Utf8, tells_well_formed_text_from_broken_text) {
  EXPECT_TRUE(is_valid_utf8("plain, \xC3\xA4, \xE4\xB8\xAD, \xF0\x9F\x99\x82"));
  for (std::size_t before = 0; before < 20; ++before) {
    std::string plain(before, 'x');
    EXPECT_TRUE(is_valid_utf8(plain + "\xC3\xA4" + plain)) << before;
    EXPECT_FALSE(is_valid_utf8(plain + "\xC3" + plain)) << before;
    EXPECT_FALSE(is_valid_utf8(plain + "\xA4")) << before;
  }
  for (std::string_view text : {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                                "\xF4\x90\x80\x80", "\xC3", "\xF0\x9F\x99"})
    EXPECT_FALSE(is_valid_utf8(text));
}

TEST(Utf8, repairs_each_broken_byte_with_the_replacement_character) {
  EXPECT_EQ(repair_utf8("a\x80"
                        "b"),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(Utf8, never_cuts_a_character) {
  EXPECT_EQ(utf8_prefix("a\xC3\xA4z", 2), "a");
  EXPECT_EQ(utf8_prefix("a\xC3\xA4z", 3), "a\xC3\xA4");
  EXPECT_EQ(utf8_prefix("ab", 9), "ab");
}

}  // namespace
}  // namespace aiva
