#include "faces/http/internal/request_head.h"

#include <gtest/gtest.h>

#include <string>

namespace aiva::http {
namespace {

struct Refused {
  const char* name;
  std::string head;
  int status;
};

std::string get_with(const std::string& lines) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n";
}

TEST(RequestHead, reads_line_and_headers) {
  RequestHead head;

  auto parsed = parse_request_head(
      "POST /a/b?c=d HTTP/1.1\r\nhOST: example\r\nContent-Length: 12\r\nX-Two:\t a  b \t\r\n"
      "authorization: Bearer t\r\nX-Api-Key: k\r\n\r\n",
      {}, head);

  ASSERT_TRUE(parsed) << parsed.error().error.message;
  EXPECT_EQ(head.method, Method::post);
  EXPECT_EQ(head.target, "/a/b?c=d");
  EXPECT_EQ(head.minor_version, 1);
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_EQ(head.host, "example");
  EXPECT_EQ(head.authorization, "Bearer t");
  EXPECT_EQ(head.api_key, "k");
  ASSERT_EQ(head.headers.size(), 5U);
  EXPECT_EQ(head.headers[2].value, "a  b");
  EXPECT_TRUE(head.keeps_alive);
  EXPECT_TRUE(head.has_body());
}

TEST(RequestHead, forgets_the_request_before) {
  RequestHead head;
  ASSERT_TRUE(parse_request_head(get_with("Content-Length: 5\r\nOrigin: x\r\n"), {}, head));

  ASSERT_TRUE(parse_request_head("GET /2 HTTP/1.1\r\nHost: b\r\n\r\n", {}, head));

  EXPECT_FALSE(head.has_body());
  EXPECT_EQ(head.origin, "");
  EXPECT_EQ(head.headers.size(), 1U);
}

TEST(RequestHead, knows_when_the_connection_stays) {
  struct Case {
    std::string head;
    bool keeps_alive;
  };
  const Case cases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
      {"GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n", false},
      {"GET / HTTP/1.0\r\n\r\n", false},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
  };
  for (const auto& c : cases) {
    RequestHead head;
    ASSERT_TRUE(parse_request_head(c.head, {}, head)) << c.head;
    EXPECT_EQ(head.keeps_alive, c.keeps_alive) << c.head;
  }
}

class RefusedHead : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedHead, is_refused_with_its_status) {
  RequestHead head;

  auto parsed = parse_request_head(GetParam().head, {}, head);

  ASSERT_FALSE(parsed);
  EXPECT_EQ(http_status(parsed.error()), GetParam().status);
  EXPECT_TRUE(parsed.error().must_close);
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedHead,
    ::testing::Values(
        Refused{"length_and_chunked",
                get_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
        Refused{"two_lengths", get_with("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
        Refused{"two_equal_lengths", get_with("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
        Refused{"list_of_lengths", get_with("Content-Length: 5, 5\r\n"), 400},
        Refused{"signed_length", get_with("Content-Length: +5\r\n"), 400},
        Refused{"negative_length", get_with("Content-Length: -5\r\n"), 400},
        Refused{"empty_length", get_with("Content-Length:\r\n"), 400},
        Refused{"hexadecimal_length", get_with("Content-Length: 0x5\r\n"), 400},
        Refused{"huge_length", get_with("Content-Length: 99999999999999999999\r\n"), 400},
        Refused{"two_encodings",
                get_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        Refused{"unknown_encoding", get_with("Transfer-Encoding: gzip\r\n"), 501},
        Refused{"hidden_encoding", get_with("Transfer-Encoding: gzip, chunked\r\n"), 501},
        Refused{"odd_chunked", get_with("Transfer-Encoding: xchunked\r\n"), 501},
        Refused{"chunked_in_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        Refused{"folded_line", get_with("X-A: b\r\n c\r\n"), 400},
        Refused{"blank_before_colon", get_with("Content-Length : 5\r\n"), 400},
        Refused{"blank_before_name", get_with(" X: 5\r\n"), 400},
        Refused{"no_colon", get_with("nonsense\r\n"), 400},
        Refused{"empty_name", get_with(": x\r\n"), 400},
        Refused{"nul_in_value", get_with(std::string("X: a\0b\r\n", 8)), 400},
        Refused{"bare_cr_in_value", get_with("X: a\rb\r\n"), 400},
        Refused{"bare_lf", "GET / HTTP/1.1\nHost: a\n\n", 400},
        Refused{"no_host", "GET / HTTP/1.1\r\n\r\n", 400},
        Refused{"two_hosts", get_with("Host: b\r\n"), 400},
        Refused{"no_version", "GET /\r\n\r\n", 400},
        Refused{"three_words_only", "GET\r\n\r\n", 400},
        Refused{"blank_in_target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Refused{"tab_in_target", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Refused{"odd_method", "G<T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Refused{"empty_method", " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        Refused{"version_2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        Refused{"lower_case_version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
        Refused{"long_target", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n",
                414},
        Refused{"strange_expectation", get_with("Expect: miracles\r\n"), 417}),
    [](const auto& info) { return info.param.name; });

TEST(RequestHead, limits_the_number_of_headers) {
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "X: y\r\n";
  RequestHead head;

  auto parsed = parse_request_head(get_with(lines), {}, head);

  ASSERT_FALSE(parsed);
  EXPECT_EQ(http_status(parsed.error()), 431);
}

}  // namespace
}  // namespace aiva::http
