#include <gtest/gtest.h>

#include "faces/http/header_text.h"
#include "faces/http/internal/file_answer.h"
#include "faces/http/middleware/client_address.h"
#include "faces/http/middleware/gzip.h"
#include "faces/http/middleware/request_id.h"
#include "faces/http/middleware/trace.h"
#include "foundation/crypto.h"

namespace aiva::http {
namespace {

TEST(Traceparent, is_read_strictly) {
  auto trace = parse_traceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

  ASSERT_TRUE(trace);
  EXPECT_EQ(to_hex(trace->trace_id), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(to_hex(trace->span_id), "b7ad6b7169203331");
  EXPECT_TRUE(trace->is_sampled);
  for (const char* bad : {
           "",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
           "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
           "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
       })
    EXPECT_FALSE(parse_traceparent(bad)) << bad;
}

TEST(RequestIds, of_clients_must_be_sane) {
  EXPECT_TRUE(is_sane_request_id("7f3a-Az.09_:/+="));
  EXPECT_FALSE(is_sane_request_id(""));
  EXPECT_FALSE(is_sane_request_id("a b"));
  EXPECT_FALSE(is_sane_request_id("a\"b"));
  EXPECT_FALSE(is_sane_request_id(std::string(129, 'a')));
}

TEST(AcceptEncoding, takes_gzip_with_a_weight) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("br, GZIP;q=0.5"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("identity, br"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("*, gzip; q=0.000"));
  EXPECT_FALSE(accepts_gzip("*;q=0"));
}

TEST(HeaderText, finds_parameters) {
  EXPECT_EQ(header_parameter("multipart/form-data; boundary=abc", "boundary"), "abc");
  EXPECT_EQ(header_parameter("a/b; x=\"1;2\"; Boundary=\"q r\"", "boundary"), "q r");
  EXPECT_EQ(header_parameter("a/b; boundary", "boundary"), "");
  EXPECT_EQ(header_parameter("form-data; name=\"a\\\"b\"; filename=c", "filename"), "c");
}

TEST(HeaderText, searches_lists) {
  EXPECT_TRUE(list_contains("a, Close ,b", "close"));
  EXPECT_FALSE(list_contains("closed", "close"));
  EXPECT_FALSE(list_contains("", "close"));
}

struct RangeCase {
  const char* header;
  RangeAnswer answer;
  std::uint64_t first;
  std::uint64_t length;
};

TEST(ByteRanges, are_read) {
  const RangeCase cases[] = {
      {"", RangeAnswer::whole, 0, 100},           {"bytes=0-9", RangeAnswer::part, 0, 10},
      {"bytes=90-", RangeAnswer::part, 90, 10},   {"bytes=-10", RangeAnswer::part, 90, 10},
      {"bytes=-1000", RangeAnswer::part, 0, 100}, {"bytes=50-1000", RangeAnswer::part, 50, 50},
      {"bytes=5-2", RangeAnswer::whole, 0, 100},  {"bytes=0-1,5-6", RangeAnswer::whole, 0, 100},
      {"lines=0-1", RangeAnswer::whole, 0, 100},  {"bytes=x-1", RangeAnswer::whole, 0, 100},
  };
  for (const auto& c : cases) {
    ByteRange range;
    EXPECT_EQ(parse_range(c.header, 100, range), c.answer) << c.header;
    EXPECT_EQ(range.first, c.first) << c.header;
    EXPECT_EQ(range.length, c.length) << c.header;
  }
  ByteRange range;
  EXPECT_EQ(parse_range("bytes=100-", 100, range), RangeAnswer::unsatisfiable);
  EXPECT_EQ(parse_range("bytes=-0", 100, range), RangeAnswer::unsatisfiable);
  EXPECT_EQ(parse_range("bytes=0-", 0, range), RangeAnswer::unsatisfiable);
}

}  // namespace
}  // namespace aiva::http
