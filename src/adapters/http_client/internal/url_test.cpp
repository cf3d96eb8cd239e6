#include "adapters/http_client/internal/url.h"

#include <gtest/gtest.h>

#include "adapters/http_client/internal/request_text.h"

namespace aiva::http_client {
namespace {

TEST(Url, takes_an_address_apart) {
  auto url = parse_url("https://API.Example.org/v1/chat?a=b%20c#part");

  ASSERT_TRUE(url.has_value());
  EXPECT_TRUE(url->is_tls);
  EXPECT_EQ(url->host, "api.example.org");
  EXPECT_EQ(url->port, 443);
  EXPECT_EQ(url->authority, "api.example.org");
  EXPECT_EQ(url->target, "/v1/chat?a=b%20c");
}

TEST(Url, keeps_an_unusual_port_and_an_empty_path) {
  auto url = parse_url("http://localhost:8080");

  ASSERT_TRUE(url.has_value());
  EXPECT_FALSE(url->is_tls);
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->authority, "localhost:8080");
  EXPECT_EQ(url->target, "/");
}

TEST(Url, takes_the_brackets_off_an_ipv6_address) {
  auto url = parse_url("http://[2001:DB8::1]:81/x");

  ASSERT_TRUE(url.has_value());
  EXPECT_EQ(url->host, "2001:db8::1");
  EXPECT_EQ(url->authority, "[2001:db8::1]:81");
}

TEST(Url, refuses_what_leads_nowhere_safe) {
  const std::string texts[] = {"",
                               "example.org",
                               "/path",
                               "//example.org/",
                               "ftp://example.org/",
                               "file:///etc/passwd",
                               "javascript:alert(1)",
                               "http://",
                               "http:///path",
                               "http://user@example.org/",
                               "http://user:secret@example.org/",
                               "http://exa mple.org/",
                               "http://example.org/a b",
                               "http://example.org/\r\nX: y",
                               "http://example.org:0/",
                               "http://example.org:65536/",
                               "http://example.org:port/",
                               "http://[::1",
                               "http://[v1.fe]/",
                               "http://ex%00ample.org/",
                               "http://ex%2fample.org/",
                               "http://\xc3\xa4.org/",
                               "http://" + std::string(300, 'a') + "/",
                               "http://a/" + std::string(9000, 'a')};
  for (const auto& text : texts) {
    auto url = parse_url(text);
    ASSERT_FALSE(url.has_value()) << text;
    EXPECT_EQ(url.error().code, ErrorCode::invalid) << text;
    EXPECT_EQ(url.error().message.find("secret"), std::string::npos);
  }
}

TEST(RequestHead, is_written_as_http_wants_it) {
  HttpRequest request{.method = "POST",
                      .url = "http://example.org/a",
                      .headers = {{"Authorization", "Bearer key"}},
                      .body = "12345"};

  auto head = write_request_head(request, *parse_url(request.url));

  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(*head,
            "POST /a HTTP/1.1\r\nHost: example.org\r\nAuthorization: Bearer key\r\n"
            "User-Agent: aiva\r\nAccept: */*\r\nContent-Length: 5\r\n\r\n");
}

TEST(RequestHead, refuses_what_could_smuggle_a_second_request) {
  auto url = *parse_url("http://example.org/");
  const HttpRequest requests[] = {
      {.method = "GET /x HTTP/1.1\r\nX:"},
      {.method = ""},
      {.headers = {{"X-Name", "value\r\nX-Other: value"}}},
      {.headers = {{"X-Name\r\n", "value"}}},
      {.headers = {{"X Name", "value"}}},
      {.headers = {{"", "value"}}},
      {.headers = {{"X-Name", std::string("a\0b", 3)}}},
      {.headers = {{"host", "other.example"}}},
      {.headers = {{"Content-Length", "0"}}},
      {.headers = {{"Transfer-Encoding", "chunked"}}},
  };
  for (const auto& request : requests) {
    auto head = write_request_head(request, url);
    ASSERT_FALSE(head.has_value()) << request.method;
    EXPECT_EQ(head.error().code, ErrorCode::invalid);
  }
}

}  // namespace
}  // namespace aiva::http_client
